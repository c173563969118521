"""One sweep over 200 followed files of which 40 have grown: from the disk to the frame of events.

Fifty sessions with four logs each, as the runner writes them; each sweep finds three new lines in
the events file of 40 of them. A sweep is one `read()`, its folders listed about once a second as
a desk has it. The rival is the least that follows a file by its name: `stat` each, read what is
new, `json.loads` each line, keep the dicts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, Reach
from benchmarks.fresh import fresh, interleaved, middle
from benchmarks.scratch import aurora_log, folder

SESSIONS, ACTIVE = 50, 40
NAMES = (
    *("aurora_events.jsonl", "orders_success.jsonl"),
    *("orders_denied.jsonl", "orders_failed.jsonl"),
)
BEFORE_LINES, NEW_LINES = 200, 3
PACE_SECONDS = 0.05
RIVAL = "stat each file, read what is new, json.loads its lines"


def measure(*, quick: bool) -> Iterator[Figure]:
    """Measure both in turn."""
    sweeps, rounds = (40, 1) if quick else (120, 3)
    ours, theirs = interleaved(
        rounds, lambda: _sweeps("desk", sweeps), lambda: _sweeps("plain", sweeps)
    )
    yield Figure(
        "sweep_200_files_cpu", middle(ours, "cpu_ms"), "ms", RIVAL, middle(theirs, "cpu_ms"),
        Reach(10.0), sweeps * rounds,
        f"{SESSIONS * len(NAMES)} files, {ACTIVE} of them with {NEW_LINES} new lines; median CPU "
        f"of a sweep; wall p50 {middle(ours, 'wall_ms'):.1f}, p95 "
        f"{middle(ours, 'wall_p95_ms'):.1f} ms (rival {middle(theirs, 'wall_ms'):.1f}, "
        f"{middle(theirs, 'wall_p95_ms'):.1f}); finding and cutting the lines alone "
        f"{middle(ours, 'tail_ms'):.1f} ms; idle, nothing new: {middle(ours, 'idle_ms'):.2f} ms "
        f"(rival {middle(theirs, 'idle_ms'):.2f})",
    )  # fmt: skip


def _sweeps(who: str, sweeps: int) -> dict[str, Any]:
    template = aurora_log(BEFORE_LINES + NEW_LINES * (sweeps + 20)).path
    return dict(
        fresh(
            "benchmarks.sweep:sweep",
            who=who, root=str(folder("sessions")), template=str(template), sweeps=sweeps,
        )
    )  # fmt: skip


def sweep(who: str, root: str, template: str, sweeps: int) -> dict[str, Any]:
    """Follow the files, in a process of its own."""
    import numpy as np

    lines = Path(template).read_bytes().splitlines(keepends=True)
    files = [Path(root) / f"s{n:03d}" / name for n in range(SESSIONS) for name in NAMES]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"".join(lines[:BEFORE_LINES]))
    follower = _Follower(Path(root)) if who == "desk" else _Plain(files)
    while follower.sweep():
        pass
    active = [file.open("ab", buffering=0) for file in files if file.name == NAMES[0]][:ACTIVE]
    spent = []
    tail_ms = _tail_alone(Path(root), active, lines) if who == "desk" else 0.0
    while follower.sweep():
        pass
    for number in range(sweeps):
        first = BEFORE_LINES + NEW_LINES * number
        for stream in active:
            stream.write(b"".join(lines[first : first + NEW_LINES]))
        spent.append(_spent(follower, expect=ACTIVE * NEW_LINES))
        time.sleep(PACE_SECONDS)
    idle = [_spent(follower, expect=0) for _ in range(50)]
    wall, cpu = np.array(spent).T * 1e3
    return {
        "wall_ms": float(np.median(wall)),
        "wall_p95_ms": float(np.quantile(wall, 0.95)),
        "cpu_ms": float(np.median(cpu)),
        "idle_ms": float(np.median(np.array(idle)[:, 0])) * 1e3,
        "tail_ms": tail_ms,
    }


def _spent(follower: Any, expect: int) -> tuple[float, float]:
    """Wall and CPU seconds of one sweep, which must find so many lines."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = follower.sweep()
    spent = time.perf_counter() - wall, time.process_time() - cpu
    if found != expect:
        raise AssertionError(f"a sweep found {found} lines, {expect} were written")
    return spent


def _tail_alone(root: Path, active: list[Any], lines: list[bytes]) -> float:
    """The part of a sweep before decoding: median milliseconds."""
    from statistics import median

    from data_sources.lines.tail import Tail

    tail = Tail(root)
    while tail.read():
        pass
    spent = []
    for _ in range(20):
        for stream in active:
            stream.write(b"".join(lines[:NEW_LINES]))
        begun = time.perf_counter()
        tail.read()
        spent.append(time.perf_counter() - begun)
    tail.close()
    return median(spent) * 1e3


class _Follower:
    """Ours."""

    def __init__(self, root: Path) -> None:
        from data_sources.jsonl import JsonlSource

        self._source = JsonlSource(root, dialect="aurora", name="aurora")

    def sweep(self) -> int:
        return len(self._source.read().frame)


class _Plain:
    """The rival."""

    def __init__(self, files: list[Path]) -> None:
        self._at = dict.fromkeys(map(str, files), 0)
        self._kept: list[Any] = []

    def sweep(self) -> int:
        before = len(self._kept)
        for file, at in self._at.items():
            size = Path(file).stat().st_size
            if size <= at:
                continue
            with open(file, "rb") as stream:  # noqa: PTH123 - the plainest way there is
                stream.seek(at)
                data = stream.read()
            end = data.rfind(b"\n") + 1
            self._kept += map(json.loads, data[:end].splitlines())
            self._at[file] = at + end
        return len(self._kept) - before
