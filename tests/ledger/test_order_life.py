"""Order lives, told one small story at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from ledger import Ledger, order_lives

S = 1_000_000_000
T = 1_756_757_303 * S
Maker = Callable[[list[dict[str, Any]]], pd.DataFrame]


def counts(frame: pd.DataFrame) -> dict[str, int]:
    ledger = Ledger()
    ledger.fold(frame)
    tally = ledger.view(window_seconds=None).tally
    return {
        str(what): int(n) for what, n in tally.groupby("what", observed=True)["n"].sum().items()
    }


def test_running_totals_are_not_added_up(make_events: Maker) -> None:
    """A fill that tells what is filled so far fills only what that grew by."""
    rows = [
        {"ts_event": T, "kind": "order.submitted", "client_order_id": "a", "quantity": 12.0},
        {"ts_event": T + S, "kind": "order.accepted", "client_order_id": "a"},
        *(
            {
                "ts_event": T + n * S,
                "kind": kind,
                "client_order_id": "a",
                "value": so_far,
                "price": 2.0,
            }
            for n, kind, so_far in (
                (2, "order.partially_filled", 3.0),
                (3, "order.partially_filled", 7.0),
                (4, "order.filled", 12.0),
            )
        ),
    ]
    order = order_lives(make_events(rows)).iloc[0]
    assert order["filled_quantity"] == 12.0
    assert order["leaves_quantity"] == 0.0
    assert order["average_fill_price"] == 2.0
    assert order["status"] == "filled"


def test_own_quantities_are_added_up(make_events: Maker) -> None:
    """A fill that tells its own quantity adds to what was filled before."""
    rows = [
        {"ts_event": T, "kind": "order.submitted", "client_order_id": "a", "quantity": 3.0},
        {
            "ts_event": T + 1,
            "kind": "order.partially_filled",
            "client_order_id": "a",
            "quantity": 1.0,
            "price": 10.0,
        },
        {
            "ts_event": T + 2,
            "kind": "order.partially_filled",
            "client_order_id": "a",
            "quantity": 1.0,
            "price": 13.0,
        },
    ]
    order = order_lives(make_events(rows)).iloc[0]
    assert order["filled_quantity"] == 2.0
    assert order["leaves_quantity"] == 1.0
    assert order["average_fill_price"] == 11.5
    assert order["status"] == "partially_filled"


def test_without_ids_the_oldest_order_is_meant(make_events: Maker) -> None:
    """Submits without ids are answered first in, first out, opens and closes apart."""
    rows = [
        {"ts_event": T, "kind": "order.submitted", "position_effect": "open"},
        {"ts_event": T + S, "kind": "order.submitted", "position_effect": "open"},
        {"ts_event": T + 2 * S, "kind": "order.submitted", "position_effect": "close"},
        {
            "ts_event": T + 3 * S,
            "kind": "order.accepted",
            "client_order_id": "one",
            "position_effect": "open",
        },
        {"ts_event": T + 4 * S, "kind": "order.accepted", "position_effect": "close"},
    ]
    orders = order_lives(make_events(rows))
    assert orders["client_order_id"].tolist()[0] == "one"
    assert orders["order_ack_seconds"].tolist()[::2] == [3.0, 2.0]
    assert orders["status"].tolist() == ["accepted", "submitted", "accepted"]


def test_silence_expires_an_order_at_the_moment_asked_for(make_events: Maker) -> None:
    """300 s without an answer expire an order; one second earlier it still waits."""
    ledger = Ledger()
    ledger.fold(make_events([{"ts_event": T, "kind": "order.submitted"}]))
    for after, status in ((299, "submitted"), (300, "expired")):
        at = pd.Timestamp(T + after * S, unit="ns", tz="UTC")
        view = ledger.view(at=at, window_seconds=None)
        assert view.orders["status"].tolist() == [status]
        assert len(view.open_orders) == (status == "submitted")


def test_an_answer_to_nobody_is_an_orphan(make_events: Maker) -> None:
    """A fill without a submit counts as filled and as an orphan, and takes no other's place."""
    rows = [
        {"ts_event": T, "kind": "order.submitted", "client_order_id": "mine"},
        {"ts_event": T + S, "kind": "order.filled", "client_order_id": "other", "quantity": 1.0},
    ]
    found = counts(make_events(rows))
    assert (found["orphan"], found["filled"], found["submitted"]) == (1, 1, 1)
    assert order_lives(make_events(rows))["status"].tolist() == ["submitted", "filled"]


def test_told_twice_counts_once(make_events: Maker) -> None:
    """The same event by id and time is a duplicate; two equal lines without an id are two."""
    named = {"ts_event": T, "kind": "order.filled", "client_order_id": "a"}
    plain = {"ts_event": T, "kind": "order.denied", "reason": "WHY"}
    frame = make_events([named, named, plain, plain])
    ledger = Ledger()
    folded = ledger.fold(frame)
    assert folded.duplicates == {"aurora": 1}
    assert len(folded.kept) == 3
    assert counts(frame)["order.denied"] == 2


def test_a_skip_that_is_also_denied_is_one_denial(make_events: Maker) -> None:
    """A skipped open followed by a denial of the same reason is absorbed by it."""
    rows = [
        {"ts_event": T, "kind": "order.skipped", "reason": "WHY_NEGATIVE_EDGE"},
        {"ts_event": T + 1_000_000, "kind": "order.denied", "reason": "WHY_NEGATIVE_EDGE"},
        {"ts_event": T + 5 * S, "kind": "order.skipped", "reason": "WHY_NEGATIVE_EDGE"},
    ]
    found = counts(make_events(rows))
    assert found["order.skipped"] - found["skip_absorbed"] == 1
    assert found["order.denied"] == 1


