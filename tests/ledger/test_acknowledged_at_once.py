"""Orders whose submit says that the venue has taken them: they stand, but for how long it took."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from ledger import Ledger

S = 1_000_000_000
T = 1_756_757_303 * S
Maker = Callable[[list[dict[str, Any]]], pd.DataFrame]


def line(second: float, kind: str, name: str, **more: Any) -> dict[str, Any]:
    """Return a line about an order."""
    told = {"ts_event": T + int(second * S), "kind": f"order.{kind}", "client_order_id": name}
    return {**told, "raw_offset": int(second * 1000) + len(kind), **more}


LINES = (
    line(0, "submitted", "at once", decision="accepted"),
    line(1, "submitted", "asked"),
    line(1.25, "accepted", "asked"),
    line(2, "submitted", "same time"),
    line(2, "accepted", "same time", raw_offset=2500),
    line(3, "filled", "at once"),
)


def seconds(ledger: Ledger, until: float = 60) -> dict[str, float | None]:
    """Return how long each order waited for its acknowledgement; None where nobody knows."""
    at = pd.Timestamp(T + int(until * S), unit="ns", tz="UTC")
    orders = ledger.view(at=at, window_seconds=None).orders
    known = orders["order_ack_seconds"].astype(object).where(orders["order_ack_seconds"].notna())
    return {
        name: None if pd.isna(value) else float(value)
        for name, value in zip(orders["client_order_id"], known, strict=True)
    }


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4, 5), (5, 4, 3, 2, 1, 0), (2, 5, 0, 3, 4, 1)])
def test_how_long_an_order_waited_that_was_taken_at_once_is_missing(
    make_events: Maker, order: tuple[int, ...]
) -> None:
    """It is counted as acknowledged without a time; two lines of one moment are a true zero."""
    ledger = Ledger()
    for number in order:
        ledger.fold(make_events([LINES[number]]))
    view = ledger.view(window_seconds=None)
    counted = view.tally.groupby("what", observed=True)["n"].sum()
    assert (counted["submitted"], counted["accepted"]) == (3, 3)
    assert seconds(ledger) == {"at once": None, "asked": 0.25, "same time": 0.0}
    samples = view.latency("order_ack")
    assert sorted(samples.seconds.tolist()) == [0.0, 0.25]
    assert samples.n == 2
    accepted = view.orders.set_index("client_order_id")["ts_accepted"]
    assert accepted["at once"] == pd.Timestamp(T, unit="ns", tz="UTC")


def test_an_order_taken_at_once_that_ended_stays_without_a_time(make_events: Maker) -> None:
    """Told again after its end, and looked at in the past, nothing is learned of its waiting."""
    ledger = Ledger()
    ledger.fold(make_events(list(LINES)))
    ledger.fold(make_events([line(4, "canceled", "at once"), line(0.5, "filled", "at once")]))
    assert seconds(ledger)["at once"] is None
    assert seconds(ledger, until=0.75) == {"at once": None}
    assert seconds(ledger, until=1.5) == {"at once": None, "asked": 0.25}


def test_a_late_submit_that_was_taken_at_once_has_no_time_either(make_events: Maker) -> None:
    """Read late, it says that the order stood since then: the answer behind it is no news."""
    ledger = Ledger()
    ledger.fold(make_events([line(1, "accepted", "x")]))
    assert seconds(ledger) == {"x": None}
    ledger.fold(make_events([line(0, "submitted", "x", decision="accepted")]))
    assert seconds(ledger) == {"x": None}
    assert ledger.view(window_seconds=None).latency("order_ack").n == 0
