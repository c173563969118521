"""Percentiles that state their error: n, method and a distribution-free 95 % interval.

The interval is made of order statistics: the number of values below the true q-quantile is
binomial(n, q) whatever the distribution, so two ranks of the sorted sample enclose the quantile
with known probability (Hahn and Meeker, Statistical Intervals, §5.2). Two-sided intervals spend
2.5 % on each side and exist from n = 6, 36 and 368 for P50, P90 and P99. Below, the one-sided
lower bound (5 % on its side) is given where it exists, and the upper bound is None.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

QUANTILES: Final = (0.5, 0.9, 0.99)
PARTIAL_LABEL: Final = "newest kept"
"""The sample is the newest part of the window: what is older is kept only as counts."""
HISTOGRAM_LABEL: Final = "± 0.4 %"
"""The width of a bin of the float-bit log histogram with 128 bins an octave: at most 0.39 %."""

_SMALL: Final = 256
"""Up to so many values it is quicker to sort them all than to look for a few ranks."""
_MISS_ONE_SIDED: Final = 0.05
_MISS_EACH_SIDE: Final = 0.025


@dataclass(frozen=True, slots=True)
class Percentile:
    """One percentile in the unit of the sample, with its 95 % interval; None where unknown."""

    quantile: float
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Percentiles:
    """P50, P90 and P99 of one sample, with n and the method's label."""

    n: int
    exact: bool
    p50: Percentile
    p90: Percentile
    p99: Percentile
    partial: bool = False

    @property
    def label(self) -> str:
        """How exact the values are: `exact`, the error of the histogram, or that some are gone."""
        if self.partial:
            return PARTIAL_LABEL
        return "exact" if self.exact else HISTOGRAM_LABEL

    @property
    def all(self) -> tuple[Percentile, Percentile, Percentile]:
        """The three in ascending order."""
        return (self.p50, self.p90, self.p99)


def percentiles(values: ArrayLike) -> Percentiles:
    """Give P50, P90 and P99 of a sample by linear interpolation, as numpy does.

    Args:
        values: the sample in any unit; NaN and infinities are left out. It is not changed.

    Returns:
        The three in the unit of the sample. P99 is None below n = 100.
    """
    sample = np.asarray(values, dtype=np.float64)
    sample = sample[np.isfinite(sample)]
    n = int(sample.size)
    if n <= _SMALL:
        sample.sort()
        return _percentiles(n, True, sample.tolist().__getitem__)
    ordered = np.partition(sample, _ranks_wanted(n))
    return _percentiles(n, True, lambda rank: float(ordered[rank]))


def histogram_percentiles(counts: ArrayLike, middles: ArrayLike) -> Percentiles:
    """Give P50, P90 and P99 of a histogram, off by at most half a bin (`HISTOGRAM_LABEL`).

    Args:
        counts: whole numbers, one a bin, in ascending order of value.
        middles: the value that stands for each bin, in any unit.
    """
    reached = np.cumsum(np.asarray(counts, dtype=np.int64))
    values = np.asarray(middles, dtype=np.float64)
    n = int(reached[-1]) if reached.size else 0
    at_rank: Callable[[int], float] = lambda rank: float(  # noqa: E731
        values[int(np.searchsorted(reached, rank, side="right"))]
    )
    return _percentiles(n, False, at_rank)


@lru_cache(maxsize=65_536)
def interval_ranks(n: int, quantile: float) -> tuple[int | None, int | None]:
    """Give the ranks (1 … n) of the order statistics that enclose a quantile with 95 %.

    Returns:
        `(low, high)`: both where a two-sided interval exists, else `(low, None)` one-sided, else
        `(None, None)`.
    """
    if n < 1:
        return (None, None)
    first, reached = _binomial_cumulative(n, quantile)
    low = _low_rank(first, reached, _MISS_EACH_SIDE)
    high = first + int(np.searchsorted(reached, 1 - _MISS_EACH_SIDE, side="left")) + 1
    if low is not None and high <= n:
        return (low, high)
    return (_low_rank(first, reached, _MISS_ONE_SIDED), None)


def _low_rank(first: int, reached: NDArray[np.float64], miss: float) -> int | None:
    """Give the largest rank whose value lies above the quantile with probability ≤ `miss`."""
    rank = first + int(np.searchsorted(reached, miss, side="right"))
    return rank if rank >= 1 else None


def _binomial_cumulative(n: int, quantile: float) -> tuple[int, NDArray[np.float64]]:
    """Give P(X ≤ k) of binomial(n, quantile) for k from `first`, over all k that matter."""
    mean, spread = n * quantile, 12 * math.sqrt(n * quantile * (1 - quantile)) + 12
    first, last = max(0, math.floor(mean - spread)), min(n, math.ceil(mean + spread))
    steps = np.arange(first, last, dtype=np.float64)
    logs = np.log((n - steps) / (steps + 1)) + math.log(quantile / (1 - quantile))
    weights = np.concatenate(([0.0], np.cumsum(logs)))
    masses = np.exp(weights - weights.max())
    return first, np.cumsum(masses) / masses.sum()


def _ranks_wanted(n: int) -> list[int]:
    """Give the zero-based ranks that the three percentiles and their intervals look at."""
    wanted: set[int] = set()
    for quantile in QUANTILES:
        low, high = interval_ranks(n, quantile)
        wanted.update(rank - 1 for rank in (low, high) if rank is not None)
        position = (n - 1) * quantile
        wanted.update((math.floor(position), math.ceil(position)))
    return sorted(wanted)


def _percentiles(n: int, exact: bool, at_rank: Callable[[int], float]) -> Percentiles:
    made = [_percentile(n, quantile, at_rank) for quantile in QUANTILES]
    return Percentiles(n, exact, made[0], made[1], made[2])


def _percentile(n: int, quantile: float, at_rank: Callable[[int], float]) -> Percentile:
    if n < _smallest_n(quantile):
        return Percentile(quantile, None, None, None)
    position = (n - 1) * quantile
    below = math.floor(position)
    share = position - below
    start, end = at_rank(below), at_rank(math.ceil(position))
    # Both forms, as numpy: the nearer end is hit exactly and the result stays between the ends.
    step = end - start
    value = start + step * share if share < 0.5 else end - step * (1 - share)
    first, last = interval_ranks(n, quantile)
    low = None if first is None else at_rank(first - 1)
    high = None if last is None else at_rank(last - 1)
    return Percentile(quantile, value, low, high)


def _smallest_n(quantile: float) -> int:
    """Give the n below which a percentile only repeats the maximum: 100 for P99, else 1."""
    return round(1 / (1 - quantile)) if quantile >= 0.99 else 1
