"""Decisions that a bot only counts, in a whole desk: by window, over a restart, at a moment."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from data_sources.prometheus import PrometheusSource
from desk.desk import Desk
from desk.origin import origin
from tests.data_sources.network.metrics_page import Gate, gate
from tests.desk.small_desk import wait_for
from web.measured_frames import frame_of


def desk_of(folder: Path, risk: Gate) -> Desk:
    source = PrometheusSource(risk.url, dialect="quantum_trader", name="gate", every_seconds=0.05)
    return Desk([origin("gate", source)], state_dir=folder)


def of_a_day(desk: Desk) -> tuple[int, int]:
    """Allowed and blocked in the last 24 h."""
    rows = frame_of(desk, "gate_counts", limit=9)
    day = rows[rows["window_seconds"] == 86_400.0]
    return int(day["allowed_total"].sum()), int(day["blocked_total"].sum())


def test_decisions_are_counted_over_a_restart(tmp_path: Path) -> None:
    """40 allowed while the desk runs, 7 blocked while it does not: each once, none from before."""
    with gate() as risk:
        risk.decide("allow", times=1_000)
        desk = desk_of(tmp_path, risk)
        desk.start()
        try:
            wait_for(lambda: desk.sources()[0]["state"] == "ok")
            before = pd.Timestamp.now("UTC")
            risk.decide("allow", times=40)
            wait_for(lambda: of_a_day(desk) == (40, 0))
        finally:
            desk.stop()
        risk.decide("block", "leverage_exceeds_limit: 5x > 1x", times=7)
        again = desk_of(tmp_path, risk)
        again.start()
        try:
            wait_for(lambda: of_a_day(again) == (40, 7))
            rows = again.frame("decisions", limit=9)
            assert rows["decisions_total"].sum() == 47
            assert rows["since"].notna().all()
            assert frame_of(again, "gate_counts", limit=9, until=before).empty
        finally:
            again.stop()
