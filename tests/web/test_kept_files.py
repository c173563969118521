"""Scripts and assets as they are sent."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from flask import Flask
from own_loop import run
from running_server import RunningServer

from web.kept_files import KeptFiles

Ask = Callable[[str], httpx.Response]


def scripts(served: RunningServer) -> list[str]:
    with served.client() as client:
        html = client.get("/").text
    return re.findall(r'(?:src|href)="(/(?:_dash-component-suites|assets)/[^"]+)"', html)


def test_every_file_of_a_page_is_the_same_packed_and_plain(served: RunningServer) -> None:
    """A browser that takes gzip gets exactly what another one gets, in fewer bytes."""
    found = scripts(served)
    assert len(found) > 8
    with served.client() as client:
        for path in found:
            packed = client.get(path, headers={"Accept-Encoding": "gzip"})
            plain = client.get(path, headers={"Accept-Encoding": "identity"})
            assert packed.status_code == plain.status_code == 200
            assert packed.content == plain.content
            assert packed.headers["content-type"] == plain.headers["content-type"]
            assert packed.headers["etag"] == plain.headers["etag"]
            assert packed.headers["vary"] == "Accept-Encoding"
            if len(plain.content) > 4096 and "font" not in plain.headers["content-type"]:
                assert packed.headers["content-encoding"] == "gzip"


def test_a_file_that_the_browser_has_is_not_sent_again(served: RunningServer) -> None:
    """304 by its tag, with and without packing."""
    path = scripts(served)[0]
    with served.client() as client:
        tag = client.get(path).headers["etag"]
        again = client.get(path, headers={"If-None-Match": tag})
        other = client.get(path, headers={"If-None-Match": '"another"'})
    assert (again.status_code, again.content) == (304, b"")
    assert "max-age" in again.headers["cache-control"]
    assert other.status_code == 200


def test_slow_readers_of_scripts_hold_no_thread(served: RunningServer) -> None:
    """Forty clients that stop reading in the middle of a large script; callbacks still answer."""
    path = max(scripts(served), key=len)
    host, _, port = served.address.rpartition(":")
    slow = []
    try:
        for _ in range(40):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            client.connect((host, int(port)))
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: {served.address}\r\n\r\n".encode())
            client.recv(100)
            slow.append(client)
        with served.client() as client:
            assert client.get("/_dash-layout").status_code == 200
            assert client.get("/").status_code == 200
    finally:
        for client in slow:
            client.close()


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """A folder of assets of its own, and how to ask for them."""
    (tmp_path / "a.css").write_text("x" * 2000)
    server = Flask("assets", static_folder=str(tmp_path), static_url_path="/assets")
    transport = httpx.ASGITransport(app=KeptFiles(server, tmp_path))

    async def get(path: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.get(path)

    return lambda path: run(get(path))


def test_an_asset_that_was_edited_is_sent_anew(ask: Ask, tmp_path: Path) -> None:
    """What is kept is bound to the file's time of change."""
    assert ask("/assets/a.css").text == "x" * 2000
    (tmp_path / "a.css").write_text("y" * 2000)
    assert ask("/assets/a.css").text == "y" * 2000
    (tmp_path / "a.css").unlink()
    assert ask("/assets/a.css").status_code == 404


@pytest.mark.parametrize("path", ["/assets/../a", "/assets/%2e%2e/x", "/assets/", "/assets/%00"])
def test_only_files_of_the_folder_are_sent(ask: Ask, path: str) -> None:
    """No folder, no way out."""
    assert ask(path).status_code == 404
