"""When to connect again: soon after a stream that gave something, ever later after refusals."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable
from typing import Final

SHORTEST_SECONDS: Final = 0.5
LONGEST_SECONDS: Final = 60.0
ATTEMPTS_A_MINUTE: Final = 20


class Pace:
    """Full jitter, doubling with each failure, started over by data; at most 20 attempts a minute.

    Args:
        retry_seconds: the reconnection time until the server tells its own.
        clock: monotonic seconds, for tests.
    """

    def __init__(
        self, retry_seconds: float = 1.0, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._attempts: deque[float] = deque(maxlen=ATTEMPTS_A_MINUTE)
        self.failures = 0
        self.retry_seconds = _clamped(retry_seconds)

    def server_says(self, retry_ms: int) -> None:
        """Take the server's own reconnection time over, within 0.5 to 60 s."""
        self.retry_seconds = _clamped(retry_ms / 1000)

    def attempt(self) -> None:
        """Note that an attempt begins."""
        self._attempts.append(self._clock())

    def failed(self) -> None:
        """Note that an attempt brought no data."""
        self.failures += 1

    def succeeded(self) -> None:
        """Note that data came."""
        self.failures = 0

    def seconds(self, wanted: float | None = None) -> float:
        """How long to wait now.

        Args:
            wanted: what the server demands; up to 3 s are added, so that not all come at once.
        """
        if wanted is not None:
            pause = wanted + random.uniform(0, 3)
        else:
            longest = min(LONGEST_SECONDS, self.retry_seconds * 2.0 ** min(self.failures, 16))
            pause = random.uniform(SHORTEST_SECONDS, max(SHORTEST_SECONDS, longest))
        return max(pause, self.soonest())

    def soonest(self) -> float:
        """How long the next attempt must wait in any case."""
        if len(self._attempts) < ATTEMPTS_A_MINUTE:
            return 0.0
        return max(0.0, self._attempts[0] + 60.0 - self._clock())


def _clamped(seconds: float) -> float:
    return min(max(seconds, SHORTEST_SECONDS), LONGEST_SECONDS)
