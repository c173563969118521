"""One execution that two files tell, one of them without its price: it counts once."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pandas as pd
import pytest

from ledger import Ledger
from tests.ledger.conftest import event_frame

T = 1_756_757_303_000_000_000
Row = dict[str, Any]


def fill(price: float | None, file: str, *, quantity: float = 1.0, place: int = 0) -> Row:
    """Return an execution of the one order, all of the same moment."""
    told = {"ts_event": T + 1, "kind": "order.partially_filled", "client_order_id": "1"}
    told |= {"raw_generation": f"{file}.jsonl#0", "raw_offset": place}
    return {**told, "quantity": quantity, "price": price}


SUBMIT = {"ts_event": T, "kind": "order.submitted", "client_order_id": "1", "quantity": 9.0}


def folded(*batches: list[Row]) -> tuple[dict[str, Any], int]:
    """Return the order after some batches, and how many rows were duplicates."""
    ledger = Ledger()
    ledger.fold(event_frame([SUBMIT]))
    found = sum(ledger.fold(event_frame(rows)).duplicates.get("aurora", 0) for rows in batches)
    (order,) = ledger.view(window_seconds=None).orders.to_dict("records")
    return order, found


def test_one_execution_with_and_without_a_price_counts_once() -> None:
    """Whichever file is read first; in one reading the price is not lost."""
    with_price, without = fill(100.0, "events"), fill(None, "orders")
    for batches in ([[with_price], [without]], [[without], [with_price]], [[without, with_price]]):
        order, duplicates = folded(*batches)
        assert (order["filled_quantity"], duplicates) == (1.0, 1)
    assert order["average_fill_price"] == 100.0
    assert folded([with_price], [without])[0]["average_fill_price"] == 100.0


@pytest.mark.parametrize("files", permutations(range(3)))
def test_executions_of_a_sweep_stay_as_many_as_they_are(files: tuple[int, ...]) -> None:
    """Two prices are two executions, beside a file that tells none, read in any order."""
    batches = [
        [fill(100.0, "events"), fill(100.5, "events", place=1)],
        [fill(None, "orders"), fill(None, "orders", place=1)],
        [fill(100.0, "copy"), fill(100.5, "copy", place=1)],
    ]
    order, duplicates = folded(*(batches[number] for number in files))
    assert (order["filled_quantity"], duplicates) == (2.0, 4)


def test_another_quantity_is_another_execution() -> None:
    """What differs in more than a price that is missing is never taken for the same."""
    order, duplicates = folded([fill(100.0, "events")], [fill(None, "orders", quantity=2.0)])
    assert (order["filled_quantity"], duplicates) == (3.0, 0)


def test_what_fills_nothing_needs_no_price() -> None:
    """A last word on an order without a price, which adds no quantity, takes no average away."""
    last = {**fill(None, "events", quantity=0.0, place=1), "kind": "order.filled"}
    order, _ = folded([fill(100.0, "events")], [{**last, "ts_event": T + 2}])
    assert (order["filled_quantity"], order["average_fill_price"]) == (1.0, 100.0)


def test_no_average_is_made_of_fills_of_which_one_tells_no_price() -> None:
    """Half of it at 100 and half at a price that nobody told was not filled at 50."""
    order, _ = folded([fill(100.0, "events")], [fill(None, "orders", quantity=2.0)])
    assert pd.isna(order["average_fill_price"])
