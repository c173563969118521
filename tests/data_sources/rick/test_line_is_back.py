"""A line that was cut and is there again: the stream goes on soon, not at the end of its pauses."""

from __future__ import annotations

import socket
from collections.abc import Callable
from inspect import signature

import pytest

from data_sources.event_stream.liveness import Liveness
from data_sources.event_stream.pace import Pace
from data_sources.health import HealthSource
from data_sources.sse import SseSource
from tests.data_sources.rick.arena_server import Arena
from tests.data_sources.rick.reading_on import Heard

Listen = Callable[..., SseSource]
MOST_SECONDS = 10.0
"""From the line's return until data comes again, at most."""


def test_a_health_endpoint_that_fails_is_asked_at_its_pace(listen: Listen) -> None:
    """P10: a question under way and the pause after it are over in 10 s, however often it failed:
    so long is a line back, at most, until that is noticed and the stream is opened.
    """
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    health = HealthSource(f"http://127.0.0.1:{port}/health")
    source = listen(f"http://127.0.0.1:{port}/events", health_url="none")
    source.read()
    assert source._listener is not None
    liveness = Liveness(health, source._listener)
    usual = signature(SseSource).parameters["health_every_seconds"].default
    assert health.timeout_seconds + usual <= MOST_SECONDS
    pauses = []
    for _ in range(40):
        liveness._note(health.read())
        pauses.append(liveness.wait_seconds)
    assert liveness.is_down
    assert 0 < max(pauses) <= usual == health.every_seconds
    assert len(set(pauses)) > 3, "no herd"


def test_a_line_that_is_back_ends_the_longest_pause(
    street: Arena, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P10: with an hour of pause before it, the stream is opened as soon as its health is well."""
    heard = Heard(listen(street.url)).events(1)
    monkeypatch.setattr(Pace, "seconds", lambda *_: 3_600.0)
    street.stop()
    liveness = heard.source._liveness
    assert liveness is not None
    heard.until(lambda h: h.reading.state in ("down", "degraded") and liveness.is_down)
    street.start()
    street.place(1)
    heard.until(lambda h: "paper-oanda-1" in h.column("client_order_id"))
    assert heard.column("client_order_id").count("paper-oanda-1") == 1
    assert len(street.requests) == 2
