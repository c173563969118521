"""A state that is told again costs no new frame."""

from __future__ import annotations

import pandas as pd

from data_sources.frames import shaped
from data_sources.polled.kept_frames import KeptFrames

NOON = pd.Timestamp("2025-09-01T12:00:00Z")


def test_the_same_rows_are_the_very_same_frame() -> None:
    """Equal rows, each asking in dicts of its own, are one frame; one other cell is another."""
    kept = KeptFrames("services", "A1")
    rows = [{"symbol": "BTC", "quantity": 1.5}, {"symbol": "ETH", "quantity": None}]
    first = kept.shaped("positions", [dict(row) for row in rows])
    assert kept.shaped("positions", [dict(row) for row in rows]) is first
    rows[0]["quantity"] = 2.5
    second = kept.shaped("positions", rows)
    assert second is not first
    expected = shaped("positions", rows, source="services", account_id="A1")
    pd.testing.assert_frame_equal(second, expected)


def test_rows_that_change_under_the_frame_are_noticed() -> None:
    """Rows are remembered as they were, not as their owner changes them later."""
    kept = KeptFrames("services", None)
    rows = [{"equity": 1.0, "ts_event": NOON}]
    first = kept.shaped("equity", rows)
    rows[0]["equity"] = 2.0
    assert kept.shaped("equity", rows)["equity"].tolist() == [2.0]
    assert first["equity"].tolist() == [1.0]
