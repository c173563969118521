"""500 health endpoints of which 150 hang: is each of the others still asked at its pace?

Ours is a real desk over real sockets. The rival gives each endpoint a thread of its own, which
keeps the paces as well, at the price of 500 threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.endpoints import endpoints
from benchmarks.figure import Figure, Reach
from benchmarks.fresh import cpu_seconds, fresh
from benchmarks.paced import PacedSource, WatchingDesk
from benchmarks.scratch import folder

TARGETS = 500
HANGING_RATIO = 0.3
PACE_SECONDS = 5.0
RIVAL = "a thread for each endpoint"


def measure(*, quick: bool) -> Iterator[Figure]:
    """Measure both, one after the other."""
    targets, seconds = (100, 15.0) if quick else (TARGETS, 60.0)
    with endpoints() as url:
        desk = _fresh("desk", url, targets, seconds)
        threads = _fresh("threads", url, targets, seconds)
    note = (
        f"{targets} endpoints asked every {PACE_SECONDS:g} s for {seconds:g} s, "
        f"{HANGING_RATIO:.0%} of them accept and say nothing"
    )
    yield Figure(
        "targets_late_p95", desk["late_p95"], "s", RIVAL, threads["late_p95"], Reach(1.0),
        desk["readings"],
        f"{note}; how late the readings of the others begin; worst {desk['late_worst']:.2f} s; the "
        f"first of each within {desk['first_worst']:.1f} s; asked {desk['readings']} times, rival "
        f"{threads['readings']}; CPU {desk['core_ratio']:.0%} of a core, rival "
        f"{threads['core_ratio']:.0%}",
    )  # fmt: skip
    yield Figure(
        "targets_threads", desk["threads"], "threads", RIVAL, threads["threads"], Reach(40.0),
        desk["readings"], f"{note}; the most threads of the process",
    )  # fmt: skip


def _fresh(who: str, url: str, targets: int, seconds: float) -> dict[str, Any]:
    state = str(folder("state"))
    return dict(
        fresh(
            "benchmarks.targets:ask",
            who=who,
            url=url,
            targets=targets,
            seconds=seconds,
            state=state,
        )
    )


def ask(who: str, url: str, targets: int, seconds: float, state: str) -> dict[str, Any]:
    """Ask for some time, in a process of its own."""
    from data_sources.calendar import MarketCalendar  # noqa: F401 - imports are not measured

    hanging = round(targets * HANGING_RATIO)
    sources = [
        PacedSource(
            f"{url}/{'silent' if number % targets < hanging else 'ok'}/{number}",
            name=f"bot_{number}",
            every_seconds=PACE_SECONDS,
        )
        for number in _mixed(targets)
    ]
    begun, wall = cpu_seconds(), time.monotonic()
    asking = WatchingDesk(sources, state) if who == "desk" else _Threads(sources)
    threads = 0
    while time.monotonic() - wall < seconds:
        time.sleep(0.5)
        threads = max(threads, threading.active_count())
    used = (cpu_seconds() - begun) / (time.monotonic() - wall)
    asking.stop()
    return _summary([s for s in sources if "/ok/" in s.url]) | {
        "threads": threads,
        "core_ratio": used,
    }


def _mixed(targets: int) -> list[int]:
    """The numbers of the targets, those that hang evenly among the others."""
    return sorted(range(targets), key=lambda number: number * 0.618_034 % 1)


def _summary(sources: list[PacedSource]) -> dict[str, Any]:
    import numpy as np

    late = np.concatenate([source.late_seconds for source in sources])
    firsts = [source.first_seconds for source in sources if source.first_seconds is not None]
    if len(firsts) < len(sources):
        raise AssertionError(f"{len(sources) - len(firsts)} endpoints were never asked")
    return {
        "late_p95": float(np.quantile(late, 0.95)),
        "late_worst": float(late.max()),
        "first_worst": max(firsts),
        "readings": len(late),
    }


class _Threads:
    """The rival."""

    def __init__(self, sources: list[PacedSource]) -> None:
        self._ending = threading.Event()
        for source in sources:
            threading.Thread(target=self._run, args=(source,), daemon=True).start()

    def _run(self, source: PacedSource) -> None:
        pause = 0.5
        while not self._ending.wait(pause):
            begun = time.monotonic()
            source.read()
            pause = max(0.05, source.wait_seconds - (time.monotonic() - begun))

    def stop(self) -> None:
        self._ending.set()
