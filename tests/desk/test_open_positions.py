"""A stream that tells its positions again and again: the frame holds each of them once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from data_sources.frames import shaped
from data_sources.jsonl import JsonlSource
from data_sources.redis_streams import RedisStreamsSource
from desk.desk import Desk
from desk.open_positions import newest_positions
from desk.origin import origin
from tests.data_sources.network.conftest import RedisServer, redis_server  # noqa: F401
from tests.desk.small_desk import wait_for

T = pd.Timestamp("2026-01-02T12:00:00Z")


def snapshot(symbol: str, second: int, quantity: float) -> dict[str, str]:
    """An entry as Quantum Trader writes it: all texts."""
    fields = {"symbol": symbol, "side": "SHORT", "position_qty": quantity, "entry_price": 2.0}
    fields |= {"mark_price": 1.5, "leverage": 20, "timestamp": int(T.timestamp()) + second}
    return {name: str(value) for name, value in fields.items()}


def test_of_a_redis_stream_the_newest_open_ones_stand(
    redis_server: RedisServer,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Six snapshots of three symbols, one of them closed at last: two rows, by their newest."""
    stream = "quantum:stream:position.snapshot"
    told = [
        ("A", 0, 5.0),
        ("B", 1, 2.0),
        ("C", 2, 9.0),
        ("A", 3, 6.0),
        ("B", 4, 0.0),
        ("C", 1, 8.0),
    ]
    for symbol, second, quantity in told:
        redis_server.add(stream, **snapshot(symbol, second, quantity))
    source = RedisStreamsSource(redis_server.url, dialect="quantum_trader", name="streams")
    desk = Desk([origin("streams", source)], state_dir=tmp_path / "state")
    desk.start()
    try:
        wait_for(lambda: desk.sources()[0]["accepted"] == 6)
        found = desk.frame("positions").set_index("symbol")
        assert found["quantity"].to_dict() == {"C": 9.0, "A": 6.0}
        assert found["position_side"].tolist() == ["short", "short"]
        assert found.loc["A", "as_of"] == T + pd.Timedelta(seconds=3)
        assert desk.frame("positions", symbol="A")["quantity"].tolist() == [6.0]
        assert len(desk.frame("events")) == 6
    finally:
        desk.stop()


def test_a_position_that_is_told_no_more_is_closed(
    redis_server: RedisServer,  # noqa: F811
    tmp_path: Path,
) -> None:
    """All that are held are told each half minute: what is left out of four rounds is closed."""
    stream = "quantum:stream:position.snapshot"
    rounds = [("A", "B"), ("A", "B"), ("A",), ("A",), ("A",), ("A",), ("A",)]
    for number, symbols in enumerate(rounds):
        for symbol in symbols:
            redis_server.add(stream, **snapshot(symbol, 30 * number, 5.0))
    source = RedisStreamsSource(redis_server.url, dialect="quantum_trader", name="streams")
    desk = Desk([origin("streams", source)], state_dir=tmp_path / "state")
    desk.start()
    try:
        wait_for(lambda: desk.sources()[0]["accepted"] == sum(map(len, rounds)))
        assert desk.frame("positions")["symbol"].tolist() == ["A"]
        then = T + pd.Timedelta(seconds=150)
        assert sorted(desk.frame("positions", until=then)["symbol"]) == ["A", "B"]
    finally:
        desk.stop()


def test_of_a_list_only_what_the_newest_one_holds(realdata: Path, tmp_path: Path) -> None:
    """The real session tells its portfolio at each cycle: what is left is its last one."""
    folder = realdata / "peak_trade/probe_forced"
    source = JsonlSource(str(folder), dialect="peak_trade", name="peak")
    desk = Desk([origin("peak", source)], state_dir=tmp_path / "state")
    desk.start()
    try:
        wait_for(lambda: desk.sources()[0]["accepted"] and not desk.not_ready())
        found = desk.frame("positions")
        last = json.loads(
            next(folder.rglob("portfolio_snapshots.jsonl")).read_text().splitlines()[-1]
        )
        held = last["snapshot"]["state"]["positions"]
        assert len(found) == len(held) == 1
        assert not found.duplicated(["source", "account_id", "symbol"]).any()
    finally:
        desk.stop()


ROWS = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from("xyz"), st.integers(0, 9), st.integers(0, 2)),
    max_size=30,
)


@given(ROWS, st.sampled_from([1, 3, 9]))
def test_only_what_is_told_lately_is_held(
    told: list[tuple[str, str, int, int]], seconds: int
) -> None:
    """Of each account those within so many seconds of its newest telling, closed ones included."""
    rows = [
        {"account_id": a, "symbol": s, "quantity": q, "as_of": T + pd.Timedelta(seconds=second)}
        for a, s, second, q in told
    ]
    frame = shaped("positions", rows, source="s")
    last = {a: max(second for b, _, second, _ in told if a == b) for a, *_ in told}
    expected = [
        (row.account_id, row.symbol)
        for row in newest_positions(frame).itertuples()
        if row.as_of >= T + pd.Timedelta(seconds=last[row.account_id] - seconds)
    ]
    found = newest_positions(frame, seconds)
    assert list(zip(found["account_id"], found["symbol"], strict=True)) == expected


@given(ROWS)
def test_each_symbol_of_an_account_stands_once_with_its_newest(
    told: list[tuple[str, str, int, int]],
) -> None:
    """Whatever is told in whatever order: one row a symbol, none newer, and none that is closed."""
    rows: list[dict[str, Any]] = [
        {"account_id": a, "symbol": s, "quantity": q, "as_of": T + pd.Timedelta(seconds=second)}
        for a, s, second, q in told
    ]
    found = newest_positions(shaped("positions", rows, source="s"))
    expected: dict[tuple[str, str], tuple[int, int]] = {}
    for account, symbol, second, quantity in told:
        if second >= expected.get((account, symbol), (-1, 0))[0]:
            expected[account, symbol] = second, quantity
    assert {(r.account_id, r.symbol): r.quantity for r in found.itertuples()} == {
        key: quantity for key, (_, quantity) in expected.items() if quantity
    }
