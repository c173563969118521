"""Many polled origins in few threads: those that hang wait for each other, and for nobody else."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data_sources.health import HealthSource
from desk.desk import Desk
from desk.origin import Origin, origin
from desk.pollers import Pollers, Turn
from tests.data_sources.fault_server import FaultServer, fault_server, health
from tests.desk.small_desk import wait_for


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with fault_server() as running:
        yield running


class Hanging:
    """What polls are made of here: some hang until they are let go, and all are counted."""

    def __init__(self, hanging: set[str]) -> None:
        self.asked: Counter[str] = Counter()
        self.most_at_once = 0
        self.let_go = threading.Event()
        self._hanging = hanging
        self._at_once: Counter[str] = Counter()
        self._lock = threading.Lock()

    def poll(self, polled: Origin) -> Turn:
        with self._lock:
            self.asked[polled.name] += 1
            self._at_once[polled.name] += 1
            assert self._at_once[polled.name] == 1
            self.most_at_once = max(self.most_at_once, self._at_once.total())
        hangs = polled.name in self._hanging
        if hangs:
            self.let_go.wait(60)
        with self._lock:
            self._at_once[polled.name] -= 1
        return Turn(0.01, hung=hangs)


def origins(number: int) -> list[Origin]:
    """Health origins that nobody asks over the network here."""
    url = "http://127.0.0.1:9/health"
    return [
        origin(f"o{n}", HealthSource(url, name=f"o{n}", every_seconds=0.05)) for n in range(number)
    ]


def test_origins_that_hang_leave_threads_for_the_others() -> None:
    """P21: of 30, 20 hang in 5 of 8 threads; one that answered goes on, the most at once are 8."""
    names = {f"o{n}" for n in range(20)}
    asked = Hanging(names)
    pollers = Pollers(origins(30), asked.poll, most_threads=8, most_doubted=5)
    # Those that answer come first, so that they are trusted when the others begin to hang.
    pollers._origins.reverse()
    pollers.start()
    try:
        wait_for(lambda: sum(asked.asked[name] for name in names) == 5)
        well = [f"o{n}" for n in range(20, 30) if asked.asked[f"o{n}"]]
        before = asked.asked.copy()
        wait_for(lambda: all(asked.asked[name] >= before[name] + 5 for name in well))
        assert sum(asked.asked[name] for name in names) == 5
        assert asked.most_at_once <= 8
        asked.let_go.set()
        wait_for(lambda: all(asked.asked[f"o{n}"] >= 2 for n in range(30)))
    finally:
        asked.let_go.set()
        pollers.stop()


def test_a_small_desk_has_a_thread_for_each() -> None:
    """Of six, five hang at once, and the sixth is asked all the same."""
    asked = Hanging({f"o{n}" for n in range(5)})
    pollers = Pollers(origins(6), asked.poll)
    pollers.start()
    try:
        wait_for(lambda: len(asked.asked) == 6 and asked.asked["o5"] >= 10)
        assert [asked.asked[f"o{n}"] for n in range(5)] == [1] * 5
    finally:
        asked.let_go.set()
        pollers.stop()


def test_after_the_end_nobody_is_asked() -> None:
    """When the pollers are stopped their threads end."""
    asked = Hanging(set())
    pollers = Pollers(origins(4), asked.poll)
    pollers.start()
    wait_for(lambda: len(asked.asked) == 4)
    pollers.stop()
    wait_for(lambda: not any(worker.is_alive() for worker in pollers._workers))


def test_a_desk_with_many_endpoints(tmp_path: Path, server: FaultServer) -> None:
    """P21: of 60 endpoints 18 are silent: the other 42 are read again and again, in 38 threads."""
    ok = server.on("/ok", health())
    silent = server.on("/silent", server.silent)
    sources: list[Any] = [
        HealthSource(
            silent if n % 10 < 3 else ok,
            name=f"bot{n}",
            every_seconds=2.0,
            stale_after_seconds=600.0,
        )
        for n in range(60)
    ]
    desk = Desk([origin(each.name, each) for each in sources], state_dir=tmp_path / "state")
    desk.start()
    try:
        wait_for(lambda: sum(row["state"] == "ok" for row in desk.sources()) == 42, 60)
        told = {row["name"]: row["received_ms"] for row in desk.sources() if row["state"] == "ok"}
        wait_for(lambda: _later(desk, told) == 42, 60)
        names = [thread.name for thread in threading.enumerate()]
        assert sum(name == "desk-polls" or name.startswith("desk-poll-") for name in names) <= 37
    finally:
        desk.stop()


def _later(desk: Desk, told: dict[str, int]) -> int:
    """How many sources were heard after what was told."""
    return sum((row["received_ms"] or 0) > told.get(row["name"], 1 << 62) for row in desk.sources())
