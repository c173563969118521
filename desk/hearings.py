"""When a log was heard whose lines tell no time: of earlier moments no file knows anything."""

from __future__ import annotations

from collections import deque
from typing import Final

KEPT: Final = 10_000
APART_NS: Final = 1_000_000_000


class Hearings:
    """Moments at which lines came, to a second, for looks at a moment in the past.

    The newest 10,000 of this process; of what was before it only the newest moment is kept.
    """

    def __init__(self) -> None:
        self._moments: deque[int] = deque(maxlen=KEPT)

    def note(self, ts_ns: int) -> None:
        """Remember a moment, unless it is within a second of the one before."""
        if not self._moments or ts_ns - self._moments[-1] >= APART_NS:
            self._moments.append(ts_ns)

    def by(self, ts_ns: int) -> int | None:
        """The newest moment up to this one; None where none is remembered."""
        return next((each for each in reversed(list(self._moments)) if each <= ts_ns), None)