def test_twins_count_only_where_nothing_else_tells(make_events: Maker) -> None:
    """Lines of order files count in a session without other lines, and there alone."""
    twin = {"kind": "telemetry.twin.order.denied", "reason": "WHY"}
    alone = make_events([{**twin, "ts_event": T, "session_id": "files"}])
    assert counts(alone) == {"order.denied": 1}
    both = make_events(
        [
            {**twin, "ts_event": T + 1, "session_id": "both"},
            {"kind": "order.denied", "ts_event": T, "session_id": "both", "reason": "WHY"},
        ]
    )
    assert counts(both)["order.denied"] == 1


def test_twins_step_back_when_the_events_come_later(make_events: Maker) -> None:
    """An order file read before its events file leaves no order behind."""
    ledger = Ledger()
    twin = {"kind": "telemetry.twin.order.filled", "decision": "accepted", "client_order_id": "a"}
    ledger.fold(make_events([{**twin, "ts_event": T + 1}]))
    assert len(ledger.view(window_seconds=None).orders) == 1
    ledger.fold(
        make_events(
            [
                {"ts_event": T, "kind": "order.submitted"},
                {
                    "ts_event": T + 1,
                    "kind": "order.filled",
                    "decision": "accepted",
                    "client_order_id": "a",
                },
            ]
        )
    )
    view = ledger.view(window_seconds=None)
    assert view.orders["status"].tolist() == ["filled"]
    assert view.orders["order_ack_seconds"].tolist() == [pytest.approx(1e-9)]


def test_a_line_without_time_counts_in_all_only(make_events: Maker) -> None:
    """Without a time a line belongs to no window, but it was there."""
    ledger = Ledger()
    ledger.fold(
        make_events(
            [
                {"ts_event": None, "kind": "order.denied"},
                {"ts_event": T, "kind": "order.denied"},
            ]
        )
    )
    assert ledger.view(window_seconds=None).tally["n"].sum() == 2
    assert ledger.view(window_seconds=300.0).tally["n"].sum() == 1


def test_what_no_longer_fits_in_memory_stays_counted(make_events: Maker) -> None:
    """With room for 200 events, totals are still exact and percentiles come from the histogram."""
    rows = []
    for number in range(1000):
        ts = T + number * S
        name = {"client_order_id": str(number)}
        rows.append({"ts_event": ts, "kind": "order.submitted", **name})
        ack = ts + (number % 100 + 1) * 1_000_000
        rows.append({"ts_event": ack, "kind": "order.accepted", **name})
    ledger = Ledger(capacity=200, order_capacity=100)
    frame = make_events(rows)
    for start in range(0, len(frame), 100):
        ledger.fold(frame.iloc[start : start + 100])
    view = ledger.view(window_seconds=None)
    sums = view.tally.groupby("what", observed=True)["n"].sum()
    assert (sums["submitted"], sums["accepted"]) == (1000, 1000)
    samples = view.latency("order_ack")
    assert not samples.exact
    assert samples.n == 1000
    bins, middles = samples.histogram
    median = middles[bins.cumsum().searchsorted(500)]
    assert median == pytest.approx(0.0505, rel=0.02)
    assert ledger.view(window_seconds=30.0).exact


def test_open_orders_beyond_the_room_cost_no_sweep_each_time(make_events: Maker) -> None:
    """Open orders are always kept: with more of them than there is room, rows move now and then."""
    ledger = Ledger(order_capacity=40)
    rows = [
        {"ts_event": T + number * S, "kind": "order.submitted", "client_order_id": str(number)}
        for number in range(200)
    ]
    frame = make_events(rows)
    ledger.fold(frame.iloc[:180])
    seen = ledger.view(window_seconds=None)
    moves = ledger.orders.moves
    for place in range(180, 200):
        ledger.fold(frame.iloc[[place]])
    assert ledger.orders.moves - moves <= 2
    assert len(seen.open_order_columns) == 180
    assert len(ledger.view(window_seconds=None).open_order_columns) == 200


def test_an_order_lives_as_long_as_its_submit_says(make_events: Maker) -> None:
    """A time to live, told on the submit, ends the order whether it was accepted or not."""
    rows = [
        {"ts_event": T, "kind": "order.submitted", "client_order_id": "a", "value": 3600.0},
        {"ts_event": T + S, "kind": "order.accepted", "client_order_id": "a"},
        {"ts_event": T, "kind": "order.submitted", "client_order_id": "b", "value": 3600.0},
        {"ts_event": T, "kind": "order.submitted", "client_order_id": "c", "decision": "accepted"},
    ]
    ledger = Ledger()
    ledger.fold(make_events(rows))
    for after, expected in (
        (3599, ["accepted", "submitted", "accepted"]),
        (3600, ["expired", "expired", "accepted"]),
    ):
        at = pd.Timestamp(T + after * S, unit="ns", tz="UTC")
        orders = ledger.view(at=at, window_seconds=None).orders.sort_values("client_order_id")
        assert orders["status"].tolist() == expected
    assert orders["ts_expires"].iloc[0] == pd.Timestamp(T + 3600 * S, unit="ns", tz="UTC")
    assert orders["ts_expires"].isna().tolist() == [False, False, True]
