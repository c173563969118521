"""A source that hangs, or whose name nobody resolves, costs the others nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from data_sources.health import HealthSource
from data_sources.rest import RestSource
from desk.desk import Desk
from desk.origin import origin
from tests.data_sources.fault_server import FaultServer, fault_server, health
from tests.data_sources.network.services import Clock, small
from tests.desk.small_desk import wait_for


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A fault server on a free loopback port."""
    with fault_server() as running:
        yield running


@contextmanager
def watched(state: Path, **urls: str) -> Iterator[Desk]:
    """A running desk over health endpoints."""
    sources = {
        name: HealthSource(url, name=name, every_seconds=0.1, timeout_seconds=30.0)
        for name, url in urls.items()
    }
    desk = Desk([origin(name, each) for name, each in sources.items()], state_dir=state)
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()


def asked(server: FaultServer, path: bytes) -> int:
    return sum(head.startswith(b"GET " + path) for head in server.requests)


def test_a_source_that_hangs_delays_no_other(server: FaultServer, tmp_path: Path) -> None:
    """P02: while one answer never comes, another source is asked ten times and stays ok."""
    well, hung = server.on("/well", health()), server.on("/hung", server.silent)
    with watched(tmp_path, well=well, hung=hung) as desk:
        wait_for(lambda: asked(server, b"/hung") == 1)
        before = asked(server, b"/well")
        wait_for(lambda: asked(server, b"/well") >= before + 10)
        assert asked(server, b"/hung") == 1
        states = {row["name"]: row["state"] for row in desk.sources()}
        assert states == {"well": "ok", "hung": "waiting"}


def test_a_name_that_resolves_slowly_delays_no_other(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P09: a resolver that thinks for long holds its own source alone, which then says dns."""
    real, thought = socket.getaddrinfo, threading.Event()

    def slow(host: str, *rest: Any, **more: Any) -> Any:
        if host == "slow.invalid":
            assert thought.wait(60)
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    try:
        well = server.on("/well", health())
        with watched(tmp_path, well=well, slow="http://slow.invalid/health") as desk:
            wait_for(lambda: asked(server, b"/well") >= 10)
            assert {row["name"]: row["state"] for row in desk.sources()}["slow"] == "waiting"
            thought.set()
            wait_for(
                lambda: {row["name"]: row["state"] for row in desk.sources()}["slow"] == "down"
            )
            assert "dns" in {row["name"]: row["problem"] for row in desk.sources()}["slow"]
    finally:
        thought.set()


def test_a_hundred_polls_of_a_name_that_is_none_leave_no_thread(
    server: FaultServer, tmp_path: Path
) -> None:
    """P09: two hundred failed polls leave no thread, and no file open for each."""
    clock = Clock()
    rest: RestSource = small(tmp_path, server, clock, url="http://no-such-host.invalid")
    sources: list[Any] = [HealthSource("http://no-such-host.invalid/health"), rest]
    for source in sources:
        source.read()
    before = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(100):
        clock.now += 100
        assert {source.read().state for source in sources} == {"down"}
    wait_for(lambda: threading.active_count() < before[0] + 10)
    rest.close()
    # Lookups under way, and other tests' last threads, hold a few of their own until they are over.
    wait_for(lambda: len(list(Path("/proc/self/fd").iterdir())) < before[1] + 10)
