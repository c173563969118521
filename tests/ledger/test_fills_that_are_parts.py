"""Origins that call every execution a fill: an order is filled when they add up to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from ledger import Ledger

S = 1_000_000_000
T = 1_756_757_303 * S
Maker = Callable[[list[dict[str, Any]]], pd.DataFrame]


def line(second: int, kind: str, name: str, **more: Any) -> dict[str, Any]:
    """Return a line about an order."""
    told = {"ts_event": T + second * S, "kind": f"order.{kind}", "client_order_id": name}
    return {**told, "raw_offset": second * 1000, **more}


LINES = (
    line(0, "submitted", "two", quantity=0.5),
    line(1, "filled", "two", quantity=0.2, price=100.0),
    line(2, "filled", "two", quantity=0.3, price=101.0),
    line(3, "submitted", "one", quantity=2.0),
    line(4, "filled", "one", quantity=2.0, price=95.0),
    line(5, "submitted", "begun", quantity=1.0),
    line(6, "filled", "begun", quantity=0.4, price=90.0),
    line(7, "filled", "unsized", quantity=7.0, price=80.0),
)


def folded(make_events: Maker, order: tuple[int, ...], *, parts: bool) -> Ledger:
    """Return a ledger that heard the lines in some order, each by itself."""
    ledger = Ledger()
    for number in order:
        events = make_events([LINES[number]])
        if parts:
            events.attrs["fills_are_parts"] = True
        ledger.fold(events)
    return ledger


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4, 5, 6, 7), (7, 6, 5, 4, 3, 2, 1, 0)])
def test_each_fill_is_an_execution_until_they_add_up(
    make_events: Maker, order: tuple[int, ...]
) -> None:
    """No execution is lost, in whatever order they are read; an unknown size counts as whole."""
    ledger = folded(make_events, order, parts=True)
    view = ledger.view(window_seconds=None)
    orders = view.orders.set_index("client_order_id")
    assert orders["status"].astype(str).to_dict() == {
        "two": "filled", "one": "filled", "begun": "partially_filled", "unsized": "filled",
    }  # fmt: skip
    assert orders["filled_quantity"].to_dict() == {
        "two": 0.5, "one": 2.0, "begun": 0.4, "unsized": 7.0,
    }  # fmt: skip
    assert orders["average_fill_price"]["two"] == pytest.approx((0.2 * 100 + 0.3 * 101) / 0.5)
    assert orders["ts_closed"]["two"] == pd.Timestamp(T + 2 * S, unit="ns", tz="UTC")
    assert sorted(ledger.orders.fills.column("quantity").tolist()) == [0.2, 0.3, 0.4, 2.0, 7.0]
    counted = view.tally.groupby("what", observed=True)["n"].sum()
    assert (counted["filled"], counted["first_partial"], counted["first_fill"]) == (3, 2, 4)


def test_elsewhere_a_fill_is_the_last_word(make_events: Maker) -> None:
    """Where a part has a word of its own, what is filled has ended, however little it was."""
    view = folded(make_events, tuple(range(8)), parts=False).view(window_seconds=None)
    orders = view.orders.set_index("client_order_id")
    assert set(orders["status"].astype(str)) == {"filled"}
    assert orders["filled_quantity"]["two"] == 0.2


def test_a_moment_between_two_parts_shows_the_first(make_events: Maker) -> None:
    """At any moment an order holds what was executed until then."""
    ledger = folded(make_events, tuple(range(8)), parts=True)
    at = pd.Timestamp(T + 3 * S // 2, unit="ns", tz="UTC")
    (row,) = ledger.view(at=at, window_seconds=None).orders.to_dict("records")
    assert (row["status"], row["filled_quantity"]) == ("partially_filled", 0.2)
    assert row["leaves_quantity"] == pytest.approx(0.3)


def test_executions_of_one_moment_are_not_each_others_duplicates(make_events: Maker) -> None:
    """An order that sweeps through a book is filled at once at several prices; told again, no."""
    sweep = [
        line(0, "submitted", "big", quantity=3.0),
        line(1, "partially_filled", "big", quantity=1.0, price=100.0),
        line(1, "partially_filled", "big", quantity=1.0, price=100.5, raw_offset=1001),
        line(1, "partially_filled", "big", quantity=1.0, price=101.0, raw_offset=1002),
    ]
    ledger = Ledger()
    assert ledger.fold(make_events(sweep)).duplicates == {}
    assert ledger.fold(make_events(sweep[1:3])).duplicates == {"aurora": 2}
    (row,) = ledger.view(window_seconds=None).orders.to_dict("records")
    assert (row["status"], row["filled_quantity"]) == ("filled", 3.0)
    assert row["average_fill_price"] == pytest.approx(100.5)
