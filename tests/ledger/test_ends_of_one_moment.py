"""Two lines of one moment that both mean an order of another session: the first one ends it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from ledger import Ledger
from tests.ledger.conftest import event_frame
from tests.ledger.picture import picture
from tests.ledger.stories import START, S, in_time


def line(second: int, session: str, kind: str, offset: int, **more: Any) -> dict[str, Any]:
    """Return a line about an order."""
    told = {"ts_event": START + second * S, "kind": f"order.{kind}", "session_id": session}
    place = {"raw_generation": f"{session}.jsonl#0", "raw_offset": offset}
    return {"client_order_id": None, "venue_order_id": None, **told, **place, **more}


LINES = [
    line(20, "s0", "rejected", 0, client_order_id="1"),
    line(20, "s0", "partially_filled", 100, client_order_id="1", venue_order_id="v2"),
    line(10, "s1", "submitted", 0, client_order_id="1"),
    line(14, "s1", "skipped", 100, client_order_id="2"),
    line(39, "s1", "submitted", 200, client_order_id="1"),
    line(14, "s2", "accepted", 0, client_order_id="1", venue_order_id="v1"),
    line(20, "s2", "canceled", 100, client_order_id="3", venue_order_id="v1"),
]
"""Order 1 of `s2` is rejected by `s0`, so that the fill behind it means order 1 of `s1`."""


def told(frame: pd.DataFrame, pieces: list[list[int]]) -> dict[str, Any]:
    ledger = Ledger()
    for places in pieces:
        ledger.fold(frame.iloc[places])
    return picture(ledger.view(window_seconds=None))


@pytest.mark.parametrize(
    "pieces", [[[0, 1, 2, 3, 4, 5, 6]], [[4], [0, 1], [5, 6], [2, 3]], [[5, 6], [2, 3, 4], [0, 1]]]
)
def test_read_at_once_or_in_any_order_they_mean_what_they_mean_line_by_line(
    pieces: list[list[int]],
) -> None:
    """The fill is that of the order left standing, not of the one that the same moment ended."""
    frame = event_frame(LINES)
    expected = told(frame, [[place] for place in in_time(LINES)])
    assert any("'s1'" in str(row) and "first_fill" in row for row in expected["tally"])
    assert told(frame, pieces) == expected
