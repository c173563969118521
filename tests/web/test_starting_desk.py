"""Pages of one thing that the desk does not know yet: it is still starting, or the thing is new."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from running_server import RunningServer
from test_callback_guard import POLL, post

from data_sources import RunsSource
from desk.desk import Desk
from desk.origin import origin
from tests.data_sources.peak_trade.run_files import AT, RUN, Watch, write_run
from tests.desk.small_desk import wait_for
from web.application import create_app
from web.filters import Filters
from web.page_table import PageTable

PAGES = Path(__file__).parents[2] / "pages"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk over one run that was not started yet."""
    write_run(tmp_path / "runs", folder="one")
    source = RunsSource(tmp_path / "runs", name="runs", clock=Watch(AT), every_seconds=0.1)
    desk = Desk([origin("runs", source)], state_dir=tmp_path / "state")
    yield desk
    desk.stop()


@pytest.fixture
def served(desk: Desk) -> Iterator[RunningServer]:
    with RunningServer(create_app(desk, pages_folder=PAGES)) as running:
        yield running


def polled(served: RunningServer, path: str, seen: int | None) -> Any:
    """What the Interval's callback answers to a tab that has seen a frame."""
    body = copy.deepcopy(POLL)
    for state, value in zip(body["state"], (path, "", seen), strict=True):
        state["value"] = value
    return json.loads(post(served, json.dumps(body)).content)["response"]


def test_a_starting_desk_does_not_say_that_a_run_is_unknown(
    served: RunningServer, desk: Desk
) -> None:
    """Not ready yet, it gives the page; once it has read, what nobody tells of is not there."""
    paths = (f"/run/{RUN}", "/session/s-1")
    with served.client() as client:
        assert client.get("/readyz").status_code == 503
        assert [client.get(path).status_code for path in paths] == [200, 200]
        desk.start()
        wait_for(lambda: len(desk.frame("runs")) and not desk.not_ready())
        assert [client.get(path).status_code for path in paths] == [200, 404]


def test_a_poll_tells_the_frame_anew_to_who_was_told_of_none(
    served: RunningServer, desk: Desk, tmp_path: Path
) -> None:
    """A page that is unknown is no frame that was seen: when its run is back, it is sent."""
    desk.start()
    wait_for(lambda: len(desk.frame("runs")) and not desk.not_ready())
    beat = polled(served, "/run/late", 4_711)
    assert beat["live-beat"]["data"]["tag"] is None
    assert "live-frame" not in beat
    write_run(tmp_path / "runs", "late", folder="late")
    wait_for(lambda: "late" in set(desk.frame("runs")["run_id"]))
    beat = polled(served, "/run/late", None)
    frame = json.loads(beat["live-frame"]["data"])
    assert frame["key"].startswith("/run/late?")
    assert frame["props"]["run-card-steps-value"]


def test_an_id_is_looked_up_once_a_version(
    served: RunningServer, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many browsers poll, a run is looked for once for each version of the desk."""
    desk.start()
    wait_for(lambda: len(desk.frame("runs")) and not desk.not_ready())
    renderer = served.app.renderer
    looked: list[str] = []

    def counted(_view: Any, run_id: str) -> bool:
        looked.append(run_id)
        return run_id == RUN

    pages = [replace(page, knows=counted if page.knows else None) for page in renderer.pages.pages]
    monkeypatch.setattr(renderer, "pages", PageTable(tuple(pages)))
    monkeypatch.setattr(Desk, "version", 7)
    paths = (f"/run/{RUN}", "/run/nobody")
    answers = [[renderer.knows(path, Filters()) for path in paths] for _ in range(5)]
    assert answers == [[True, False]] * 5
    assert looked == [RUN, "nobody"]
    monkeypatch.setattr(Desk, "version", 8)
    assert [renderer.knows(path, Filters()) for path in paths] == [True, False]
    assert looked == [RUN, "nobody"] * 2
