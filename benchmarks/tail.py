"""Following a log that is being written: CPU for an event, and whether the desk keeps up.

The writer is a process of its own that writes the demo's Aurora at 1,000 and at 20,000 events a
second. The rival is the least that any reader does: every 50 ms read what is new, `json.loads` each
line, keep the dicts (the newest 300,000). It normalizes, joins, counts and keeps nothing.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import writer
from benchmarks.figure import Figure, Reach
from benchmarks.fresh import cpu_seconds, fresh
from benchmarks.scratch import aurora_log, folder

RIVAL = "json.loads line by line, dicts kept"
GRACE_SECONDS = 60.0


def measure(*, quick: bool) -> Iterator[Figure]:
    """Measure both rates; the fast one for a minute."""
    for rate, seconds in (1_000, 10.0 if quick else 30.0), (20_000, 10.0 if quick else 60.0):
        yield from _at(rate, seconds)


def _at(rate: int, seconds: float) -> Iterator[Figure]:
    template = aurora_log(int(rate * seconds), rate=float(rate)).path
    rival_seconds = min(seconds, 20.0)
    plain = _follow("plain", template, rate, rival_seconds)
    desk = _follow("desk", template, rate, seconds)
    name = f"tail_{rate // 1000}k"
    note = f"{rate} events/s for {seconds:g} s, a state folder, no viewers"
    yield Figure(
        f"{name}_cpu_per_event", desk["cpu_us"], "µs", RIVAL, plain["cpu_us"], n=desk["lines"],
        note=f"{note}; rival for {rival_seconds:g} s; sweeps of the idle time included in both",
    )  # fmt: skip
    if rate < 20_000:
        return
    yield Figure(
        f"{name}_core_share", desk["core_ratio"] * 100, "%", RIVAL, plain["core_ratio"] * 100,
        Reach(60.0), desk["lines"], note,
    )  # fmt: skip
    yield Figure(
        f"{name}_lag_p99", desk["lag_p99"], "s", RIVAL, plain["lag_p99"], Reach(1.0),
        desk["lines"],
        f"{note}; from the time an event is due to the tick that shows it, each event counted; "
        f"p50 {desk['lag_p50']:.3f} s, worst {desk['lag_worst']:.3f} s; the writer was up to "
        f"{desk['writer_late_ms']:.0f} ms late",
    )  # fmt: skip
    yield Figure(
        f"{name}_lost", desk["lost"], "events", RIVAL, plain["lost"], Reach(0.0),
        desk["lines"], note,
    )  # fmt: skip


def _follow(who: str, template: Path, rate: float, seconds: float) -> dict[str, Any]:
    log = folder("live") / "aurora_events.jsonl"
    return dict(
        fresh(
            "benchmarks.tail:follow",
            who=who,
            template=str(template),
            log=str(log),
            rate=rate,
            seconds=seconds,
            state_dir=str(folder("state")),
        )
    )


def follow(
    who: str, template: str, log: str, rate: float, seconds: float, state_dir: str
) -> dict[str, Any]:
    """Follow a log while a writer writes it; in a process of its own."""
    follower = PlainFollower(Path(log)) if who == "plain" else DeskFollower(Path(log), state_dir)
    time.sleep(1.0)
    begun, wall = cpu_seconds(), time.monotonic()
    writing = writer.start(Path(template), Path(log), rate, seconds)
    written = writer.finish(writing)
    writer_seconds = time.monotonic() - wall
    while follower.lines < written["lines"] and time.monotonic() - wall < seconds + GRACE_SECONDS:
        time.sleep(0.05)
    time.sleep(0.5)
    used = cpu_seconds() - begun
    lines = follower.lines
    follower.stop()
    return _lags(follower.shown, written) | {
        "lines": lines,
        "lost": written["lines"] - lines,
        "cpu_us": used / written["lines"] * 1e6,
        "core_ratio": used / writer_seconds,
        "writer_late_ms": written["latest_ms"],
    }


def _lags(shown: list[tuple[int, int]], written: dict[str, Any]) -> dict[str, Any]:
    """How long each event waited, given when which event time was the newest shown."""
    import numpy as np

    numbers = np.arange(written["lines"])
    due = written["begun_ns"] + np.rint(numbers * written["gap_ns"]).astype(np.int64)
    moments, newest = np.array(shown, np.int64).T
    newest = np.maximum.accumulate(newest)
    first = np.searchsorted(newest, due, "left")
    first = np.minimum(first, len(moments) - 1)
    lag = (moments[first] - due) / 1e9
    p50, p99 = np.quantile(lag, [0.5, 0.99])
    return {"lag_p50": float(p50), "lag_p99": float(p99), "lag_worst": float(lag.max())}


class DeskFollower:
    """Our desk; `shown` is (when, newest event time) of every tick."""

    def __init__(self, log: Path, state_dir: str) -> None:
        from data_sources.jsonl import JsonlSource
        from desk.desk import Desk
        from desk.memory import calm_the_collector
        from desk.origin import origin

        calm_the_collector()
        source = JsonlSource(log, dialect="aurora", name="aurora")
        self._origin = origin("aurora", source)
        self._desk = Desk([self._origin], state_dir=Path(state_dir))
        self.shown: list[tuple[int, int]] = []
        self._desk.subscribe(self._tick)
        self._desk.start()

    def _tick(self, _version: int) -> None:
        if self._origin.newest is not None:
            self.shown.append((time.time_ns(), int(self._origin.newest.value)))

    @property
    def lines(self) -> int:
        return self._origin.counts.accepted - self._origin.duplicates

    def stop(self) -> None:
        self._desk.stop()


class PlainFollower:
    """The least that any reader does."""

    def __init__(self, log: Path) -> None:
        self.lines = 0
        self.shown: list[tuple[int, int]] = []
        self._log = log
        self._kept: deque[Any] = deque(maxlen=300_000)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        rest = b""
        while not self._log.exists() and not self._ending.wait(0.05):
            pass
        with self._log.open("rb") as log:
            while not self._ending.wait(0.05):
                *lines, rest = (rest + log.read()).split(b"\n")
                self._kept.extend(map(json.loads, lines))
                self.lines += len(lines)
                if lines:
                    self.shown.append((time.time_ns(), self._kept[-1]["ts_ns"]))

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()
