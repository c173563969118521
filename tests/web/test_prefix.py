"""Behind a proxy that puts the app under a path of its own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from memory_desk import MemoryDesk
from running_server import RunningServer
from test_callback_guard import POLL, ROUTER

from web.application import create_app

PAGES = Path(__file__).parent / "small_pages"


def test_the_prefix_is_on_every_link_and_on_no_route(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy strips the prefix; browsers see it, and callbacks name it in their addresses."""
    monkeypatch.setenv("DASH_REQUESTS_PATHNAME_PREFIX", "/ops/")
    desk = MemoryDesk()
    desk.submit("proxied")
    with RunningServer(create_app(desk, pages_folder=PAGES)) as served, served.client() as client:
        html = client.get("/").text
        links = re.findall(r'(?:src|href)="([^"]+)"', html)
        assert links
        assert all(link.startswith("/ops/") for link in links)
        assert client.get(links[0].removeprefix("/ops")).status_code == 200
        assert client.get("/openapi.json").json()["servers"] == [{"url": "/ops"}]
        for body, part in ((ROUTER, "inputs"), (POLL, "state")):
            moved = json.loads(json.dumps(body))
            moved[part][0]["value"] = "/ops/"
            answer = client.post("/_dash-update-component", json=moved)
            assert answer.status_code == 200
            assert "proxied" in answer.text
            foreign = client.post("/_dash-update-component", json=body)
            assert foreign.status_code == 400


@pytest.mark.parametrize(("path", "query"), [("/ops/nopage", ""), ("/ops/paced", "?window=7q")])
def test_the_way_back_has_the_prefix_too(
    monkeypatch: pytest.MonkeyPatch, path: str, query: str
) -> None:
    """A mistyped address leads to the overview below the proxy's path."""
    monkeypatch.setenv("DASH_REQUESTS_PATHNAME_PREFIX", "/ops/")
    app = create_app(MemoryDesk(), pages_folder=PAGES)
    with RunningServer(app) as served, served.client() as client:
        asked = json.loads(json.dumps(ROUTER))
        asked["inputs"][0]["value"], asked["inputs"][1]["value"] = path, query
        answer = client.post("/_dash-update-component", json=asked).json()
    assert '{"children": "Back to the overview", "href": "/ops/"}' in json.dumps(answer)
