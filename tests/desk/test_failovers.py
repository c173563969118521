"""Exchanges that cease to be well: noted by the desk itself, and kept over a restart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources.frames import shaped
from data_sources.health import HealthSource
from desk.desk import Desk
from desk.failovers import ExchangeLog, failovers
from desk.origin import origin
from tests.data_sources import fault_server as faults
from tests.desk.small_desk import wait_for
from web.measured_frames import frame_of

NAMES = ("binance", "bybit")
SECOND = 1_000_000_000


@contextmanager
def running(server: faults.FaultServer, state_dir: Path) -> Iterator[Desk]:
    """A desk that asks two exchanges of one account over real sockets."""
    options: dict[str, Any] = {"account_id": "A1", "service_kind": "exchange", "every_seconds": 0.1}
    sources = [HealthSource(server.url(f"/{name}"), name=name, **options) for name in NAMES]
    desk = Desk([origin(each.name, each) for each in sources], state_dir=state_dir)
    desk.start()
    try:
        wait_for(lambda: not desk.not_ready())
        yield desk
    finally:
        desk.stop()


def states(desk: Desk) -> dict[str, str]:
    found = desk.frame("services")
    return dict(zip(found["name"], found["state"], strict=True))


def counted(desk: Desk) -> dict[tuple[str, float], int]:
    """(source, window) → failovers."""
    rows = frame_of(desk, "failover_counts", limit=100).to_dict("records")
    return {(row["source"], row["window_seconds"]): row["failovers_total"] for row in rows}


def test_an_exchange_that_fails_is_told_with_the_one_that_is_well(tmp_path: Path) -> None:
    """Two are well: 0 failovers. One answers 503: from it to the other, once, and why; the next
    process still knows it, and when it is well again that is none.
    """
    with faults.fault_server() as server:
        for name in NAMES:
            server.on(f"/{name}", faults.health())
        with running(server, tmp_path / "state") as desk:
            wait_for(lambda: states(desk) == dict.fromkeys(NAMES, "ok"))
            assert set(counted(desk).values()) == {0}
            assert len(counted(desk)) == 4
            server.on("/binance", faults.answer(b"no", "503 Service Unavailable"))
            wait_for(lambda: len(desk.frame("failovers")) == 1)
            (row,) = desk.frame("failovers").to_dict("records")
            assert (row["from_exchange"], row["to_exchange"], row["state"]) == (*NAMES, "down")
            assert "503" in row["reason"]
            assert (row["source"], row["account_id"]) == ("binance", "A1")
            assert row["ts_event"].tz is not None
            assert counted(desk)["binance", 300.0] == 1
            assert counted(desk)["bybit", 300.0] == 0
        server.on("/binance", faults.health())
        with running(server, tmp_path / "state") as desk:
            wait_for(lambda: states(desk) == dict.fromkeys(NAMES, "ok"))
            kept = desk.frame("failovers")
            assert kept["ts_event"].tolist() == [row["ts_event"]]
            assert desk.frame("failovers", until=row["ts_event"] - pd.Timedelta("1s")).empty


def log(*told: dict[str, str], account_id: str | None = None, source: str = "rest") -> ExchangeLog:
    """What one source told, second by second: exchange → state."""
    found = ExchangeLog()
    for second, each in enumerate(told):
        rows = [
            {"name": name, "kind": "exchange", "state": state, "detail": f"it is {state}"}
            | ({"latency_seconds": 0.1} if name != "hours" else {})
            for name, state in each.items()
        ]
        frame = shaped("services", rows, source=source, account_id=account_id)
        found.note({"services": frame}, second * SECOND)
    return found


def told(*logs: ExchangeLog) -> list[tuple[str, Any]]:
    found = failovers(logs).astype(object)
    return [
        (row["from_exchange"], None if pd.isna(row["to_exchange"]) else row["to_exchange"])
        for row in found.to_dict("records")
    ]


@pytest.mark.parametrize(
    ("before", "after", "rows"),
    [
        ({"a": "ok", "b": "ok"}, {"a": "degraded", "b": "ok"}, [("a", "b")]),
        ({"a": "ok", "b": "ok", "c": "ok"}, {"a": "down"}, [("a", None)]),
        ({"a": "ok", "b": "down"}, {"a": "down"}, [("a", None)]),
        ({"a": "ok", "hours": "ok"}, {"a": "down"}, [("a", None)]),
        ({"a": "unknown"}, {"a": "down"}, []),
        ({"a": "ok"}, {"a": "unknown"}, []),
        ({"a": "down"}, {"a": "ok"}, []),
        ({"a": "ok"}, {"a": "ok"}, []),
    ],
)
def test_what_is_a_failover(
    before: dict[str, str], after: dict[str, str], rows: list[tuple[str, Any]]
) -> None:
    """From well to anything that is told; where it went to only if there is one it can be."""
    assert told(log(before, after)) == rows


def test_what_nobody_told_in_between_is_no_second_one() -> None:
    """ok, unknown, down: one failover; down, degraded: the same trouble still."""
    assert told(log({"a": "ok"}, {"a": "unknown"}, {"a": "down"}, {"a": "degraded"})) == [
        ("a", None)
    ]


def test_exchanges_of_two_bots_are_kept_apart() -> None:
    """Another source's exchange is none to go to, unless both name the same account."""
    for account_id, to in ((None, None), ("A1", "b")):
        fails = log({"a": "ok"}, {"a": "down"}, source="one", account_id=account_id)
        other = log({"b": "ok"}, source="two", account_id=account_id)
        assert told(fails, other) == [("a", to)]
    assert failovers([]).empty
    assert failovers([ExchangeLog()]).empty
