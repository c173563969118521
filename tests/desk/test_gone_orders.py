"""An order that is gone from a list without a word is over: at any look, and after a restart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.frames import shaped
from data_sources.rest import RestSource
from desk.desk import Desk
from desk.gone_orders import GONE, MOST_GONE, with_gone
from desk.origin import origin
from tests.data_sources.fault_server import FaultServer, answer
from tests.desk.small_desk import wait_for
from tests.examples import examples

OANDA, COINBASE = "/brokers/oanda/orders", "/brokers/coinbase-adv/orders"
T = 1_800_000_000


def pending(number: int, created: float, expires: float | None = None) -> dict[str, Any]:
    """An order as the arena lists it."""
    return {
        "id": f"paper-oanda-{number}", "instrument": "EUR_USD", "side": "BUY", "units": 100,
        "entry_price": 1.1655, "stop_loss": 1.16, "take_profit": 1.17, "quality_score": 75,
        "status": "PENDING", "created_at": created, "mode": "paper",
        **({} if expires is None else {"ttl_expires_at": expires}),
    }  # fmt: skip


class Arena:
    """The arena's addresses, each answering what it is told to."""

    def __init__(self) -> None:
        self.server = FaultServer()
        self.lists(COINBASE)
        account = {"environment": "practice", "account_summary": {"account_id": "N/A"}}
        self.server.answers["/brokers/oanda/accounts"] = answer(json.dumps(account).encode())

    def lists(self, path: str, *orders: dict[str, Any]) -> None:
        self.server.answers[path] = answer(json.dumps({"orders": orders}).encode())

    def fails(self, path: str) -> None:
        self.server.answers[path] = answer(b"{}", status="500 Internal Server Error")

    def source(self) -> RestSource:
        return RestSource("rick", url=self.server.url(""), name="arena", every_seconds=0.05)


@pytest.fixture
def arena() -> Iterator[Arena]:
    made = Arena()
    yield made
    made.server.close()


@contextmanager
def running(arena: Arena, folder: Path) -> Iterator[Desk]:
    desk = Desk([origin("arena", arena.source())], state_dir=folder / "state")
    desk.start()
    try:
        wait_for(lambda: desk.sources()[0]["state"] != "waiting")
        yield desk
    finally:
        desk.stop()


def statuses(desk: Desk, at: pd.Timestamp | None = None) -> dict[str, str]:
    """Order → its status, as the states of a moment tell it."""
    orders = desk.view(at=at).states.get("orders", shaped("orders", ()))
    return dict(zip(orders["venue_order_id"], orders["status"], strict=True))


def test_at_each_moment_and_after_a_restart_it_is_what_it_was(arena: Arena, tmp_path: Path) -> None:
    """Of two that are gone one had outlived its time: expired then; of the other nobody knows."""
    past = pd.Timestamp.now("UTC").timestamp() - 30_000
    arena.lists(OANDA, pending(1, past, past + 21_600), pending(2, past, past + 90_000))
    with running(arena, tmp_path) as desk:
        wait_for(lambda: len(statuses(desk)) == 2)
        before = pd.Timestamp.now("UTC")
        arena.lists(OANDA)
        wait_for(lambda: "unknown" in statuses(desk).values())
        missed = pd.Timestamp.now("UTC")
        over = {"paper-oanda-1": "expired", "paper-oanda-2": "unknown"}
        assert statuses(desk) == over
        assert set(statuses(desk, before).values()) == {"accepted"}
        told = desk.frame("orders").set_index("venue_order_id")
        wait_for(lambda: desk.not_ready() == [])
    assert told["ts_closed"].iloc[0].timestamp() == pytest.approx(past + 21_600)
    assert before < told.loc["paper-oanda-2", "ts_closed"] <= missed
    assert set(told["reason"]) == {GONE}

    arena.fails(OANDA)  # a server that says nothing changes nothing
    with running(arena, tmp_path) as again:
        assert statuses(again) == over
        assert statuses(again, missed) == over
        assert set(statuses(again, before).values()) == {"accepted"}
        kept = again.frame("orders").set_index("venue_order_id")
        assert kept["ts_closed"].to_dict() == told["ts_closed"].to_dict()


