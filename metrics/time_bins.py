"""Bins of time for charts: aligned to the clock, so that a bin keeps its edges as time goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MOST_BINS: Final = 60
_SECOND_NS: Final = 1_000_000_000
_DAY_SECONDS: Final = 86_400
_NICE_SECONDS: Final = (
    *(1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 40),
    *(60, 90, 120, 180, 240, 300, 360, 480, 600, 720, 900, 1_200, 1_800, 2_700),
    *(3_600, 5_400, 7_200, 10_800, 14_400, 21_600, 28_800, 43_200),
)


@dataclass(frozen=True, slots=True)
class TimeBins:
    """`count` bins of `width_ns` from `first_ns`, nanoseconds since 1970 UTC."""

    first_ns: int
    width_ns: int
    count: int

    @property
    def edges_ns(self) -> NDArray[np.int64]:
        """The count + 1 edges; a bin holds its lower edge and not its upper."""
        return self.first_ns + self.width_ns * np.arange(self.count + 1, dtype=np.int64)

    @property
    def starts(self) -> pd.DatetimeIndex:
        """The lower edges as moments in UTC."""
        return pd.DatetimeIndex(self.edges_ns[:-1].view("datetime64[ns]"), tz="UTC")


def time_bins(start: pd.Timestamp, end: pd.Timestamp) -> TimeBins:
    """Give at most `MOST_BINS` bins of a round width that cover start … end, both held.

    The width is one second or more.
    """
    start_ns, end_ns = start.as_unit("ns").value, max(start, end).as_unit("ns").value
    for width in _widths(end_ns - start_ns):
        width_ns = width * _SECOND_NS
        first = start_ns // width_ns
        count = end_ns // width_ns - first + 1
        if count <= MOST_BINS:
            return TimeBins(first * width_ns, width_ns, count)
    raise AssertionError("the widths grow without bound")


def _widths(span_ns: int) -> list[int]:
    """Give the widths to try in seconds, ascending; the last surely holds the span."""
    days = span_ns // (_SECOND_NS * _DAY_SECONDS * (MOST_BINS - 1)) + 1
    return [*_NICE_SECONDS, _DAY_SECONDS, days * _DAY_SECONDS]
