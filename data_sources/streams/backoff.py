"""How long a server that failed is left alone."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Final

from data_sources.streams.failure import LinkError

LONGEST_SECONDS: Final = 60.0


class Backoff:
    """The last failure and the pause after it: full jitter that grows, or what was demanded.

    Attributes:
        not_before_ns: when to ask again, epoch nanoseconds.
    """

    def __init__(self, url: str, hidden: Iterable[str]) -> None:
        self.not_before_ns = 0
        self._url, self._hidden = url, [secret for secret in hidden if len(secret) >= 3]
        self._failures = 0
        self._told: tuple[str, str] = ("unknown", "")

    def resting(self, now_ns: int) -> tuple[str, str] | None:
        """The last failure as (state, problem) while its pause lasts, else None."""
        return self._told if self._failures and now_ns < self.not_before_ns else None

    def failed(self, error: LinkError, now_ns: int) -> tuple[str, str]:
        """Begin a pause; gives (state, problem), without secrets."""
        self._failures += 1
        longest = min(LONGEST_SECONDS, 0.5 * 2.0 ** min(self._failures, 10))
        pause = error.retry_seconds or random.uniform(0.1, longest)
        self.not_before_ns = now_ns + int(pause * 1e9)
        text = str(error)
        for secret in self._hidden:
            text = text.replace(secret, "***")
        self._told = (error.state, f"{self._url} is {error.state.replace('_', ' ')}: {text}")
        return self._told

    def over(self) -> None:
        """The server answered."""
        self._failures = 0