def test_a_list_that_fails_loses_no_order(arena: Arena, tmp_path: Path) -> None:
    """Neither while it fails, nor across a restart, nor because its neighbor answers."""
    arena.lists(OANDA, pending(1, T))
    arena.lists(COINBASE, {"id": "paper-1", "product_id": "BTC-USD", "created_at": T})
    with running(arena, tmp_path) as desk:
        wait_for(lambda: len(statuses(desk)) == 2)
        wait_for(lambda: desk.frame("orders").shape[0] == 2)
    arena.fails(COINBASE)
    with running(arena, tmp_path) as desk:
        wait_for(lambda: desk.sources()[0]["state"] == "degraded")
        assert "unknown" not in statuses(desk).values()
        assert set(statuses(desk)) == {"paper-oanda-1", "paper-1"}
        arena.lists(COINBASE)
        wait_for(lambda: statuses(desk).get("paper-1") == "unknown")
        assert statuses(desk)["paper-oanda-1"] == "accepted"


def orders(*rows: dict[str, Any]) -> pd.DataFrame:
    return shaped("orders", rows, source="arena")


def row(name: str, sent: float = 0.0, **more: Any) -> dict[str, Any]:
    ts = pd.Timestamp(T + sent, unit="s", tz="UTC")
    return {"venue_order_id": name, "status": "accepted", "ts_submitted": ts, **more}


def test_an_id_that_is_given_again_is_another_order() -> None:
    """The arena counts from 1 again after its restart: the order before is gone, the new one is."""
    found = with_gone(
        orders(row("paper-1")), orders(row("paper-1", 3600)), True, (T + 3601) * 10**9
    )
    assert sorted(found["status"]) == ["accepted", "unknown"]
    # A little later it is the same order whose moment the server tells more exactly.
    same = with_gone(orders(row("paper-1")), orders(row("paper-1", 0.4)), True, (T + 9) * 10**9)
    assert same["status"].tolist() == ["accepted"]


def test_one_that_is_back_was_not_gone_and_one_that_ended_stays_ended() -> None:
    """A list that was short for once is believed again; a told end is no riddle."""
    first = orders(row("a"), row("b", status="filled"), row("c", status="PENDING_X"))
    gone = with_gone(first, orders(), True, (T + 5) * 10**9)
    assert dict(zip(gone["venue_order_id"], gone["status"], strict=True)) == {
        "a": "unknown", "b": "filled", "c": "unknown",
    }  # fmt: skip
    back = with_gone(gone, orders(row("a")), True, (T + 10) * 10**9)
    assert dict(zip(back["venue_order_id"], back["status"], strict=True)) == {
        "a": "accepted", "b": "filled", "c": "unknown",
    }  # fmt: skip
    assert str(back["ts_closed"].dtype) == "datetime64[ns, UTC]"
    assert back.dtypes.equals(first.dtypes)


@examples(12)
@given(st.lists(st.sets(st.integers(0, 8)), min_size=1, max_size=12))
def test_no_order_is_lost_and_none_is_told_twice(lists: list[set[int]]) -> None:
    """For any lists in turn: open is what is listed, all others that ever were are unknown."""
    told, ever = orders(), set[int]()
    for turn, listed in enumerate(lists):
        told = with_gone(told, orders(*(row(str(n)) for n in listed)), True, (T + turn) * 10**9)
        ever |= listed
        found = dict(zip(told["venue_order_id"], told["status"], strict=True))
        assert len(told) == len(found)
        assert found == {str(n): "accepted" if n in listed else "unknown" for n in ever}


def test_only_the_last_ones_are_kept() -> None:
    """A list of which thousands vanish does not grow without end."""
    many = orders(*(row(str(n)) for n in range(3 * MOST_GONE)))
    assert len(with_gone(many, orders(), True, T * 10**9)) == MOST_GONE
