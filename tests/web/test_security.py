"""The gate: hosts, origins, bodies, headers, and errors that tell nothing."""

from __future__ import annotations

import contextlib
import re
import socket

import httpx
import pytest
from memory_desk import MemoryDesk
from own_loop import run
from running_server import RunningServer
from starlette.responses import PlainTextResponse

from web.security import Gate, content_policy

PATHS = (
    *("/", "/paced", "/status", "/sse", "/api/sources", "/healthz", "/docs", "/_live/stream"),
    *("/_dash-layout", "/_dash-dependencies", "/assets/live.js", "/nosuch", "/api/nosuch"),
)


def talk(address: str, request: bytes) -> bytes:
    """Send raw bytes and read the answer's head."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as client:
        client.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            data = client.recv(65536)
            if not data:
                break
            answer += data
        return answer


@pytest.mark.parametrize("path", PATHS)
def test_a_foreign_host_name_is_refused_everywhere(served: RunningServer, path: str) -> None:
    """A name that somebody points at this machine opens nothing (DNS rebinding)."""
    port = served.address.rpartition(":")[2]
    with served.client() as client:
        for host in ("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}"):
            answer = client.get(path, headers={"Host": host})
            assert answer.status_code == 400, (path, host)
            assert "traceback" not in answer.text.lower()


@pytest.mark.parametrize("host", ["", "127.0.0.1:x", "[::1", "localhost@evil", "127.0.0.1, evil"])
def test_an_odd_host_is_refused(served: RunningServer, host: str) -> None:
    """No Host at all, and everything that only looks like one of ours."""
    request = f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    assert b" 400 " in talk(served.address, request.encode()).split(b"\r\n")[0] + b" "


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:8050", "[::1]:80"])
def test_the_names_of_this_machine_are_served(served: RunningServer, host: str) -> None:
    """With any port: a proxy or a tunnel may have its own."""
    with served.client() as client:
        assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(served: RunningServer, path: str) -> None:
    """Policy, no sniffing, no framing, no referrer: on pages, data, files and errors alike."""
    with served.client() as client, client.stream("GET", path) as answer:
        headers = answer.headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in re.search(r"script-src[^;]*", policy)[0]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "server" not in headers
    if path != "/assets/live.js":
        assert "no-store" in headers["cache-control"]


def test_every_inline_script_of_a_page_is_in_the_policy(served: RunningServer) -> None:
    """Dash writes two kinds of inline scripts; each is allowed by its hash, nothing else is."""
    import base64
    import hashlib

    with served.client() as client:
        answer = client.get("/")
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", answer.text, re.DOTALL)
    run = [text for tag, text in scripts if text and "application/json" not in tag]
    assert len(run) >= 2
    for text in run:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]


def test_no_page_asks_another_machine(served: RunningServer) -> None:
    """Scripts and styles come from this server."""
    with served.client() as client:
        html = client.get("/").text + client.get("/docs").text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', html)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "{own}"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "{own}"}, 400),
        ({"Origin": "{own}"}, 400),
        ({"Sec-Fetch-Site": "none"}, 400),
        ({}, 400),
    ],
)
def test_only_our_own_pages_may_post(
    served: RunningServer, headers: dict[str, str], status: int
) -> None:
    """A form on a foreign page reaches no callback; 400 is the callback's own answer to `{}`."""
    named = {name: value.format(own=served.url) for name, value in headers.items()}
    with served.client() as client:
        answer = client.post("/_dash-update-component", json={}, headers=named)
    assert answer.status_code == status


def test_a_large_body_is_refused_unread(served: RunningServer) -> None:
    """A body that announces 100 MB is refused by its announcement."""
    request = (
        f"POST /_dash-update-component HTTP/1.1\r\nHost: {served.address}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100000000\r\n\r\n"
    )
    assert b" 413 " in talk(served.address, request.encode())


