"""Counts and latency histograms by minute, kept after the rows themselves have gone."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from ledger.histogram import BINS, bins_of
from ledger.minute_counts import MinuteCounts

MINUTE_NS: Final = 60_000_000_000
TIMELESS: Final = -(1 << 40)
"""The minute of lines without any time: they count in `all` only."""


class Rollup:
    """Integer counts by (minute, group) and by (minute, stage, bin). Adding and taking back agree.

    `totals` and `histogram_totals` are the sums over all minutes, so that a window over everything
    costs nothing.
    """

    def __init__(self) -> None:
        self._groups = MinuteCounts()
        self._bins: dict[str, MinuteCounts] = {}
        self.totals: npt.NDArray[np.int64] = np.zeros(256, np.int64)
        self.histogram_totals: dict[str, npt.NDArray[np.int64]] = {}

    def add(
        self,
        ts: npt.NDArray[np.int64],
        groups: npt.NDArray[np.int32],
        *,
        sign: int = 1,
        timeless: bool = False,
    ) -> None:
        """Count rows (sign=1) or take them back (sign=-1)."""
        if not len(ts):
            return
        self._widen(int(groups.max()) + 1)
        self.totals += sign * np.bincount(groups, minlength=len(self.totals))
        minutes = np.full(len(ts), TIMELESS) if timeless else ts // MINUTE_NS
        self._groups.add(minutes, groups.astype(np.int64), sign)

    def add_latency(
        self,
        stage: str,
        ts: npt.NDArray[np.int64],
        seconds: npt.NDArray[np.float64],
        *,
        sign: int = 1,
    ) -> None:
        """Count latencies of one stage (seconds, finite)."""
        if not len(ts):
            return
        bins = bins_of(seconds)
        total = self.histogram_totals.setdefault(stage, np.zeros(BINS, np.int64))
        np.add.at(total, bins, sign)
        self._bins.setdefault(stage, MinuteCounts()).add(ts // MINUTE_NS, bins, sign)

    def _widen(self, size: int) -> None:
        if size > len(self.totals):
            grown = np.zeros(max(size, 2 * len(self.totals)), np.int64)
            grown[: len(self.totals)] = self.totals
            self.totals = grown

    def counts(self, first: int | None, last: int | None) -> npt.NDArray[np.int64]:
        """Return counts by group over the minutes first..last, both included; None is open."""
        if first is None and last is None:
            return self.totals.copy()
        return self._groups.into(np.zeros(len(self.totals), np.int64), first, last)

    def histogram(self, stage: str, first: int | None, last: int | None) -> npt.NDArray[np.int64]:
        """Return the histogram (int64[BINS]) of a stage over the minutes first..last."""
        if first is None and last is None:
            total = self.histogram_totals.get(stage)
            return np.zeros(BINS, np.int64) if total is None else total.copy()
        by_minute = self._bins.get(stage, MinuteCounts())
        return by_minute.into(np.zeros(BINS, np.int64), first, last)
