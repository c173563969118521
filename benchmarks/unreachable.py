"""Sources that cannot be reached beside healthy ones: how late are those read?

A real desk over real sockets: eight health endpoints that answer and a log that is written, beside
endpoints that refuse, are silent, drip, or have a name that nobody knows, and a Redis that is
silent. The same desk without the sick ones shows what this machine itself is late by. The rival
polls the same sources one after the other in one thread.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.endpoints import closed_port, endpoints
from benchmarks.figure import Figure, Reach
from benchmarks.fresh import fresh, interleaved
from benchmarks.paced import SETTLED_SECONDS, PacedSource, WatchingDesk
from benchmarks.scratch import folder

HEALTHY = 8
PACE_SECONDS = 0.5
USUAL_GAP_SECONDS = 0.1
"""Between two sweeps of a log that is written: one tick."""


def measure(*, quick: bool) -> Iterator[Figure]:
    """Measure the desk with and without the sick ones in turn, then the rival."""
    rounds, seconds = (1, 10.0) if quick else (2, 20.0)
    with endpoints() as url, socket.create_server(("127.0.0.1", 0)) as mute:
        places = {"url": url, "redis_port": mute.getsockname()[1]}
        beside, alone = interleaved(
            rounds,
            lambda: _fresh("desk", sick=True, seconds=seconds, **places),
            lambda: _fresh("desk", sick=False, seconds=seconds, **places),
        )
        turns = _fresh("turns", sick=True, seconds=40.0, **places)
    sick = "refused, silent (HTTP and Redis), dripping, unknown name"
    for name, what in ("polled", "health endpoints at 0.5 s"), ("log", "a log at each sweep"):
        ours, calm = _late(beside, name), _late(alone, name)
        rival = _late([turns], name)
        yield Figure(
            f"unreachable_{name}_delay", max(0.0, ours["p99"] - calm["p99"]) * 1e3, "ms",
            "the same sources in one thread, one after the other",
            (rival["p99"] - calm["p99"]) * 1e3, Reach(50.0), int(ours["n"]),
            f"what these add to how late {what} are read, p99: {sick}; with them p50 "
            f"{ours['p50'] * 1e3:.1f}, p99 {ours['p99'] * 1e3:.1f}, worst "
            f"{ours['worst'] * 1e3:.1f} ms, without p50 {calm['p50'] * 1e3:.1f}, p99 "
            f"{calm['p99'] * 1e3:.1f}, worst {calm['worst'] * 1e3:.1f} ms; rival p50 "
            f"{rival['p50'] * 1e3:.0f} ms",
        )  # fmt: skip


def _late(runs: list[dict[str, Any]], name: str) -> dict[str, float]:
    """How late readings were in some runs together."""
    import numpy as np

    late = np.concatenate([run[name] for run in runs])
    p50, p99 = np.quantile(late, [0.5, 0.99])
    return {"n": len(late), "p50": float(p50), "p99": float(p99), "worst": float(late.max())}


def _fresh(who: str, **arguments: Any) -> dict[str, Any]:
    log, state = folder("log") / "aurora_events.jsonl", folder("state")
    return dict(
        fresh("benchmarks.unreachable:run", who=who, log=str(log), state=str(state), **arguments)
    )


def run(
    who: str, sick: bool, url: str, redis_port: int, seconds: float, log: str, state: str
) -> dict[str, Any]:
    """Read for some time, in a process of its own."""
    healthy = [
        PacedSource(f"{url}/ok/{number}", name=f"bot_{number}", every_seconds=PACE_SECONDS)
        for number in range(HEALTHY)
    ]
    followed = _followed(log)
    sources = [*healthy, followed, *(_sick(url, redis_port) if sick else [])]
    writing = threading.Event()
    writer = threading.Thread(target=_write, args=(Path(log), writing), daemon=True)
    writer.start()
    asking = WatchingDesk(sources, state) if who == "desk" else _Turns(sources)
    time.sleep(seconds)
    asking.stop()
    writing.set()
    writer.join()
    late = [seconds for source in healthy for seconds in source.late_seconds]
    gaps = [max(0.0, gap - USUAL_GAP_SECONDS) for gap in followed.gaps]
    return {"polled": late, "log": gaps}


def _followed(log: str) -> Any:
    """The log's source, which notes the time between two of its readings."""
    from data_sources.jsonl import JsonlSource
    from data_sources.reading import Reading

    class Followed(JsonlSource):
        def __init__(self) -> None:
            super().__init__(log, dialect="aurora", name="log")
            self.gaps: list[float] = []
            self._made, self._ended = time.monotonic(), 0.0

        def read(self, cursor: dict[str, Any] | None = None, **limits: Any) -> Reading:
            now = time.monotonic()
            if self._ended and now - self._made > SETTLED_SECONDS:
                self.gaps.append(now - self._ended)
            reading = super().read(cursor, **limits)
            self._ended = time.monotonic()
            return reading

    return Followed()


def _sick(url: str, redis_port: int) -> list[Any]:
    from data_sources.health import HealthSource
    from data_sources.redis_streams import RedisStreamsSource

    urls = {
        "refused": f"http://127.0.0.1:{closed_port()}/",
        "silent": f"{url}/silent",
        "drip": f"{url}/drip",
        "dns": "http://no-such-host.invalid/health",
    }
    asked = [
        HealthSource(place, name=name, every_seconds=PACE_SECONDS) for name, place in urls.items()
    ]
    return [*asked, RedisStreamsSource(f"redis://127.0.0.1:{redis_port}", name="mute_redis")]


def _write(log: Path, ending: threading.Event) -> None:
    """Ten lines a second."""
    with log.open("a") as out:
        while not ending.wait(0.1):
            out.write(f'{{"event_code": "ORDER.SUBMIT", "ts_ns": {time.time_ns()}}}\n')
            out.flush()


class _Turns:
    """The rival: whoever is due is read, the others wait."""

    def __init__(self, sources: list[Any]) -> None:
        self._due = dict.fromkeys(range(len(sources)), 0.0)
        self._sources = sources
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ending.is_set():
            number = min(self._due, key=lambda each: self._due[each])
            self._ending.wait(max(0.0, self._due[number] - time.monotonic()))
            begun = time.monotonic()
            self._sources[number].read()
            pace = getattr(self._sources[number], "wait_seconds", USUAL_GAP_SECONDS)
            self._due[number] = max(begun + pace, time.monotonic() + 0.05)

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()
