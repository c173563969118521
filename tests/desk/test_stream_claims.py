"""What the streams of a real Redis server claim of one account is held against each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources.redis_streams import RedisStreamsSource
from desk.desk import Desk
from desk.origin import origin
from tests.data_sources.network.conftest import RedisServer, running_redis
from tests.desk.small_desk import wait_for
from tests.desk.test_unnamed_account import Told
from web.measured_frames import frame_of

COLUMNS = ["what", "source_a", "value_a", "source_b", "value_b"]
BALANCE, STATE = "quantum:stream:account.balance", "quantum:stream:portfolio.state"
SNAPSHOT = "quantum:stream:portfolio.snapshot_updated"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A fresh, empty Redis server."""
    with running_redis(tmp_path) as running:
        yield running


@contextmanager
def desk_of(folder: Path, server: RedisServer, *others: Told, **options: Any) -> Iterator[Desk]:
    """A running desk that has read all entries of the server."""
    redis = RedisStreamsSource(server.url, dialect="quantum_trader", name="redis", **options)
    origins = [*(origin(each.name, each) for each in others), origin("redis", redis)]
    desk = Desk(origins, state_dir=folder / "state")
    desk.start()
    try:
        wait_for(lambda: not desk.not_ready() and len(desk.frame("events")))
        yield desk
    finally:
        desk.stop()


def told(desk: Desk, **wanted: Any) -> list[tuple[Any, ...]]:
    frame = desk.frame("disagreements", **wanted)[COLUMNS].astype(object)
    return list(frame.where(frame.notna(), None).itertuples(index=False, name=None))


def balance(server: RedisServer, seconds: int, equity: str, positions: str = "14") -> None:
    server.add(BALANCE, balance=equity, positions=positions, timestamp=str(seconds))


def snapshot(server: RedisServer, seconds: int, equity: float, positions: int = 0) -> None:
    payload = f'{{"total_equity": {equity}, "num_positions": {positions}}}'
    server.add(SNAPSHOT, payload=payload, timestamp=str(seconds))


def test_three_truths_of_one_moment(tmp_path: Path, server: RedisServer, realdata: Path) -> None:
    """10000.0 is called a placeholder, 3902.69 agrees, and 47 and 0 positions contradict 14."""
    server.replay(realdata / "quantum_trader/redis_2026-02-17/stream_first_last.jsonl")
    with desk_of(tmp_path, server) as desk:
        made_up = "redis portfolio.snapshot_updated (placeholder)"
        wait_for(lambda: len(told(desk)) == 3)
        assert told(desk) == [
            ("equity", "redis account.balance", "3902.68617702", made_up, "10000"),
            ("positions", "redis account.balance", "14", "redis portfolio.snapshot_updated", "0"),
            ("positions", "redis account.balance", "14", "redis portfolio.state", "47"),
        ]
        frame = desk.frame("disagreements", source="redis")
        assert len(frame) == 3
        assert frame["account_id"].isna().all()
        assert frame["as_of"].max() == pd.Timestamp(1771364765, unit="s", tz="UTC")
        equity = desk.frame("equity")["equity"]
        assert not equity.isin([10_000.0, 15_000.0]).any()


@pytest.mark.parametrize("made_up", [10_000.0, 15_000.0])
def test_a_placeholder_never_wins(tmp_path: Path, server: RedisServer, made_up: float) -> None:
    """The only stream that still speaks tells a placeholder: nothing is believed."""
    balance(server, 1_771_360_000, "3902.5")
    snapshot(server, 1_771_364_000, made_up)
    with desk_of(tmp_path, server) as desk:
        wait_for(lambda: told(desk))
        flagged = "redis portfolio.snapshot_updated (placeholder)"
        assert told(desk) == [("equity", None, None, flagged, f"{made_up:g}")]


