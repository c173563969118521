"""Asks endpoints side by side, so that one that hangs delays no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final

from data_sources.polled.poll import Asked, Poll

MOST_AT_ONCE: Final = 16
GLANCE_SECONDS: Final = 0.05
"""How long an endpoint is waited for that failed the last time."""


class Crew:
    """A thread for each endpoint that is being asked; never two questions to one endpoint."""

    def __init__(self, polls: Sequence[Poll], now: Callable[[], float]) -> None:
        self._polls = list(polls)
        self._now = now
        self._asking: dict[int, Future[Asked]] = {}
        self._pool: ThreadPoolExecutor | None = None

    @property
    def busy(self) -> bool:
        """Whether some question is still without its answer."""
        return bool(self._asking)

    def work(self, longest_seconds: float) -> None:
        """Ask what is due, and take what was answered.

        Endpoints that were well the last time are waited for, up to *longest_seconds*; those that
        were not are looked at for a moment only: what they say is taken the next time.
        """
        now = self._now()
        for number, poll in enumerate(self._polls):
            if number not in self._asking and now >= poll.next_at:
                self._asking[number] = self._submit(poll, now)
        trusted = [f for number, f in self._asking.items() if self._polls[number].healthy]
        if trusted:
            wait(trusted, timeout=longest_seconds)
        if self._asking:
            wait(self._asking.values(), timeout=0.0 if trusted else GLANCE_SECONDS)
        for number in [number for number, future in self._asking.items() if future.done()]:
            self._polls[number].take(self._asking.pop(number).result(), self._now())

    def close(self) -> None:
        """Let the threads go as soon as their questions are over."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = None
        self._asking.clear()

    def _submit(self, poll: Poll, now: float) -> Future[Asked]:
        if self._pool is None:
            workers = min(MOST_AT_ONCE, len(self._polls))
            self._pool = ThreadPoolExecutor(workers, thread_name_prefix="deskwatch-rest")
        return self._pool.submit(poll.ask, now)
