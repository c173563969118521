"""Logs to measure with, written once a run into a folder that goes away with it."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

from demo.write import generate

START_NS = 1_750_000_000_000_000_000
LINE_BYTES = 347
"""About what a line of the demo's Aurora takes."""


class Log(NamedTuple):
    """A log file and what its lines add up to."""

    path: Path
    lines: int
    bytes: int
    start_ns: int
    end_ns: int
    truth: dict[str, int]


_FOLDER = tempfile.TemporaryDirectory(prefix="deskwatch-bench-")


def folder(name: str) -> Path:
    """A new, empty folder of this run."""
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=_FOLDER.name))


@cache
def aurora_log(lines: int, rate: float = 1_000.0) -> Log:
    """One events file of Aurora with so many lines, `rate` of them for each second."""
    path = folder("log") / "aurora_events.jsonl"
    made = generate(path, lines, start_ns=START_NS, rate=rate)
    truth: dict[str, int] = {}
    for counts in made.truth.values():
        for name, n in counts.items():
            truth[name] = truth.get(name, 0) + n
    return Log(path, lines, path.stat().st_size, made.start_ns, made.end_ns, truth)
