"""Event streams over https, and servers that come and go all the time."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from data_sources.sse import SseSource
from tests.data_sources.fault_server import FaultServer, answer, fault_server
from tests.data_sources.rick.reading_on import Heard
from tests.data_sources.tls_authority import Authority

Listen = Callable[..., SseSource]
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
EVENT = b'data: {"ts": 1760000000, "source": "x", "type": "y", "payload": {}}\n\n'


def open_ended(connection: socket.socket) -> None:
    """Send one event and keep the stream open."""
    connection.sendall(STREAM + EVENT)
    connection.recv(1)


@pytest.mark.parametrize("case", ["good", "expired", "wrong_host", "self_signed", "tls10"])
def test_certificates_are_verified(tmp_path: Path, listen: Listen, case: str) -> None:
    """P08: a good certificate is listened to in slices of waiting; others are down, by name."""
    authority = Authority(tmp_path)
    with fault_server(authority.server(case)) as server:
        url = server.on("/events", open_ended)
        heard = Heard(listen(url, ca_file=str(authority.file), health_url="none"))
        if case == "good":
            heard.events(1).state("ok")
        else:
            assert "tls" in str(heard.state("down").reading.problem)
            assert server.requests == []


def test_a_server_that_ends_every_stream(server: FaultServer, listen: Listen) -> None:
    """P11: each connection replays the same event and ends: one row, amber, and not too often."""

    def ends(connection: socket.socket) -> None:
        connection.sendall(STREAM + EVENT)

    url = server.on("/events", ends)
    heard = Heard(listen(url, health_url="none"))
    heard.until(lambda h: h.reading.counts.duplicates >= 3)
    assert heard.reading.counts.accepted == 1
    heard.state("degraded")
    assert "the server ended the stream" in str(heard.reading.problem)
    assert heard.reading.counts.generations["gaps"] == 0


def test_a_health_endpoint_that_complains(server: FaultServer, listen: Listen) -> None:
    """A health endpoint that says degraded is told beside the open stream, which goes on."""
    server.on("/health", answer(b'{"status": "degraded", "reason": "margin"}'))
    heard = Heard(listen(server.on("/events", open_ended))).state("degraded")
    assert "margin" in str(heard.reading.problem)
    heard.events(1)
    assert sum(b"/events" in request for request in server.requests) == 1


def test_a_health_endpoint_that_is_not_there(server: FaultServer, listen: Listen) -> None:
    """Where the host has no health endpoint, an open stream is simply ok."""
    heard = Heard(listen(server.on("/events", open_ended))).events(1)
    asked = len(server.requests)
    heard.until(lambda h: len(server.requests) > asked + 1)
    assert heard.reading.state == "ok"


def test_an_idle_stream_that_a_proxy_ends_is_no_failure(
    server: FaultServer, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that stood long enough starts the pace over, though nothing was told on it."""
    monkeypatch.setattr("data_sources.event_stream.listener.HEALTHY_SECONDS", 0.2)

    def idle(connection: socket.socket) -> None:
        connection.sendall(STREAM)
        connection.settimeout(0.3)
        with contextlib.suppress(TimeoutError):
            connection.recv(1)

    source = listen(server.on("/events", idle), health_url="none")
    heard = Heard(source).until(lambda h: len(server.requests) >= 3)
    assert heard.reading.counts.accepted == 0
    assert source._listener is not None
    assert source._listener._pace.failures == 0
