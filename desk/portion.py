"""How much of a stream is read at once: the clock reads all of them in turn, and none may wait."""

from __future__ import annotations

from typing import Final

FIRST_BYTES: Final = 512 << 10
LEAST_BYTES: Final = 256 << 10
"""A tail reads no smaller blocks."""
MOST_BYTES: Final = 8 << 20
ROUND_SECONDS: Final = 0.3
"""So long may all streams that have more to tell hold the clock together, more or less."""


class Portion:
    """The bytes that one read of a stream may take, by how long the last one took.

    Lines are not equally dear: a read of some size takes a tenth of a second of one log and ten of
    another, and nobody knows before.
    """

    def __init__(self) -> None:
        self.limit_bytes = FIRST_BYTES

    def took(self, seconds: float, *, more: bool, readers: int) -> None:
        """Learn from a read and what came of it.

        Args:
            seconds: how long it held the clock.
            more: whether it was a whole portion; else it says nothing about a larger one.
            readers: how many streams have more to tell, and share a round.
        """
        share = ROUND_SECONDS / max(1, readers)
        wanted = self.limit_bytes
        if more or seconds > share:
            wanted = int(wanted * min(2.0, share / max(seconds, 1e-9)))
        self.limit_bytes = min(MOST_BYTES, max(LEAST_BYTES, wanted))
