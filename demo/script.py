"""What a simulated system does: tasks that write and then wait, all on one clock."""

from __future__ import annotations

import datetime as dt
import heapq
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

NS = 1_000_000_000


class Piece(NamedTuple):
    """Something that a system writes at a moment.

    Attributes:
        ts_ns: when, in nanoseconds since the epoch.
        path: of the file, below the system's folder.
        data: the bytes.
        whole: the file holds these bytes alone from then on; else they are appended.
    """

    ts_ns: int
    path: str
    data: bytes
    whole: bool = False


class Script:
    """Tasks, each an iterator that yields how many seconds it waits until it goes on.

    The same tasks write the same whoever asks, in however small steps.
    """

    def __init__(self, start_ns: int) -> None:
        self.start_ns = start_ns
        self._tasks: list[tuple[int, int, Iterator[float]]] = []
        self._pieces: list[Piece] = []
        self._number = 0
        self._now = 0

    def begin(self, task: Iterator[float], after_seconds: float = 0.0) -> None:
        """Let a task begin, a while after this moment."""
        self._number += 1
        at = self._now + round(after_seconds * NS)
        heapq.heappush(self._tasks, (at, self._number, task))

    @property
    def seconds(self) -> float:
        """This moment, in seconds since the start."""
        return self._now / NS

    @property
    def now(self) -> dt.datetime:
        """This moment in UTC, to the microsecond."""
        micros = (self.start_ns + self._now) // 1000
        return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=micros)

    def line(self, path: str, record: dict[str, Any] | str, *, compact: bool = False) -> None:
        """Append a line: a record as JSON, or a text as it stands."""
        if isinstance(record, dict):
            record = json.dumps(record, separators=(",", ":") if compact else None)
        self._write(path, record.encode() + b"\n", whole=False)

    def text(self, path: str, text: str) -> None:
        """Append a text as it stands."""
        self._write(path, text.encode(), whole=False)

    def file(self, path: str, content: bytes | str) -> None:
        """Let a file hold this alone."""
        self._write(path, content.encode() if isinstance(content, str) else content, whole=True)

    def _write(self, path: str, data: bytes, *, whole: bool) -> None:
        self._pieces.append(Piece(self.start_ns + self._now, path, data, whole))

    def until(self, seconds: float) -> list[Piece]:
        """What is written until then and was not handed out yet, oldest first."""
        limit = round(seconds * NS)
        while self._tasks and self._tasks[0][0] <= limit:
            self._now, number, task = heapq.heappop(self._tasks)
            wait = next(task, None)
            if wait is not None:
                again = self._now + max(1, round(wait * NS))
                heapq.heappush(self._tasks, (again, number, task))
        self._now = max(self._now, limit)
        pieces, self._pieces = self._pieces, []
        return pieces

    @property
    def next_seconds(self) -> float:
        """Seconds after the start before which nothing is written."""
        return self._tasks[0][0] / NS if self._tasks else float("inf")
