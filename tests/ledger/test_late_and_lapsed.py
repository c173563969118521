"""What comes late, and what nobody answered in time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from ledger import Ledger, View
from metrics.orders import order_counts

S = 1_000_000_000
T = 1_756_757_303 * S
Maker = Callable[[list[dict[str, Any]]], pd.DataFrame]


def event(after_s: float, kind: str, name: str | None = "1", **more: Any) -> dict[str, Any]:
    row = {"ts_event": T + round(after_s * S), "kind": f"order.{kind}", **more}
    return row if name is None else {**row, "client_order_id": name}


def moment(after_s: float) -> pd.Timestamp:
    return pd.Timestamp(T + round(after_s * S), unit="ns", tz="UTC")


def view_of(*frames: pd.DataFrame, **asked: Any) -> View:
    ledger = Ledger()
    for frame in frames:
        ledger.fold(frame)
    return ledger.view(**{"window_seconds": None, **asked})


def test_a_late_line_adds_no_fill_twice(make_events: Maker) -> None:
    """Two partial fills stay two units when a line from between them comes late."""
    fill = {"quantity": 1.0, "price": 2.0}
    rows = [
        event(0, "submitted", quantity=5.0),
        event(1, "accepted"),
        event(2, "partially_filled", **fill),
        event(4, "partially_filled", **fill),
    ]
    view = view_of(make_events(rows), make_events([event(3, "submitted", "2", raw_offset=900)]))
    assert view.orders["filled_quantity"].iloc[0] == 2.0
    assert view.orders["leaves_quantity"].iloc[0] == 3.0


def test_a_fill_after_a_cancel_invents_nothing(make_events: Maker) -> None:
    """A canceled order of ten that is told to be filled afterwards is not filled by ten."""
    rows = [event(0, "submitted", quantity=10.0), event(1, "canceled"), event(2, "filled")]
    orders = view_of(make_events(rows)).orders
    assert orders["status"].tolist() == ["canceled"]
    assert orders["filled_quantity"].isna().all()


def test_an_id_may_come_back_after_its_order_lapsed(make_events: Maker) -> None:
    """An hour after an unanswered submit the same id is another order, answered in a second."""
    rows = [event(0, "submitted"), event(3600, "submitted"), event(3601, "accepted")]
    view = view_of(make_events(rows))
    assert view.measure(order_counts).submitted == 2
    assert view.orders["status"].tolist() == ["expired", "accepted"]
    assert view.orders["order_ack_seconds"].tolist()[1] == 1.0


def test_a_filter_by_symbol_changes_no_order(make_events: Maker) -> None:
    """Fills that name no symbol count for their order under its symbol too."""
    fill = {"quantity": 1.0, "price": 2.0}
    rows = [
        event(0, "submitted", symbol="X", quantity=5.0),
        event(1, "partially_filled", **fill),
        event(2, "partially_filled", **fill),
    ]
    frame = make_events(rows)
    assert view_of(frame, symbol="X").orders["filled_quantity"].tolist() == [2.0]
    assert view_of(frame).orders["filled_quantity"].tolist() == [2.0]


def test_an_answer_before_its_submit_has_not_expired(make_events: Maker) -> None:
    """Between an early answer and its submit the order stands, whatever its time to live."""
    rows = [event(0, "accepted"), event(5, "submitted", value=60.0)]
    view = view_of(make_events(rows), at=moment(2))
    assert view.orders["status"].tolist() == ["accepted"]
    assert view.lapsed_orders == 0


def test_an_order_that_may_wait_longer_is_still_meant(make_events: Maker) -> None:
    """An answer without an id after 400 s reaches an order that lives for an hour."""
    rows = [event(0, "submitted", None, value=3600.0), event(400, "accepted", None)]
    view = view_of(make_events(rows))
    assert view.orders["status"].tolist() == ["accepted"]
    assert view.measure(order_counts).orphans == 0


def test_a_picture_outlives_the_table_it_was_taken_from(make_events: Maker) -> None:
    """Orders of a picture that are read after the table was compacted are the same orders."""
    ledger = Ledger(order_capacity=20)
    ledger.fold(make_events([event(0, "submitted", "open")]))
    for batch in range(3):
        names = [f"{batch}-{n}" for n in range(30)]
        rows = [event(batch + 1, kind, name) for name in names for kind in ("submitted", "filled")]
        if batch == 1:
            early = ledger.view(window_seconds=None)
        ledger.fold(make_events(rows))
    assert ledger.orders.moves
    assert early.open_orders["client_order_id"].tolist() == ["open"]
