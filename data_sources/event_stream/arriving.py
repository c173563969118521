"""The event that is just arriving: a slow one is no silence, and no good news either."""

from __future__ import annotations

from typing import Final

from data_sources.event_stream.parser import StreamParser

SLOW_SECONDS: Final = 45.0
"""As long as a silence may last where heartbeats are promised: an event comes in one piece."""


class Arriving:
    """How long the unfinished end of a stream has been arriving.

    Attributes:
        slow_seconds: an event that takes longer is told.
    """

    def __init__(self, slow_seconds: float = SLOW_SECONDS) -> None:
        self.slow_seconds = slow_seconds
        self._since = 0.0
        self._bytes = self._ended = 0

    def begin(self) -> None:
        """A new connection: what was unfinished will come again as a whole, or never."""
        self._bytes = 0

    def note(self, parser: StreamParser, now: float) -> bool:
        """Note what the newest bytes were; whether an unfinished event grew by them.

        Args:
            parser: after it was fed.
            now: monotonic seconds.
        """
        before, unfinished = self._bytes, parser.unfinished_bytes
        is_another = not before or parser.ended != self._ended
        if is_another:
            # First the time, as another thread may ask in between.
            self._since, self._ended = now, parser.ended
        self._bytes = unfinished
        return unfinished > (0 if is_another else before)

    def complaint(self, now: float) -> str:
        """What is to be said of an event that takes too long; empty when there is none."""
        seconds = now - self._since
        if not self._bytes or seconds < self.slow_seconds:
            return ""
        return (
            f"an event has been arriving for {seconds:.0f} s and is not whole yet "
            f"({self._bytes:,} bytes); nothing else can come before it ends: "
            "look what slows the origin or the line down"
        )
