"""What a source that polls a URL was told about asking: checked once, and kept to."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from data_sources.endpoint import above_zero
from data_sources.http import Answer
from data_sources.target import Target


@dataclass(frozen=True, slots=True)
class Limits:
    """The pace, what one question may cost, and how old an answer may be.

    every_seconds        the pace; None where each endpoint has its own
    stale_after_seconds  how old an answer may be
    timeout_seconds      wall time of one question
    max_bytes            the largest answer that is read, also unfolded

    Raises:
        ConfigError: for one that is not above zero, by its name.
    """

    every_seconds: float | None
    stale_after_seconds: float
    timeout_seconds: float
    max_bytes: int

    def __post_init__(self) -> None:
        above_zero(
            every_seconds=1.0 if self.every_seconds is None else self.every_seconds,
            stale_after_seconds=self.stale_after_seconds,
            timeout_seconds=self.timeout_seconds,
            max_bytes=self.max_bytes,
        )

    def fetch(
        self,
        target: Target,
        transport: httpx.BaseTransport | None,
        accept: str = "application/json",
    ) -> Answer:
        """Ask a target once.

        Raises:
            FetchError: when no whole answer came within these limits.
        """
        return target.fetch(
            deadline_seconds=self.timeout_seconds,
            max_bytes=self.max_bytes,
            transport=transport,
            accept=accept,
        )
