"""What is going to be written, in the order of its time."""

from __future__ import annotations

import heapq
from collections import Counter
from typing import Any, NamedTuple

NS = 1_000_000_000


class Line(NamedTuple):
    """One record of one file.

    Attributes:
        ts_ns: when it is written, in nanoseconds since the epoch.
        number: breaks ties, in the order of planning.
        session: the session's folder.
        file: the file in it.
        record: what stands in the line.
        counts: what the line adds to the truth, such as `submitted`.
    """

    ts_ns: int
    number: int
    session: str
    file: str
    record: dict[str, Any]
    counts: tuple[str, ...]


class Timeline:
    """Lines planned for later, and the truth about those that were handed out.

    Times inside are nanoseconds since the start, so that the same seed plans the same lines
    whenever it starts.
    """

    def __init__(self, start_ns: int) -> None:
        self.start_ns = start_ns
        self.planned = 0
        self.truth: dict[str, Counter[str]] = {}
        self._heap: list[Line] = []
        self._number = 0

    def clock(self, at: int) -> int:
        """The time as the origin would write it: `int(time.time() * 1e9)` loses the last 8 bits."""
        return int(float(self.start_ns + at))

    def add(
        self,
        at: int,
        session: str,
        record: dict[str, Any],
        *counts: str,
        file: str = "aurora_events",
    ) -> None:
        """Plan a record for *at* nanoseconds after the start."""
        self._number += 1
        self.planned += file == "aurora_events"
        line = Line(self.start_ns + at, self._number, session, f"{file}.jsonl", record, counts)
        heapq.heappush(self._heap, line)

    def due(self, until: int) -> list[Line]:
        """Take out what is due by *until*, oldest first."""
        limit = self.start_ns + until
        lines = []
        while self._heap and self._heap[0].ts_ns <= limit:
            line = heapq.heappop(self._heap)
            lines.append(line)
            if line.counts:
                self.truth.setdefault(line.session, Counter()).update(line.counts)
        return lines

    @property
    def next_due(self) -> int | None:
        """Nanoseconds after the start at which the next planned line is due."""
        return self._heap[0].ts_ns - self.start_ns if self._heap else None
