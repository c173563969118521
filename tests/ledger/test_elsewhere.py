"""Whether a later session ended an earlier one's order follows from the lines alone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pandas as pd

from ledger import Ledger, View

S = 1_000_000_000
T = 1_756_757_303 * S
Maker = Callable[[list[dict[str, Any]]], pd.DataFrame]


def line(after_s: float, kind: str, session: str, name: str | None = "1", **more: Any) -> Any:
    ts, offset = T + round(after_s * S), round(1000 * after_s)
    row = {"ts_event": ts, "kind": f"order.{kind}", "session_id": session, "raw_offset": offset}
    return {**row, "client_order_id": name, **more}


def view_of(*frames: pd.DataFrame) -> View:
    ledger = Ledger()
    for frame in frames:
        ledger.fold(frame)
    return ledger.view(window_seconds=None)


def lives(view: View) -> list[tuple[str, str]]:
    return sorted(zip(view.orders["session_id"], view.orders["status"], strict=True))


def test_a_session_that_went_on_keeps_its_order(make_events: Maker) -> None:
    """Monday spoke after Tuesday began: Tuesday's cancel is not Monday's, read when it may be."""
    monday = [line(0, "submitted", "mon"), line(1, "accepted", "mon")]
    went_on = [line(50, "submitted", "mon", "2")]
    tuesday = [line(40, "submitted", "tue", "9"), line(60, "canceled", "tue")]
    pieces = [make_events(piece) for piece in (monday, went_on, tuesday)]
    for order in permutations(pieces):
        found = lives(view_of(*order))
        assert found == [
            ("mon", "accepted"),
            ("mon", "submitted"),
            ("tue", "canceled"),
            ("tue", "submitted"),
        ]


def test_what_comes_after_a_cancel_does_not_undo_it(make_events: Maker) -> None:
    """Monday speaks again after Tuesday's cancel: it had been silent when its order ended."""
    monday = [line(0, "submitted", "mon"), line(1, "accepted", "mon")]
    tuesday = [line(60, "canceled", "tue")]
    again = [line(70, "submitted", "mon", "2")]
    pieces = [make_events(piece) for piece in (monday, tuesday, again)]
    for order in permutations(pieces):
        assert lives(view_of(*order)) == [("mon", "canceled"), ("mon", "submitted")]


def test_an_order_that_had_ended_is_not_ended_again(make_events: Maker) -> None:
    """Monday's own fill is read after Tuesday's cancel: the order is filled, the cancel a story."""
    submit = [line(0, "submitted", "mon", quantity=1.0)]
    fill = [line(5, "filled", "mon", quantity=1.0)]
    tuesday = [line(60, "canceled", "tue")]
    pieces = [make_events(piece) for piece in (submit, fill, tuesday)]
    for order in permutations(pieces):
        assert lives(view_of(*order)) == [("mon", "filled"), ("tue", "canceled")]


def test_an_order_is_found_by_what_the_venue_calls_it(make_events: Maker) -> None:
    """Read before the session that learned the venue's id, a cancel by that id finds the order."""
    submit = [line(0, "submitted", "mon", None)]
    learned = [line(1, "accepted", "mon", None, venue_order_id="V")]
    tuesday = [line(60, "canceled", "tue", None, venue_order_id="V")]
    pieces = [make_events(piece) for piece in (submit, learned, tuesday)]
    for order in permutations(pieces):
        assert lives(view_of(*order)) == [("mon", "canceled")]
