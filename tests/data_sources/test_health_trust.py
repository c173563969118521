"""The health source: what it keeps to itself, what it refuses, and whom it trusts."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from data_sources.errors import ConfigError
from data_sources.health import HealthSource
from data_sources.reading import STATES
from tests.data_sources import fault_server as faults
from tests.data_sources.tls_authority import Authority


def test_no_secret_is_ever_shown(server, caplog: pytest.LogCaptureFixture) -> None:
    """P18: token, password and query stay out of frames, problems, repr and logs, also echoed."""
    secrets = ("tok-5f3a", "pa55word", "query-9d1c")
    echo = json.dumps({"status": "unhealthy", "reason": f"bad {' '.join(secrets)}"}).encode()
    server.on("/x", faults.answer(echo))
    url = f"http://ops:pa55word@127.0.0.1:{server.port}/x?key=query-9d1c"
    source = HealthSource(url, token="tok-5f3a", auth_header="X-OPS-TOKEN")
    with caplog.at_level(logging.DEBUG):
        readings = [source.read()]
        server.close()
        readings.append(source.read())

    shown = [repr(source), source.url, source.name, caplog.text]
    shown += [f"{r} {r.problem} {r.cursor} {r.frame.to_dict()}" for r in readings]
    for secret in secrets:
        assert not [text for text in shown if secret in text]
    head = server.requests[0].lower()
    assert b"x-ops-token: tok-5f3a" in head
    assert b"authorization: basic " in head
    assert b"get /x?key=query-9d1c " in head


def test_since_survives_a_restart(server) -> None:
    """With the cursor of an earlier process, `since` goes on instead of beginning anew."""
    clock = [1_800_000_000.0]
    url = server.on("/x", faults.health())
    first = HealthSource(url, now=lambda: clock[0]).read()
    cursor = json.loads(json.dumps(first.cursor))
    clock[0] += 3600

    again = HealthSource(url, now=lambda: clock[0]).read(cursor)

    assert again.frame["since"][0] == first.frame["since"][0]


def test_it_recovers_by_itself(server) -> None:
    """Down, degraded, ok: each read tells the present."""
    states = []
    source = HealthSource(server.on("/x", server.hang_up))
    for reply in (server.hang_up, faults.answer(b'{"status":"warn"}'), faults.health()):
        server.on("/x", reply)
        states.append(source.read().state)

    assert states == ["down", "degraded", "ok"]


def test_a_transport_can_stand_in_for_the_network() -> None:
    """A notebook or a test can give its own transport."""
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"status": "pass"}))

    assert HealthSource("http://bot/health", transport=transport).read().state == "ok"


@pytest.mark.parametrize(
    "url", ["ftp://x/health", "127.0.0.1:80/health", "http://", "http://h:99999/x", "file:///etc"]
)
def test_an_impossible_url_is_refused_at_once(url: str) -> None:
    """What can never be asked is an error of the configuration, before the first read."""
    with pytest.raises(ConfigError, match="url"):
        HealthSource(url)


@pytest.mark.parametrize(
    ("url", "shown", "name"),
    [
        ("http://u:p@h:8080/health?key=s3cret#x", "http://h:8080/health", "h:8080"),
        ("https://[::1]:8443/h", "https://[::1]:8443/h", "[::1]:8443"),
        ("http://bot", "http://bot", "bot"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str, name: str) -> None:
    """User, password, query and fragment are left out; the rest stands as it was written."""
    source = HealthSource(url)

    assert (source.url, source.name) == (shown, name)


@pytest.mark.parametrize("key", ["every_seconds", "timeout_seconds", "max_bytes"])
@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_an_impossible_limit_is_refused_by_its_name(key: str, value: float) -> None:
    """A pace or a limit that is not a number above zero names its key."""
    with pytest.raises(ConfigError, match=f"^{key}: was"):
        HealthSource("http://127.0.0.1:1/", **{key: value})


def test_every_state_is_an_agreed_one(server) -> None:
    """The states of the whole fault server are those of /api/sources."""
    replies: list[bytes | Callable[..., None]] = [
        faults.answer(b"{}", f"{code} X") for code in (200, 204, 301, 400, 401, 418, 429, 500, 503)
    ]
    for reply in replies:
        assert HealthSource(server.on("/x", reply)).read().state in STATES


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("good", ""),
        ("expired", "expired"),
        ("wrong_host", "mismatch"),
        ("self_signed", "self-signed"),
        ("tls10", "tls"),
    ],
)
def test_tls_is_verified(tmp_path: Path, case: str, words: str) -> None:
    """P08: expired, foreign and self-signed certificates and old TLS are refused, each by name."""
    authority = Authority(tmp_path)
    with faults.fault_server(authority.server(case)) as server:
        url = server.on("/x", faults.health())

        reading = HealthSource(url, ca_file=str(authority.file)).read()

        assert reading.state == ("ok" if case == "good" else "down")
        if words:
            assert "tls" in (reading.problem or "")
            assert words in (reading.problem or "").lower()
