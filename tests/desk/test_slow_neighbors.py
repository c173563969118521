"""A source that hangs, or whose name nobody resolves, costs the others nothing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from data_sources.health import HealthSource
from desk.desk import Desk
from desk.origin import origin
from tests.data_sources.fault_server import FaultServer, fault_server, health
from tests.desk.small_desk import wait_for

ROOT = Path(__file__).resolve().parents[2]


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


POLLS = """
import sys, threading, time
from pathlib import Path
from data_sources.health import HealthSource
from tests.data_sources.fault_server import fault_server
from tests.data_sources.network.services import Clock, small

def held():
    return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))

def polled(times):
    for _ in range(times):
        clock.now += 100
        assert {source.read().state for source in sources} == {"down"}

name, clock = "http://no-such-host.invalid", Clock()
with fault_server() as server:
    sources = [HealthSource(name + "/health"), small(Path(sys.argv[1]), server, clock, url=name)]
    polled(1)
    before, until = held(), time.monotonic() + 20
    polled(100)
    sources[1].close()
    # A lookup under way holds a socket of its own until it is over.
    def grown():
        return [now for now, then in zip(held(), before) if now > then]

    while grown() and time.monotonic() < until:
        time.sleep(0.05)
    assert not grown(), (before, held())
"""


def test_a_hundred_polls_of_a_name_that_is_none_leave_no_thread(tmp_path: Path) -> None:
    """P09: after the first poll neither threads nor open files grow, however often it fails."""
    # In a process of its own: what other tests open and close there is nobody's leak.
    command = [sys.executable, "-c", POLLS, str(tmp_path)]
    # The deadline of the resolver as the app sets it: by default a lost answer costs it too long.
    environment = os.environ | {"RES_OPTIONS": "timeout:2 attempts:1"}
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=100, env=environment
    )
    assert done.returncode == 0, done.stderr
