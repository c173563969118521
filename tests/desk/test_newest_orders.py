"""A list that tells the newest orders alone says nothing of the end of those that leave it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from data_sources.frames import shaped
from data_sources.reading import Reading
from data_sources.rest import RestSource
from desk.gone_orders import MOST_GONE, with_gone
from desk.origin import origin
from metrics.pending import pending
from tests.data_sources.fault_server import fault_server
from tests.data_sources.network.services import Clock, told
from tests.desk.small_desk import wait_for
from tests.desk.test_gone_orders import T, orders, row
from tests.desk.test_listed_ends import Broker, desk_over


def listed(numbers: range, *new: int) -> dict[str, Any]:
    """The dashboard's answer: the newest first, FILLED all but some."""
    rows = [
        {
            "id": n, "symbol": "BTCUSDT", "side": "BUY", "size": 1.0, "price": 5.0,
            "status": "NEW" if n in new else "FILLED", "timestamp": T + n,
        }
        for n in reversed(numbers)
    ]  # fmt: skip
    return {"recent_orders": rows}


def test_an_order_that_50_newer_ones_push_out_has_not_ended() -> None:
    """Quantum Trader lists 50: of 51 orders the first, NEW, stays open; the second stays FILLED."""
    clock = Clock(T + 100)
    with fault_server() as server:
        server.on("/api/dashboard/trading", told(listed(range(1, 51), 1)))
        source = RestSource(
            "quantum_trader", url=server.url(""), name="qt", endpoints=["orders"], now=clock
        )
        kept = origin("qt", source)
        for first in (1, 2, 3):
            server.on("/api/dashboard/trading", told(listed(range(first, first + 50), 1)))
            reading = source.read()
            assert (reading.state, reading.whole) == ("ok", frozenset())
            kept.take(reading, round(clock.now * 1e9))
            clock.now += 10
        source.close()
    found = kept.states.newest["orders"].set_index("venue_order_id")["status"]
    assert len(found) == 52
    assert (found["1"], found["2"]) == ("accepted", "filled")
    assert set(found.drop("1")) == {"filled"}


class Newest(Broker):
    """Tells the newest order alone."""

    def read(self) -> Reading:
        return dataclasses.replace(super().read(), whole=frozenset())


def test_a_logs_open_order_has_ended_also_when_the_list_has_moved_on(tmp_path: Path) -> None:
    """What the list said of its end holds when a newer order has pushed it out."""
    broker = Newest(status="filled")
    desk = desk_over(tmp_path, broker)
    desk.start()
    try:
        wait_for(lambda: desk.sources()[0]["accepted"] == 2 and not desk.not_ready())
        wait_for(lambda: desk.view(window_seconds=None).measure(pending).pending_orders == 1)
        broker.order = {**broker.order, "id": "o-9", "status": "new"}
        wait_for(
            lambda: "o-9" in set(desk.view(window_seconds=None).states["orders"]["venue_order_id"])
        )
        view = desk.view(window_seconds=None)
    finally:
        desk.stop()
    assert view.measure(pending).pending_orders == 1
    assert view.waiting_order_columns.frame()["venue_order_id"].tolist() == ["o-2"]


def test_what_was_only_not_heard_this_time_is_all_kept() -> None:
    """500 are open, 100 are answered, and that is not all: 500 are open."""
    many = orders(*(row(str(n)) for n in range(500)))
    some = orders(*(row(str(n)) for n in range(100)))
    found = with_gone(many, some, False, T * 10**9)
    assert sorted(found["venue_order_id"], key=int) == [str(n) for n in range(500)]
    assert set(found["status"]) == {"accepted"}


def test_of_those_that_ended_the_last_are_kept() -> None:
    """Each second one is filled and leaves: the list of before does not grow without end."""
    known = shaped("orders", ())
    for turn in range(0, 3 * MOST_GONE, 50):
        now = orders(*(row(str(n), n, status="filled") for n in range(turn, turn + 50)))
        known = with_gone(known, now, False, (T + turn) * 10**9)
    newest = range(3 * MOST_GONE - 50 - MOST_GONE, 3 * MOST_GONE)
    assert sorted(map(int, known["venue_order_id"])) == list(newest)
