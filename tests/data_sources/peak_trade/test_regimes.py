"""The regime of each cycle, as the files of the sessions tell it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from data_sources import JsonlSource
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of

TOLD = {
    "smoke": {"insufficient_history": 2, "unclassified": 78},
    "probe_forced": {"insufficient_history": 2, "trending": 2},
}


@pytest.mark.parametrize("folder", TOLD)
def test_each_cycle_tells_its_regime(realdata: Path, folder: str) -> None:
    """84 real cycles: each has the regime it was in and the time of its tick."""
    events = JsonlSource(realdata / "peak_trade" / folder, dialect="peak_trade").read().frame
    regimes = frame_of(events, load_dialect("peak_trade"), "regimes")
    assert Counter(regimes["regime"]) == TOLD[folder]
    assert regimes["ts_event"].is_monotonic_increasing
    assert regimes["ts_event"].notna().all()
    assert regimes["detail"].isna().all()  # the default was never taken


def test_a_default_is_told_as_one(tmp_path: Path) -> None:
    """A regime that is only the default says so beside its name."""
    line = '{"cycle_id":"c","regime_id":"calm","default_regime_fallback_active":%s}\n'
    (tmp_path / "regime_trace.jsonl").write_text(line % "true" + line % "false")
    events = JsonlSource(tmp_path, dialect="peak_trade").read().frame
    regimes = frame_of(events, load_dialect("peak_trade"), "regimes")
    assert regimes["regime"].tolist() == ["calm", "calm"]
    assert regimes["detail"].notna().tolist() == [True, False]
