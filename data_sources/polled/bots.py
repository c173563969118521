"""Asks the bots of several accounts side by side, each when it is due."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Final

from data_sources.health import HealthSource
from data_sources.reading import Reading

Key = tuple[str, int]
"""An account and the port of its bot."""

MOST_AT_ONCE: Final = 16
MOST_DOUBTED: Final = 8
"""Threads that bots may hold together that gave no answer the last time."""
GLANCE_SECONDS: Final = 0.05
"""How long one of those is waited for; what it says later is taken at the next look."""
PATIENCE_SECONDS: Final = 10.0
"""For the others: their time limit ends each question, but not the loading of a calendar at first,
nor the wait for a thread where many hang."""
BUSY_SECONDS: Final = 0.25


class Bots:
    """What each bot said last; never two questions to one bot.

    Args:
        timeout_seconds: within which a bot has answered, or has failed.
        clock: a clock that only goes forward, in seconds; for tests.
    """

    def __init__(self, timeout_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._longest = timeout_seconds + PATIENCE_SECONDS
        self._clock = clock
        self._bots: dict[Key, HealthSource] = {}
        self._said: dict[Key, Reading] = {}
        self._due: dict[Key, float] = {}
        self._asking: dict[Key, Future[Reading]] = {}
        self._pool: ThreadPoolExecutor | None = None

    def wait_seconds(self, every_seconds: float) -> float:
        """Until the next bot is due, or an answer may have come; the pace where there is no bot."""
        if self._asking:
            return min(BUSY_SECONDS, every_seconds)
        now = self._clock()
        return max(0.0, min(self._due.values(), default=now + every_seconds) - now)

    def heard(
        self, bots: Mapping[Key, HealthSource], memory: Mapping[str, dict[str, Any]]
    ) -> dict[Key, Reading]:
        """Ask those that are due, and return what each said last.

        Bots that answered the last time are waited for until their time is over. Of one that did
        not, a pause is kept and grows, and it is looked at for a moment only.

        Args:
            bots: all that there are now.
            memory: account → cursor of an earlier process, for its first question.
        """
        self._bots = dict(bots)
        for known in (self._said, self._due):
            for key in known.keys() - bots.keys():
                known.pop(key)
        self._take()
        trusted = [key for key in bots if self._answered(key)]
        doubted = [key for key in bots if key not in trusted]
        room = MOST_DOUBTED - sum(key in self._asking for key in doubted)
        self._submit(trusted, memory)
        self._submit([key for key in doubted if self._is_due(key)][: max(0, room)], memory)
        for keys, longest in ((trusted, self._longest), (doubted, GLANCE_SECONDS)):
            if futures := [self._asking[key] for key in keys if key in self._asking]:
                wait(futures, timeout=longest)
        self._take()
        return {key: self._said[key] for key in bots if key in self._said}

    def close(self) -> None:
        """Let the threads go as soon as their questions are over."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = None
        self._asking.clear()

    def _answered(self, key: Key) -> bool:
        """Whether a bot's last question had an answer; one that was never asked is trusted."""
        said = self._said.get(key)
        return said is None or not said.cursor.get("failures")

    def _is_due(self, key: Key) -> bool:
        return key not in self._asking and self._clock() >= self._due.get(key, 0.0)

    def _submit(self, keys: list[Key], memory: Mapping[str, dict[str, Any]]) -> None:
        for key in keys:
            if self._is_due(key):
                if self._pool is None:
                    self._pool = ThreadPoolExecutor(MOST_AT_ONCE, "deskwatch-bot")
                cursor = None if key in self._said else memory.get(key[0])
                self._asking[key] = self._pool.submit(self._bots[key].read, cursor or None)

    def _take(self) -> None:
        """Take what was answered, and note when each is to be asked again."""
        for key in [key for key, future in self._asking.items() if future.done()]:
            reading = self._asking.pop(key).result()
            if key in self._bots:
                self._said[key] = reading
                self._due[key] = self._clock() + self._bots[key].wait_seconds