def test_the_ranks_of_the_streams_decide(tmp_path: Path, server: RedisServer) -> None:
    """A snapshot with a real equity contradicts too, and the balance stays the one believed."""
    snapshot(server, 1_771_364_010, 4_100.0, positions=14)
    server.add(STATE, equity_usd="3902.69", positions_count="14", timestamp="1771364005")
    with desk_of(tmp_path, server) as desk:
        later = "redis portfolio.snapshot_updated"
        wait_for(lambda: told(desk))
        assert told(desk) == [("equity", "redis portfolio.state", "3902.69", later, "4100")]
        balance(server, 1_771_364_000, "3000.0")
        wait_for(lambda: len(told(desk)) == 2)
        assert told(desk) == [
            ("equity", "redis account.balance", "3000", "redis portfolio.state", "3902.69"),
            ("equity", "redis account.balance", "3000", later, "4100"),
        ]


def test_streams_and_services_of_one_account(tmp_path: Path, server: RedisServer) -> None:
    """A service that stands first is believed, and each stream is held against it by name."""
    now = int(pd.Timestamp.now("UTC").timestamp())
    balance(server, now, "3902.0", positions="2")
    snapshot(server, now, 10_000.0, positions=2)
    service = Told("service", "rest", 4_000.0, 2)
    with desk_of(tmp_path, server, service) as desk:
        wait_for(lambda: len(told(desk)) == 2)
        assert sorted(told(desk), key=str) == [
            ("equity", "service", "4000", "redis account.balance", "3902"),
            (
                *("equity", "service", "4000"),
                *("redis portfolio.snapshot_updated (placeholder)", "10000"),
            ),
        ]
        assert desk.frame("disagreements")["source"].isna().all()


def test_streams_of_two_servers_are_no_one_account(tmp_path: Path, server: RedisServer) -> None:
    """Two Redis sources without accounts may be two bots: each is only held against itself."""
    balance(server, 1_771_364_000, "3902.0")
    other = Told("other", "redis_streams", 5_000.0, 0)
    with desk_of(tmp_path, server, other) as desk:
        assert told(desk) == []
        server.add(STATE, equity_usd="3000", positions_count="14", timestamp="1771364000")
        wait_for(lambda: told(desk))
        expected = ("equity", "redis account.balance", "3902", "redis portfolio.state", "3000")
        assert told(desk) == [expected]


def test_what_was_claimed_by_a_moment(tmp_path: Path, server: RedisServer) -> None:
    """With `until` the newest claims of then are compared, not those of now."""
    balance(server, 1_771_364_000, "3902.0")
    server.add(STATE, equity_usd="3000", positions_count="14", timestamp="1771364001")
    balance(server, 1_771_364_060, "3000.0")
    with desk_of(tmp_path, server) as desk:
        wait_for(lambda: len(desk.frame("events")) == 3)
        assert told(desk) == []
        then = pd.Timestamp(1_771_364_030, unit="s", tz="UTC")
        expected = ("equity", "redis account.balance", "3902", "redis portfolio.state", "3000")
        assert told(desk, until=then) == [expected]


def test_the_emergency_stop_of_the_streams(
    tmp_path: Path, server: RedisServer, realdata: Path
) -> None:
    """Active since the request of 20:46:58, and a moment earlier unknown: the guard was over."""
    server.replay(realdata / "quantum_trader/redis_2026-02-17/stream_first_last.jsonl")
    with desk_of(tmp_path, server) as desk:
        wait_for(lambda: len(desk.frame("ess_changes")) == 2)
        (now,) = frame_of(desk, "ess", limit=9).to_dict("records")
        assert (now["state"], now["reason"], now["n"]) == (
            *("active", "EMERGENCY_FLATTEN_REQUESTED"),
            2,
        )
        before = pd.Timestamp("2026-02-17T20:46:58Z")
        (then,) = frame_of(desk, "ess", limit=9, until=before).to_dict("records")
        assert (then["state"], then["duration_seconds"], then["n"]) == ("unknown", 14_400.0, 1)
