"""The threads that read polled origins: not many of them, and one that hangs delays nobody."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from queue import SimpleQueue
from typing import Final, NamedTuple

from desk.origin import Origin

MOST_THREADS: Final = 36
"""A desk with fewer polled origins has a thread for each."""
MOST_DOUBTED: Final = 20
"""At most so many are with origins that may hang; the others are for those that answer."""
SPREAD_SECONDS: Final = 1.0
SPREAD_EACH_SECONDS: Final = 0.01
"""The first reads are spread over a second, over more for many, but never over more than a pace:
those that begin together are due together for a long time."""


class Turn(NamedTuple):
    """How one read went: seconds until the next one, and whether it hung without an answer."""

    pause_seconds: float
    hung: bool


class _Job(NamedTuple):
    """When an origin is to be read, in monotonic seconds, which one, and whether it is doubted."""

    due: float
    number: int
    doubted: bool


class Pollers:
    """Reads each origin at its own pace, in at most `MOST_THREADS` threads and one that hands out.

    An origin is doubted until its first read is over, and after one in which it hung. All doubted
    ones together never hold more than `MOST_DOUBTED` threads, so that those that answer find a
    free one when they are due. Where more than that hang, they wait for each other alone.

    Args:
        origins: what is read; no origin is ever read twice at once.
        poll: reads one and says how that went; called in one of the threads, must not raise.
    """

    def __init__(
        self,
        origins: Sequence[Origin],
        poll: Callable[[Origin], Turn],
        *,
        most_threads: int = MOST_THREADS,
        most_doubted: int = MOST_DOUBTED,
    ) -> None:
        self._origins = list(origins)
        self._poll = poll
        self._threads = (most_threads, most_doubted)
        self._limit()
        self._change = threading.Condition()
        self._ending = False
        self._trusted: list[_Job] = []
        self._doubted: list[_Job] = []
        self._busy = self._busy_doubted = 0
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._workers: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to read."""
        now = time.monotonic()
        spread = max(SPREAD_SECONDS, SPREAD_EACH_SECONDS * len(self._origins))
        for number, origin in enumerate(self._origins):
            first = random.uniform(0, min(spread, origin.every_seconds))
            heappush(self._doubted, _Job(now + first, number, doubted=True))
        if self._origins:
            threading.Thread(target=self._hand_out, name="desk-polls", daemon=True).start()

    def add(self, origin: Origin) -> None:
        """Read one more, from now on."""
        with self._change:
            self._origins.append(origin)
            self._limit()
            heappush(self._doubted, _Job(time.monotonic(), len(self._origins) - 1, doubted=True))
            self._change.notify()
        if len(self._origins) == 1:
            threading.Thread(target=self._hand_out, name="desk-polls", daemon=True).start()

    def _limit(self) -> None:
        """A desk with few origins has a thread for each."""
        self._most_threads = min(self._threads[0], len(self._origins))
        self._most_doubted = min(self._threads[1], self._most_threads)

    def stop(self) -> None:
        """End; a read that is under way ends by itself and is the last of its thread."""
        with self._change:
            self._ending = True
            self._change.notify_all()
        for _ in self._workers:
            self._jobs.put(None)

    def _hand_out(self) -> None:
        """Give each job to a thread when it is due."""
        while True:
            with self._change:
                while not self._ending and (job := self._next(time.monotonic())) is None:
                    self._change.wait(self._until_due(time.monotonic()))
                if self._ending or job is None:
                    return
                self._busy += 1
                self._busy_doubted += job.doubted
                if self._busy > len(self._workers):
                    self._hire()
            self._jobs.put(job)

    def _hire(self) -> None:
        name = f"desk-poll-{len(self._workers) + 1}"
        worker = threading.Thread(target=self._work, name=name, daemon=True)
        self._workers.append(worker)
        worker.start()

    def _lines(self) -> list[list[_Job]]:
        """The lines of waiting jobs from which one may go now, the more urgent first."""
        if self._busy >= self._most_threads:
            return []
        more_doubted = self._busy_doubted < self._most_doubted
        return [self._trusted, self._doubted] if more_doubted else [self._trusted]

    def _next(self, now: float) -> _Job | None:
        """Take the next job that is due, None when there is none for now."""
        for line in self._lines():
            if line and line[0].due <= now:
                return heappop(line)
        return None

    def _until_due(self, now: float) -> float | None:
        """Seconds until a job may be due; None when a thread has to come free before."""
        waiting = [line[0].due for line in self._lines() if line]
        return max(0.0, min(waiting) - now) if waiting else None

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            turn = self._poll(self._origins[job.number])
            line = self._doubted if turn.hung else self._trusted
            with self._change:
                due = time.monotonic() + turn.pause_seconds
                heappush(line, _Job(due, job.number, doubted=turn.hung))
                self._busy -= 1
                self._busy_doubted -= job.doubted
                self._change.notify()
