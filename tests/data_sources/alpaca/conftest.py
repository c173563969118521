"""A broker on loopback, and a record of whatever it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from data_sources.alpaca import AlpacaSource
from demo.alpaca_server import KEY, SECRET, AlpacaServer
from tests.outbound import recorder

NOON = datetime(2025, 11, 26, 17, 0, tzinfo=UTC)
"""A Wednesday on which New York trades, the day before Thanksgiving."""


@pytest.fixture(scope="session", autouse=True)
def calendars() -> None:
    """Build the server's calendars once, before a deadline runs."""
    server = AlpacaServer(now=lambda: NOON)
    for path in ("/v2/account", "/v2/clock", "/v2/calendar"):
        server.answer(path, {})
    server.close()


@pytest.fixture(autouse=True)
def nothing_but_reading() -> Iterator[AlpacaServer]:
    """Every test: each connection went to the configured host, each request was a GET."""
    server = AlpacaServer(now=lambda: NOON)
    try:
        yield server
    finally:
        server.close()
    host, port = server.url.removeprefix("http://").split(":")
    assert set(recorder.connected) <= {(host, int(port))}
    assert set(recorder.asked) <= {("GET", host, int(port))}
    assert all(request.startswith("GET /v2/") for request in server.requests)


@pytest.fixture
def broker(nothing_but_reading: AlpacaServer) -> AlpacaServer:
    """The broker's server."""
    return nothing_but_reading


@pytest.fixture
def clock() -> list[float]:
    """Our time in epoch seconds, moved by hand."""
    return [NOON.timestamp()]


@pytest.fixture
def source(broker: AlpacaServer, clock: list[float]) -> Callable[..., AlpacaSource]:
    """Make a source that asks the broker by the clock."""

    def make(**options: Any) -> AlpacaSource:
        keys = {"api_key": KEY, "secret_key": SECRET, "name": "broker", "timeout_seconds": 2.0}
        given = {"data_url": broker.url, **keys, "now": lambda: clock[0], **options}
        return AlpacaSource(broker.url, **given)

    return make
