"""Pages of one session and of one run: which addresses there are, and what a hostile id can do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from running_server import RunningServer
from test_callback_guard import ROUTER, post

from data_sources import RunsSource, SessionsSource
from desk.desk import Desk
from desk.origin import origin
from tests.data_sources.peak_trade.run_files import AT, RUN, Watch, write_run
from tests.data_sources.peak_trade.test_sessions import session, write
from tests.desk.small_desk import wait_for
from web.application import create_app

PAGES = Path(__file__).parents[2] / "pages"
ODD = "a b & c?#%41 é <img src=x> \"'"
"""An id as no address may hold it unescaped."""
NO_PAGE = "There is no page at this address"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Runs and sessions behind the real server with the real pages."""
    root = tmp_path_factory.mktemp("sessions")
    write_run(root / "runs", folder="one")
    write_run(root / "runs", ODD, folder="odd")
    write_run(root / "runs", "empty", folder="empty", csv=None)
    write_run(root / "runs", "..", folder="up")
    for number, name in enumerate(("s-1", "s-2", ODD)):
        write(root / "sessions", f"{number}.json", session(name))
    sources: list[Any] = [
        RunsSource(root / "runs", name="runs", clock=Watch(AT)),
        SessionsSource(root / "sessions", name="registry"),
    ]
    desk = Desk([origin(each.name, each) for each in sources], state_dir=root / "state")
    desk.start()
    try:
        wait_for(lambda: len(desk.frame("runs")) and len(desk.frame("sessions")))
        with RunningServer(create_app(desk, pages_folder=PAGES)) as running:
            yield running
    finally:
        desk.stop()


def painted(served: RunningServer, path: str, search: str = "") -> str:
    """The layout that the browser gets for an address."""
    body = json.loads(json.dumps(ROUTER))
    body["inputs"][0]["value"], body["inputs"][1]["value"] = path, search
    answer = post(served, json.dumps(body))
    assert answer.status_code == 200
    return json.dumps(answer.json(), ensure_ascii=False)  # Dash writes a slash as \u002f


@pytest.mark.parametrize("path", ["/run/" + RUN, "/run/empty", "/session/s-1", "/sessions"])
def test_what_is_told_has_a_page(served: RunningServer, path: str) -> None:
    """HTML and 200, with the page's own panels; a run without any step is there too."""
    with served.client() as client:
        answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"][:9]) == (200, "text/html")
    assert NO_PAGE not in painted(served, path)
    assert '"data-panel"' in painted(served, path)


@pytest.mark.parametrize("room", ["run", "session"])
@pytest.mark.parametrize("name", ["nobody", "x" * 900, "%00", "%ff", "..%2f..%2fetc%2fpasswd", "é"])
def test_what_nobody_tells_is_not_there(served: RunningServer, room: str, name: str) -> None:
    """404, as a page or as JSON, never a 500 and never a file; the stream refuses it too."""
    path = f"/{room}/{name if '%' in name else quote(name)}"
    with served.client() as client:
        answer = client.get(path)
        stream = client.get("/_live/stream", params={"page": path})
    assert (answer.status_code, stream.status_code) == (404, 404)
    assert "root:" not in answer.text
    if "%00" not in path and ".." not in path:
        assert answer.headers["content-type"].startswith("text/html")
        assert NO_PAGE in painted(served, path)


def test_an_id_of_any_letters_has_its_page(served: RunningServer) -> None:
    """It is compared as it is, decoded once: by the first paint as by the document."""
    for room in ("run", "session"):
        path = f"/{room}/{quote(ODD, safe='')}"
        with served.client() as client:
            assert client.get(path).status_code == 200
        text = painted(served, path)
        assert NO_PAGE not in text
        assert "img src=x" in text
        assert NO_PAGE in painted(served, f"/{room}/{quote(quote(ODD, safe=''))}")


def test_a_query_cannot_say_another_session(served: RunningServer) -> None:
    """Dash lets `?session_id=` override the path; here the path alone says which one it is."""
    text = painted(served, "/session/s-1", "?session_id=s-2")
    assert "s-1" in text
    assert "s-2" not in text
    assert NO_PAGE in painted(served, "/session/nobody", "?session_id=s-2")


def test_filters_that_are_refused_are_told(served: RunningServer) -> None:
    """A filter that cannot be used is named, with the way to this very page."""
    text = painted(served, "/run/" + RUN, "?window=soon")
    assert "soon" in text
    assert f"/run/{RUN}" in text


def test_an_id_that_climbs_has_no_page(served: RunningServer) -> None:
    """A run that calls itself `..` is listed; no address leads to it."""
    text = painted(served, "/sessions")
    assert "/run/.." not in text
    with served.client() as client:
        assert client.get("/run/%2e%2e").status_code in (200, 404)
        rows = client.get("/api/frames/runs").json()["rows"]
    assert ".." in {row["run_id"] for row in rows}


def test_live_keys_of_unknown_runs_take_no_room(served: RunningServer) -> None:
    """Forty streams of forty made-up ids are refused; the pictures that are live stay few."""
    with served.client() as client:
        for number in range(40):
            path = f"/run/made-up-{number}"
            assert client.get("/_live/stream", params={"page": path}).status_code == 404
        assert client.get("/_live/stats").json()["keys"] == []
