"""Sources of one system that name no account are held against each other, as far as is safe."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pytest

from data_sources.frames import shaped
from data_sources.json_file import JsonFileSource
from data_sources.reading import Reading
from desk.desk import Desk
from desk.disagreements import accounts_of
from desk.origin import origin
from tests.desk.small_desk import wait_for


class Told:
    """A state source that tells an equity and positions of an account that it does not name."""

    frame_name: ClassVar = "services"
    stale_after_seconds = 60.0
    every_seconds = 0.02
    path = "told"

    def __init__(self, name: str, kind: str, equity: float, held: int, **more: str) -> None:
        self.name, self.kind, self.dialect = name, kind, more.get("dialect", "quantum_trader")
        self.account_id = more.get("account_id")
        self._equity, self._held = equity, held

    def read(self) -> Reading:
        now = pd.Timestamp.now("UTC").as_unit("ns")
        own: dict[str, Any] = {"source": self.name, "account_id": self.account_id}
        rows = [{"symbol": f"S{n}", "quantity": 1.0, "as_of": now} for n in range(self._held)]
        services = shaped("services", [{"name": self.name, "state": "ok"}], **own)
        frames = {
            "equity": shaped("equity", [{"ts_event": now, "equity": self._equity}], **own),
            "positions": shaped("positions", rows, **own),
        }
        return Reading(services, {}, as_of=now, state="ok", frames=frames)

    def close(self) -> None:
        """Nothing is open."""


def disagreements(folder: Path, *sources: Told) -> list[tuple[Any, ...]]:
    """What a real desk tells of these sources, without the symbols."""
    desk = Desk([origin(each.name, each) for each in sources], state_dir=folder / "state")
    desk.start()
    try:
        wait_for(lambda: desk.frame("equity")["source"].nunique() == len(sources))
        told = desk.frame("disagreements")
    finally:
        desk.stop()
    columns = ["what", "source_a", "value_a", "source_b", "value_b", "account_id"]
    told = told.loc[~told["what"].str.startswith("position "), columns].astype(object)
    return list(told.where(told.notna(), None).itertuples(index=False, name=None))


def test_one_account_that_nobody_names(tmp_path: Path) -> None:
    """Services and streams of one system: the placeholder, and 0 against 2 positions, are told."""
    first = Told("services", "rest", 3902.69, 2)
    second = Told("streams", "redis_streams", 10_000.0, 0)
    assert disagreements(tmp_path, first, second) == [
        ("equity", "services", "3902.69", "streams (placeholder)", "10000", None),
        ("positions", "services", "2", "streams", "0", None),
    ]


def held(tmp_path: Path, *files: str, told_as: str = "telemetry.trade_state") -> list[Any]:
    """Files of open positions, just written, of rows that changed long ago."""
    row = {"side": "LONG", "qty": 2.0, "last_updated": "2025-11-15T04:20:44+00:00"}
    for name in files:
        (tmp_path / name).write_text(json.dumps({"S0": row}))
    return [
        JsonFileSource(
            tmp_path / name,
            dialect="quantum_trader",
            told_as=told_as,
            name=name,
            every_seconds=0.02,
        )
        for name in files
    ]


def test_a_file_of_positions_and_a_service_are_of_one_account(tmp_path: Path) -> None:
    """Two of S0 in the file, one at the service: they contradict, however old the file's row is."""
    services = Told("services", "rest", 3902.69, 1)
    (file,) = held(tmp_path, "trade_state.json")
    assert origin("positions", file).dialect == "quantum_trader"
    desk = Desk(
        [origin("services", services), origin("trade_state.json", file)], state_dir=tmp_path / "s"
    )
    desk.start()
    try:
        wait_for(lambda: len(desk.frame("positions")) == 2)
        told = desk.frame("disagreements")
    finally:
        desk.stop()
    columns = ["what", "source_a", "value_a", "source_b", "value_b"]
    assert told[columns].to_numpy().tolist() == [
        ["position S0", "services", "1", "trade_state.json", "2"]
    ]


@pytest.mark.parametrize(("age_seconds", "contradict"), [(0.0, 1), (900.0, 0)])
def test_a_file_is_as_of_its_writing_at_any_moment(
    tmp_path: Path, age_seconds: float, contradict: int
) -> None:
    """Written a quarter of an hour ago it contradicts nobody: neither now, nor at a moment of it,
    nor after it was written anew; a new one does.
    """
    services = Told("services", "rest", 3902.69, 1)
    (file,) = held(tmp_path, "trade_state.json")
    path = tmp_path / "trade_state.json"
    written = pd.Timestamp.now("UTC").timestamp() - age_seconds
    os.utime(path, (written, written))
    origins = [origin("services", services), origin("trade_state.json", file)]
    desk = Desk(origins, state_dir=tmp_path / "s")
    desk.start()
    try:
        wait_for(lambda: len(desk.frame("positions")) == 2)
        then = pd.Timestamp.now("UTC").as_unit("ns")
        live = len(desk.frame("disagreements"))
        past = len(desk.frame("disagreements", until=then))
        os.utime(path)
        wait_for(lambda: origins[1].newest is not None and origins[1].newest > then)
        wait_for(lambda: len(desk.frame("disagreements")) == 1)
        later = len(desk.frame("disagreements", until=then))
    finally:
        desk.stop()
    assert (live, past, later) == (contradict, contradict, contradict)


def test_two_files_of_positions_may_be_two_bots(tmp_path: Path) -> None:
    """Told as the same thing, nobody says whose they are: no source of that system is compared."""
    services = Told("services", "rest", 3902.69, 1)
    files = held(tmp_path, "a.json", "b.json")
    origins = [origin(each.name, each) for each in (services, *files)]
    assert accounts_of(origins) == {}
    files[1].told_as = "telemetry.something_else"
    assert len(accounts_of(origins)) == 3


@pytest.mark.parametrize(
    "second",
    [
        Told("other", "rest", 5_000.0, 0),
        Told("other", "redis_streams", 5_000.0, 0, dialect="rick"),
        Told("other", "redis_streams", 5_000.0, 0, dialect="auto"),
        Told("other", "redis_streams", 5_000.0, 0, account_id="A1"),
    ],
    ids=["two of one kind", "another system", "no system known", "a named account"],
)
def test_what_may_be_another_account_is_not_compared(tmp_path: Path, second: Told) -> None:
    """Two bots of a system, two systems, a named and an unnamed account: nobody disagrees."""
    assert disagreements(tmp_path, Told("services", "rest", 3902.69, 2), second) == []
