"""A fill that stands before its order's submit: two files, two clocks, a late line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger
from tests.examples import examples
from tests.ledger.conftest import event_frame

S = 1_000_000_000
T = 1_756_757_303 * S
Maker = Callable[[list[dict[str, Any]]], pd.DataFrame]


def line(second: float, kind: str, file: str = "orders", **more: Any) -> dict[str, Any]:
    """Return a line about the one order; files sort as they are called."""
    told = {"ts_event": T + int(second * S), "kind": f"order.{kind}", "client_order_id": "1"}
    place = {"raw_generation": f"{file}.jsonl#0", "raw_offset": int(second * 1000)}
    return {**told, **place, **more}


def folded(rows: list[dict[str, Any]], order: list[int], *, parts: bool = True) -> Ledger:
    """Return a ledger that read the lines in some order, each by itself."""
    ledger, frame = Ledger(), event_frame(rows)
    for number in order:
        events = frame.iloc[[number]]
        events.attrs["fills_are_parts"] = parts
        ledger.fold(events)
    return ledger


def shown(ledger: Ledger) -> tuple[Any, ...]:
    """Return the one order: its status, its quantities, what its fills cost."""
    (row,) = ledger.view(window_seconds=None).orders.to_dict("records")
    numbers = [row[name] for name in ("order_quantity", "filled_quantity", "average_fill_price")]
    return (row["status"], *(round(number, 6) for number in numbers))


def counted(ledger: Ledger) -> dict[str, int]:
    """Return how often an order was submitted and filled, by the counts."""
    tally = ledger.view(window_seconds=None).tally
    found = tally.groupby("what", observed=True)["n"].sum().to_dict()
    return {what: int(found.get(what, 0)) for what in ("submitted", "filled", "first_fill")}


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[int], tuple[Any, ...]]:
    """One order: its lines, the order in which they are read, and what they tell of it.

    The clock of the executions is up to three seconds behind that of the orders, or not at all.
    """
    parts = draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    lacking = draw(st.sampled_from((0, 2)))
    behind = draw(st.sampled_from((0.0, 1.0, 3.0)))
    file = draw(st.sampled_from(("executions", "trades")))  # one sorts before "orders", one behind
    rows = [line(0, "submitted", quantity=float(sum(parts) + lacking))]
    if draw(st.booleans()):
        rows.append(line(0.5, "accepted"))
    for number, size in enumerate(parts):
        price = 100.0 + number
        told = {"quantity": float(size), "price": price, "venue_order_id": None}
        rows.append(line(1 + number - behind, "filled", file, **told))
    worth = sum(size * (100.0 + number) for number, size in enumerate(parts))
    status = "partially_filled" if lacking else "filled"
    whole = (status, sum(parts) + lacking, sum(parts), round(worth / sum(parts), 6))
    return rows, draw(st.permutations(range(len(rows)))), whole


@examples(12)
@given(lives())
def test_any_reading_order_of_an_orders_lines_gives_the_same_order(
    life: tuple[list[dict[str, Any]], list[int], tuple[Any, ...]],
) -> None:
    """Quantities, average price and status are what the lines add up to, whoever is read first."""
    rows, order, whole = life
    ledger = folded(rows, order)
    assert shown(ledger) == whole
    ends = int(whole[0] == "filled")
    assert counted(ledger) == {"submitted": 1, "filled": ends, "first_fill": 1}


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 0, 2]])
def test_what_was_filled_whole_before_its_submit_is_whole(order: list[int]) -> None:
    """Parts that add up to the size before it is told end the order when it is; never twice."""
    rows = [
        line(0, "partially_filled", quantity=0.5, price=100.0),
        line(1, "partially_filled", quantity=0.5, price=102.0),
        line(2, "submitted", quantity=1.0),
    ]
    ledger = folded(rows, order, parts=False)
    assert shown(ledger) == ("filled", 1.0, 1.0, 101.0)
    assert counted(ledger)["filled"] == 1
    assert ledger.view(window_seconds=None).open_orders.empty


@pytest.mark.parametrize("parts", [True, False])
def test_a_fill_without_a_quantity_is_all_of_a_size_told_later(*, parts: bool) -> None:
    """The order holds what its submit says, from the submit's moment on and not before."""
    rows = [line(0, "filled", price=7.0), line(2, "submitted", quantity=3.0)]
    for order in ([0, 1], [1, 0]):
        ledger = folded(rows, order, parts=parts)
        (row,) = ledger.view(window_seconds=None).orders.to_dict("records")
        assert (row["status"], row["filled_quantity"]) == ("filled", 3.0)
        at = pd.Timestamp(T + S, unit="ns", tz="UTC")
        (before,) = ledger.view(at=at, window_seconds=None).orders.to_dict("records")
        assert before["status"] == "filled" and pd.isna(before["filled_quantity"])


def test_a_picture_that_was_taken_before_stays_as_it_was(make_events: Maker) -> None:
    """Who holds the picture of an order taken for filled keeps it when the size is told."""
    first = make_events([line(0, "filled", quantity=1.0, price=5.0)])
    submit = make_events([line(1, "submitted", quantity=4.0)])
    for events in (first, submit):
        events.attrs["fills_are_parts"] = True
    ledger = Ledger()
    ledger.fold(first)
    held = ledger.view(window_seconds=None)
    ledger.fold(submit)
    assert held.orders["status"].tolist() == ["filled"]
    assert ledger.view(window_seconds=None).orders["status"].tolist() == ["partially_filled"]
    assert counted(ledger)["filled"] == 0


def test_a_canceled_order_stays_canceled_when_its_submit_comes() -> None:
    """Only an end that a fill told is doubted: a cancel is one whatever the size."""
    rows = [
        line(0, "partially_filled", quantity=1.0, price=5.0),
        line(1, "canceled"),
        line(2, "submitted", quantity=4.0),
    ]
    assert shown(folded(rows, [0, 1, 2])) == ("canceled", 4.0, 1.0, 5.0)
