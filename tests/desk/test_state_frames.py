"""Frames beside events: from polled states, from a dialect's own tables, now and back then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pytest

from data_sources.frames import FRAMES, shaped
from data_sources.jsonl import JsonlSource
from data_sources.reading import Reading
from desk.desk import Desk
from desk.origin import origin
from tests.desk.small_desk import wait_for

NOON = pd.Timestamp("2026-01-02T12:00:00Z")
DIALECT = """
name = "shop"
title = "A shop's trades"
[record]
time = ["ts"]
code = ["event"]
details = ["@record"]
[[rules]]
when = { code = "CLOSED" }
then = { kind = "trade.closed" }
[columns.symbol]
from = ["symbol"]
[frames.trades]
when = { kind = "trade.closed" }
[frames.trades.columns]
pnl = ["pnl"]
ts_closed = { from = ["ts"], as = "time" }
"""


class Book:
    """A state source: what stands in `held` is what it tells."""

    kind: ClassVar = "book"
    frame_name: ClassVar = "positions"
    stale_after_seconds = 60.0
    every_seconds = 0.02
    path = "book"

    def __init__(self) -> None:
        self.held: list[dict[str, Any]] = []

    def read(self) -> Reading:
        frame = shaped("positions", self.held, source="book", account_id="A1")
        services = shaped("services", [{"name": "book", "state": "ok"}], source="book")
        now = pd.Timestamp.now("UTC").as_unit("ns")
        return Reading(frame, {}, as_of=now, state="ok", frames={"services": services})

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    (tmp_path / "shop.toml").write_text(DIALECT)
    log = tmp_path / "shop.jsonl"
    rows = [
        {"ts": f"2026-01-02T12:0{n}:00Z", "event": "CLOSED", "symbol": "X", "pnl": n}
        for n in range(3)
    ]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return log


@pytest.fixture
def book() -> Book:
    return Book()


def desk_of(logs: Path, book: Book) -> Desk:
    log = JsonlSource(str(logs), dialect=str(logs.parent / "shop.toml"), name="shop")
    origins = [origin("shop", log), origin("book", book)]
    return Desk(origins, state_dir=logs.parent / "state")


@pytest.fixture
def desk(logs: Path, book: Book) -> Iterator[Desk]:
    desk = desk_of(logs, book)
    desk.start()
    yield desk
    desk.stop()


def test_a_dialect_tells_the_rows_of_a_frame(desk: Desk) -> None:
    """Events become trades by the dialect's table, chosen by their own time, newest last."""
    wait_for(lambda: len(desk.frame("trades")) == 3)
    trades = desk.frame("trades")
    assert list(trades.columns)[: len(FRAMES["trades"])] == list(FRAMES["trades"])
    assert trades["pnl"].tolist() == [0.0, 1.0, 2.0]
    assert trades["ts_closed"].iloc[0] == NOON
    assert desk.frame("trades", since=NOON + pd.Timedelta(minutes=1))["pnl"].tolist() == [1.0, 2.0]
    assert desk.frame("trades", limit=1)["pnl"].tolist() == [2.0]
    assert desk.frame("trades", symbol="Y").empty


def test_a_state_is_known_as_it_is_and_as_it_was(desk: Desk, book: Book) -> None:
    """Positions now are the last reading's; a picture of before holds what was held before."""
    wait_for(lambda: len(desk.frame("services")) == 1)
    before = pd.Timestamp.now("UTC").as_unit("ns")
    book.held = [{"symbol": "X", "quantity": 2.0, "as_of": before}]
    wait_for(lambda: len(desk.frame("positions")) == 1)
    assert desk.frame("positions", account="A1")["quantity"].tolist() == [2.0]
    assert desk.frame("positions", account="A2").empty
    assert len(desk.view().states["positions"]) == 1
    assert "positions" not in desk.view(at=before).states


def test_states_survive_a_restart(logs: Path, book: Book) -> None:
    """The journal of states is kept: a picture of before is the same after a restart."""
    desk = desk_of(logs, book)
    desk.start()
    book.held = [{"symbol": "X", "quantity": 2.0, "as_of": NOON}]
    wait_for(lambda: len(desk.frame("positions")) == 1)
    moment = pd.Timestamp.now("UTC").as_unit("ns")
    book.held = []
    wait_for(lambda: desk.frame("positions").empty)
    desk.stop()
    again = desk_of(logs, book)
    again.start()
    try:
        wait_for(lambda: not again.not_ready())
        positions = again.view(at=moment).states["positions"]
        assert positions["quantity"].tolist() == [2.0]
        assert positions["as_of"].tolist() == [NOON]
    finally:
        again.stop()


def test_sources_of_one_account_are_held_against_each_other(tmp_path: Path) -> None:
    """Two sources that tell different positions of an account disagree; the first is believed."""
    first, second = Book(), Book()
    now = pd.Timestamp.now("UTC").as_unit("ns")
    first.held = [{"symbol": "X", "quantity": 2.0, "as_of": now}]
    second.held = [{"symbol": "X", "quantity": 3.0, "as_of": now, "source": "other"}]
    desk = Desk([origin("book", first), origin("other", second)], state_dir=tmp_path / "state")
    desk.start()
    try:
        wait_for(lambda: len(desk.frame("positions")) == 2)
        told = desk.frame("disagreements")
        assert told[["what", "source_a", "value_a", "source_b", "value_b"]].to_numpy().tolist() == [
            ["position X", "book", "2", "other", "3"]
        ]
    finally:
        desk.stop()


def test_frames_that_nobody_tells_are_empty_with_their_columns(desk: Desk) -> None:
    """Every agreed frame can be asked for; an unknown one is a KeyError."""
    for name in desk.frames():
        assert isinstance(desk.frame(name), pd.DataFrame)
    assert list(desk.frame("momentum"))[:3] == ["symbol", "momentum_ratio", "rank"]
    with pytest.raises(KeyError):
        desk.frame("nonsense")
