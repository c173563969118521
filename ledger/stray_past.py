"""Where the course of everything begins: a stray event of years ago must not make it flat."""

from __future__ import annotations

from typing import Final

import numpy as np

from ledger.codes import IntArray

FEWEST: Final = 10
"""Of fewer events none is a stray."""
SHARE: Final = 100
"""Strays are at most one event in so many, or one."""


def course_begins(ts: IntArray) -> int:
    """Return the time of the first event of a course, int64 ns.

    The oldest few are left out where they stand apart: by a gap that is longer than all that
    comes after it.

    Args:
        ts: times of some events in order, at least one.
    """
    oldest = int(ts[0])
    if len(ts) < FEWEST:
        return oldest
    first = ts[: max(1, len(ts) // SHARE) + 1]
    gaps = np.diff(first)
    place = int(gaps.argmax())
    begins = int(first[place + 1])
    return begins if int(gaps[place]) > int(ts[-1]) - begins else oldest
