"""What the gates said lately."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.exposition.counters import Exposed, series_of
from data_sources.exposition.intake import Intake
from data_sources.frames import shaped
from data_sources.jsonl import JsonlSource
from metrics.gate_counts import gate_counts
from tests.metrics.told_account import OWNER, at

NOW = at("2026-02-17T12:00:00")


def decisions(*rows: tuple[float, str, str, str | None]) -> pd.DataFrame:
    """The frame `decisions` of (seconds before now, gate, decision, reason)."""
    told = [
        {"ts_event": NOW - pd.Timedelta(seconds=ago), "gate": gate, "decision": word, "reason": why}
        for ago, gate, word, why in rows
    ]
    return shaped("decisions", told, **OWNER)


def counts(frame: pd.DataFrame, **options: Any) -> dict[tuple[str, float], tuple[int, ...]]:
    """(gate, window) → allowed, scaled, blocked."""
    found = gate_counts({"decisions": frame}, **options)
    columns = ["allowed_total", "scaled_total", "blocked_total"]
    keys = zip(found["gate"], found["window_seconds"], strict=True)
    return dict(zip(keys, map(tuple, found[columns].to_numpy().tolist()), strict=True))


def test_both_windows_and_each_gate_stand_alone() -> None:
    """5 minutes and 24 hours; an exit gate is not an entry gate; what is older counts nowhere."""
    frame = decisions(
        (90_000, "entry", "block", None),
        (4_000, "entry", "allow", None),
        (200, "entry", "block", None),
        (100, "exit", "scale", None),
        (50, "entry", "would_execute", None),
    )
    assert counts(frame, at=NOW) == {
        ("entry", 300.0): (0, 0, 1),
        ("entry", 86_400.0): (1, 0, 1),
        ("exit", 300.0): (0, 1, 0),
        ("exit", 86_400.0): (0, 1, 0),
    }


def test_a_reason_is_its_text_before_the_numbers() -> None:
    """`leverage_exceeds_limit: 5x > 1x` and `…: 7x > 1x` are one reason."""
    limit = "leverage_exceeds_limit"
    frame = decisions(
        (3, "g", "block", "b"),
        (2, "g", "block", f"{limit}: 5x > 1x"),
        (1, "g", "block", f"{limit}: 7x > 1x"),
    )
    assert gate_counts({"decisions": frame}, at=NOW)["reason"].tolist() == [limit, limit]


def test_a_silent_gate_has_no_share() -> None:
    """It stands with 0 decisions and no blocked ratio; nobody's decisions are no rows."""
    found = gate_counts({"decisions": decisions((90_000, "g", "block", None))}, at=NOW)
    assert found["decisions_total"].tolist() == [0, 0]
    assert found["blocked_ratio"].isna().all()
    assert gate_counts({}).empty


def test_counted_decisions_count_as_often_as_they_are_told() -> None:
    """Three that were counted in one rise are three, of the reason that most of them had."""
    rows = [
        {"ts_event": NOW, "gate": "g", "decision": word, "reason": why, **more}
        for word, why, more in (
            ("block", "rare", {}),
            ("block", "rare", {}),
            ("block", "usual: 3", {"decisions_total": 3, "since": NOW - pd.Timedelta("5s")}),
            ("allow", None, {"decisions_total": 40, "since": NOW - pd.Timedelta("5s")}),
            ("allow", None, {"since": NOW - pd.Timedelta("5s")}),
        )
    ]
    frame = shaped("decisions", rows, **OWNER)
    assert counts(frame, at=NOW)["g", 300.0] == (40, 0, 5)
    assert gate_counts({"decisions": frame}, at=NOW)["reason"].tolist() == ["usual", "usual"]


@pytest.mark.parametrize("told", [1e19, 2.0**53, 1e300, 2.5])
def test_a_number_that_is_no_count_breaks_no_frame(told: float) -> None:
    """It may stand in a history: nobody knows how many those were, the others still count."""
    dialect = load_dialect("quantum_trader_prometheus")
    intake = Intake(dialect, {"source": "gate", "system": "quantum_trader", "account_id": None})
    name = "risk_gate_decisions_total"
    series = [series_of(name, {"decision": "block", "reason": why}) for why in ("a", "b")]
    intake.take(Exposed(), NOW - pd.Timedelta("5s"))
    events, _ = intake.take(Exposed(dict(zip(series, (told, 3.0), strict=True))), NOW)
    assert events["value"].tolist() == [told, 3.0]
    frame = frame_of(events, dialect, "decisions")
    assert frame["decisions_total"].isna().tolist() == [True, False]
    assert counts(frame, at=NOW)["risk_gate", 300.0] == (0, 0, 3)


def test_what_was_counted_in_a_pause_is_not_of_the_last_minutes() -> None:
    """9,000 in the two hours that nobody looked: of the last 24 h, not of the last 5 minutes."""
    row = {"ts_event": NOW, "since": NOW - pd.Timedelta("2h"), "decisions_total": 9_000}
    frame = shaped("decisions", [{**row, "gate": "g", "decision": "allow"}], **OWNER)
    assert counts(frame, at=NOW) == {("g", 300.0): (0, 0, 0), ("g", 86_400.0): (9_000, 0, 0)}


def test_the_real_signals(realdata: Path) -> None:
    """22 November 2025: 252 allowed and 258 blocked of 510, as its file says."""
    folder = realdata / "quantum_trader/data/policy_observations"
    source = JsonlSource(str(folder), dialect="quantum_trader")
    parts = []
    while True:
        reading = source.read(parts[-1].cursor if parts else None)
        parts.append(reading)
        if not reading.more:
            break
    events = pd.concat([part.frame for part in parts])
    told = events[events["kind"] == "risk.decision"].assign(gate="policy")
    found = counts(told)
    assert sum(found["policy", 86_400.0]) == len(told)
    assert found["policy", 86_400.0] == (252, 0, 258)


@given(
    st.lists(st.tuples(st.floats(0, 200_000), st.sampled_from(["allow", "scale", "block", "?"])))
)
def test_the_short_window_is_part_of_the_long_one(told: list[tuple[float, str]]) -> None:
    """For any decisions: 5 minutes ≤ 24 hours, and the three words add up to the total."""
    frame = decisions(*((ago, "g", word, None) for ago, word in told))
    found = gate_counts({"decisions": frame}, at=NOW)
    assert (
        found["decisions_total"]
        == found[["allowed_total", "scaled_total", "blocked_total"]].sum(axis=1)
    ).all()
    if len(found):
        assert found["decisions_total"].iloc[0] <= found["decisions_total"].iloc[1]