def test_a_body_without_length_is_cut_off_where_it_grows_too_large() -> None:
    """Chunks are counted as they come, and what reads them never gets more than is taken."""
    taken = 0

    async def reader(scope, receive, send) -> None:
        nonlocal taken
        more = True
        while more:
            message = await receive()
            taken += len(message["body"])
            more = message["more_body"]
        await PlainTextResponse("read")(scope, receive, send)

    async def chunks():
        for _ in range(40):
            yield b"x" * 65536

    answer = run(_ask(Gate(reader), "POST", content=chunks()))
    assert answer.status_code == 413
    assert taken <= 1024 * 1024
    small = run(_ask(Gate(reader), "POST", content=b"x" * 1000))
    assert small.text == "read"


async def _ask(app: Gate, method: str, **more: object) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.request(method, "/", **more)


@pytest.mark.parametrize("length", ["-1", "1e3", "99999999999999999999"])
def test_a_length_that_is_none_is_refused(served: RunningServer, length: str) -> None:
    """Never a 500."""
    request = (
        f"POST /_dash-update-component HTTP/1.1\r\nHost: {served.address}\r\n"
        f"Content-Length: {length}\r\n\r\n"
    )
    status = talk(served.address, request.encode()).split(b" ")[1]
    assert status in (b"400", b"413")


def test_a_giant_address_or_head_is_refused(served: RunningServer) -> None:
    """A megabyte of address and ten thousand headers are 4xx, and the server goes on."""
    giant = f"GET /?{'x' * 1_000_000} HTTP/1.1\r\nHost: {served.address}\r\n\r\n"
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        assert talk(served.address, giant.encode())[9:10] == b"4"
    many = "".join(f"X-{number}: y\r\n" for number in range(10_000))
    flood = f"GET / HTTP/1.1\r\nHost: {served.address}\r\n{many}\r\n"
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        assert talk(served.address, flood.encode())[9:10] == b"4"
    with served.client() as client:
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/status", "/sse", "/api/sources", "/healthz", "/paced"])
def test_reading_addresses_take_no_other_method(
    served: RunningServer, method: str, path: str
) -> None:
    """405 with what is allowed."""
    with served.client() as client:
        answer = client.request(method, path)
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


def test_an_error_tells_an_id_and_nothing_else(
    served: RunningServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No path, no traceback, no exception text in the answer; the log has them under the id."""

    def broken(*_args: object) -> None:
        raise OSError("cannot open /home/someone/secret")

    monkeypatch.setattr(served.app.desk, "sources", broken)
    with served.client() as client:
        answer = client.get("/api/sources")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "OSError" not in answer.text
    error_id = re.search(r"error id (\w{8})", answer.json()["error"])[1]
    assert error_id in caplog.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_files_of_the_app_may_be_kept_a_day_and_errors_not(served: RunningServer) -> None:
    """Dash loads scripts late and without a fingerprint: a day, not a year."""
    with served.client() as client:
        html = client.get("/").text
        script = re.search(r'src="(/_dash-component-suites/[^"]+)"', html)[1]
        assert "max-age" in client.get(script).headers["cache-control"]
        assert client.get("/assets/live.js").headers["cache-control"] == "public, max-age=86400"
        missing = client.get("/assets/nosuch.js")
    assert missing.status_code == 404
    assert missing.headers["cache-control"] == "no-store"


def test_a_proxy_can_be_named() -> None:
    """A host name of the configuration is served beside those of this machine."""

    async def inner(scope, receive, send) -> None:
        await PlainTextResponse("in")(scope, receive, send)

    async def scene() -> list[int]:
        gate = Gate(inner, trusted_hosts=["Desk.Example"])
        transport = httpx.ASGITransport(app=gate)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            hosts = ("desk.example", "desk.example:443", "other.example")
            return [(await client.get("/", headers={"Host": h})).status_code for h in hosts]

    assert run(scene()) == [200, 200, 400]


def test_the_policy_names_each_hash_once() -> None:
    """Inline scripts are allowed one by one."""
    assert "script-src 'self' 'sha256-a' 'sha256-b';" in content_policy(
        ["'sha256-a'", "'sha256-b'"]
    )


def test_the_test_desk_is_never_reached_by_a_refused_request(served: RunningServer) -> None:
    """What the gate refuses goes no further."""
    assert isinstance(served.app.desk, MemoryDesk)
    renders = served.app.renderer.counts.renders
    with served.client() as client:
        client.get("/status?window=77", headers={"Host": "evil.example"})
    assert served.app.renderer.counts.renders == renders
