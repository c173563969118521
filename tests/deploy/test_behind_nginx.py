"""The shipped nginx configuration in front of a real desk under /ops/."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo.write import generate
from tests.deploy.front_door import NAME, FrontDoor

LOGIN = httpx.BasicAuth("quant", "not a secret")


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs") / "run_1"
    folder.mkdir()
    generate(folder / "aurora_events.jsonl", 300)
    return folder


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, logs: Path) -> Iterator[FrontDoor]:
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if nginx is None:
        pytest.skip("nginx is not installed. Run: sudo apt-get install nginx-light")
    with FrontDoor(nginx, tmp_path_factory.mktemp("nginx"), logs) as running:
        yield running


@pytest.fixture
def client(door: FrontDoor) -> Iterator[httpx.Client]:
    options = {"auth": LOGIN, "timeout": 10, "trust_env": False, "verify": False}
    headers = {"Host": f"{NAME}:{door.port}"}
    with httpx.Client(
        base_url=f"https://127.0.0.1:{door.port}", headers=headers, **options
    ) as opened:
        opened.extensions = {"sni_hostname": NAME}
        yield opened


def get(client: httpx.Client, path: str, **options: object) -> httpx.Response:
    return client.get(path, extensions={"sni_hostname": NAME}, **options)


def test_without_a_login_only_liveness_answers(client: httpx.Client) -> None:
    """A request without a password is refused everywhere but at /ops/healthz."""
    client.auth = None
    found = {
        path: get(client, path).status_code
        for path in ("/ops/", "/ops/status", "/ops/sse", "/ops/assets/live.js", "/ops/healthz")
    }
    assert found == {**dict.fromkeys(found, 401), "/ops/healthz": 200}


def test_numbers_and_frames_come_through(client: httpx.Client) -> None:
    """/status, /api and pages answer under the prefix as they do without it."""
    status = get(client, "/ops/status?window=all&at=last").json()
    assert status["orders"]["submitted"] > 0
    assert get(client, "/ops/api/sources").json()[0]["accepted"] == 300
    assert get(client, "/ops/api/nothing").status_code == 404
    assert get(client, "/ops", follow_redirects=False).headers["location"].endswith("/ops/")


def test_pages_name_their_parts_under_the_prefix(client: httpx.Client) -> None:
    """Every script, style sheet and font that a page names lies under /ops/ and is there."""
    page = get(client, "/ops/").text
    named = {
        part.split('"')[0]
        for mark in ('src="', 'href="')
        for part in page.split(mark)[1:]
        if not part.startswith(("data:", "#"))
    }
    assert len(named) > 10
    assert all(name.startswith("/ops/") for name in named), named
    assert {get(client, name).status_code for name in named} == {200}


def test_static_files_are_kept_for_a_day(client: httpx.Client) -> None:
    """Nginx compresses the big scripts, and the browser is told not to ask for them each time."""
    answer = get(client, "/ops/assets/vendor/03-plotly-cartesian.min.js")
    assert answer.headers["content-encoding"] == "gzip"
    assert "max-age=86400" in answer.headers["cache-control"]


def test_a_stream_is_not_held_back(client: httpx.Client, logs: Path) -> None:
    """What is appended to a log comes out of the stream behind nginx at once, gzipped or not."""
    with client.stream(
        "GET",
        "/ops/sse?window=all&at=last",
        extensions={"sni_hostname": NAME},
        headers={"Accept-Encoding": "identity"},
    ) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        events = (line for line in stream.iter_lines() if line.startswith("data:"))
        before = json.loads(next(events)[5:])["orders"]["submitted"]
        record = {"event_code": "ORDER.SUBMIT", "ts_ns": time.time_ns(), "cid": "front-door-1"}
        record["details"] = {"symbol": "BTCUSDT", "side": "buy", "qty": 1.0}
        with (logs / "aurora_events.jsonl").open("a") as file:
            file.write(json.dumps(record) + "\n")
        after = next(
            found
            for line in events
            if (found := json.loads(line[5:])["orders"]["submitted"]) != before
        )
    assert after == before + 1


def test_other_names_get_no_answer(door: FrontDoor) -> None:
    """A request for a host name that the operator did not give ends in the handshake."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", door.port), timeout=5) as plain,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(plain, server_hostname="evil.example.net")


@pytest.mark.browser
def test_a_browser_sees_it_move_behind_nginx(playwright: Any, door: FrontDoor, logs: Path) -> None:
    """In Chromium over TLS and HTTP/2: numbers arrive live, nothing leaves /ops/, no error."""
    outside: list[str] = []
    errors: list[str] = []
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"),
        args=["--no-sandbox", f"--host-resolver-rules=MAP {NAME} 127.0.0.1"],
    )
    login = {"username": "quant", "password": door.password}
    page = browser.new_context(ignore_https_errors=True, http_credentials=login).new_page()
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on(
        "request",
        lambda r: None if r.url.startswith((door.url, "data:", "blob:")) else outside.append(r.url),
    )
    page.goto(f"{door.url}?window=all")
    shown = page.locator('[data-metric="orders_submitted"]').first
    shown.wait_for()
    page.wait_for_function("window.deskwatch && window.deskwatch.live.applied > 0")
    before = int(shown.inner_text())
    record = {"event_code": "ORDER.SUBMIT", "ts_ns": time.time_ns(), "cid": "front-door-2"}
    record["details"] = {"symbol": "BTCUSDT", "side": "buy", "qty": 1.0}
    with (logs / "aurora_events.jsonl").open("a") as file:
        file.write(json.dumps(record) + "\n")
    page.wait_for_function(
        "n => Number(document.querySelector('[data-metric=orders_submitted]').innerText) === n",
        arg=before + 1,
    )
    page.get_by_role("link", name="Latency").first.click()
    page.wait_for_url(f"{door.url}latency*")
    page.locator('[data-metric="latency_order_ack_ms_p50"]').first.wait_for()
    browser.close()
    assert outside == []
    assert errors == []
