"""A share of what was submitted counts only orders that were, whatever else the window holds."""

from __future__ import annotations

import pandas as pd
import pytest

from ledger import Ledger
from metrics.orders import order_counts
from metrics.submitted_fates import submitted_fates
from tests.ledger.conftest import event_frame

S = 1_000_000_000
T = 1_756_757_303 * S


def line(second: int, kind: str, name: str, **more: object) -> dict[str, object]:
    """Return a line about an order."""
    return {"ts_event": T + second * S, "kind": f"order.{kind}", "client_order_id": name, **more}


LINES = [
    line(0, "submitted", "before"),
    line(100, "submitted", "in"),
    line(101, "accepted", "before"),
    line(102, "accepted", "in"),
    line(103, "partially_filled", "in"),
    line(104, "filled", "in"),
    line(105, "filled", "before"),
    *(line(106 + n, "accepted", f"stray {n}") for n in range(3)),
    line(110, "submitted", "refused"),
    line(111, "rejected", "refused"),
    line(112, "submitted", "close", position_effect="close"),
    line(113, "accepted", "close", position_effect="close"),
]


@pytest.fixture
def ledger():
    """An order from before the window, two inside, three strays, and one that closes."""
    made = Ledger(expiry_seconds=600.0)
    made.fold(event_frame(LINES))
    return made


def test_strays_and_earlier_orders_are_no_share_of_what_was_submitted(ledger):
    """The window counts five acknowledgements of opening orders; one of two submitted has one."""
    view = ledger.view(window_seconds=60.0)
    counts = view.measure(order_counts)
    assert (counts.submitted, counts.ack, counts.filled, counts.orphans) == (2, 5, 2, 3)
    fates = view.measure(submitted_fates)
    assert fates.n == counts.submitted
    assert fates.reached == {
        "ack": 1,
        "partial": 1,
        "filled": 1,
        "cancelled": 0,
        "expired": 0,
        "failed": 1,
    }


def test_over_everything_the_strays_alone_are_left_out(ledger):
    """Three were submitted, two of them acknowledged and filled; a frame tells the same."""
    view = ledger.view(window_seconds=None)
    fates = view.measure(submitted_fates)
    assert (fates.n, fates.reached["ack"], fates.reached["filled"]) == (3, 2, 2)
    of_frame = submitted_fates(view.orders, None)
    assert of_frame.reached == {k: n for k, n in fates.reached.items() if k != "partial"}


def test_the_past_knows_only_what_had_come(ledger):
    """Before its fill the order was acknowledged, and no more."""
    at = pd.Timestamp(T + 102 * S, unit="ns", tz="UTC")
    fates = ledger.view(at=at, window_seconds=60.0).measure(submitted_fates)
    assert (fates.n, fates.reached["ack"]) == (1, 1)
    assert (fates.reached["partial"], fates.reached["filled"]) == (0, 0)
