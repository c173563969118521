"""The pages of sessions and runs tell of the thing in the address, and of nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from page_desk import RUN, SESSION

from data_sources import RunsSource, SessionsSource
from data_sources.frames import shaped
from desk.desk import Desk
from desk.origin import origin
from tests.data_sources.peak_trade.run_files import AT, HEADER, Watch, write_run
from tests.data_sources.peak_trade.test_sessions import session, write
from tests.desk.small_desk import wait_for
from web.filters import Filters

RUN_PAGE, SESSION_PAGE = "/run/<run_id>", "/session/<session_id>"
NOON = pd.Timestamp("2026-01-15T12:00:00Z")


def cells(props: dict[str, Any], table: str) -> list[list[str]]:
    """The texts of a table, row by row."""
    return [
        [cell["text"] if isinstance(cell, dict) else cell for cell in row["cells"]]
        for row in json.loads(props[f"{table}-rows"]["data-rows"])
    ]


def build(pages: Any, page: str, desk: Desk, **chosen: Any) -> dict[str, Any]:
    """A page of a desk, with filters."""
    filters = Filters(**chosen)
    words = {name: chosen.get(name) for name in ("at", "account", "source", "symbol")}
    props: dict[str, Any] = pages[page].build(desk.view(**words), filters)
    return props


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Starts a desk over sources and waits until each of them has told its rows."""
    desks: list[Desk] = []

    def start(*sources: Any) -> Desk:
        desk = Desk([origin(each.name, each) for each in sources], state_dir=tmp_path / "state")
        desks.append(desk)
        desk.start()
        names = {each.name for each in sources}
        frames = {each.frame_name for each in sources}
        wait_for(lambda: {who for each in frames for who in desk.frame(each)["source"]} == names)
        return desk

    yield start
    for desk in desks:
        desk.stop()


def step(number: int, equity: float) -> str:
    """A line of a run's events."""
    at = (NOON + pd.Timedelta(minutes=number)).isoformat()
    return f"{number},{at},{equity},500.0,0.0,0.0,1,False,1,1,0,0,True,,0.5\n"


def test_a_run_without_steps_has_no_equity_of_a_broker(
    pages: Any, minute: Any, tmp_path: Path
) -> None:
    """A run of a meta.json alone beside a broker: no point, no number of the broker's."""
    write_run(tmp_path / "runs", RUN, csv=None)
    reading = RunsSource(tmp_path / "runs").read()
    rows = [{"ts_event": NOON, "equity": 90_000.0}] * 5
    broker = shaped("equity", rows, source="alpaca", account_id="B")
    view = minute.view()
    view.states = view.frames = {"runs": reading.frame, "equity": broker}
    props = pages[RUN_PAGE].build(view, Filters())
    assert props["run-equity-n"]["children"] == "n = 0"
    assert props["run-card-equity-value"]["children"] == "—"
    assert props["run-equity"]["data-source"] == "runs"
