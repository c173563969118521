"""Latency as it went: percentile bands by time bin, and a heat map of time and size."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.base import metric
from metrics.latency import Samples, SamplesOf, percentile_columns, percentile_row
from metrics.percentiles import percentiles
from metrics.remembered import Remembered
from metrics.time_bins import TimeBins, time_bins

_BINS_AN_OCTAVE: Final = 2
_SMALLEST_SECONDS: Final = 1e-6
"""Latencies at or below it (clocks that disagree give negative ones) share the lowest bin."""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Counts of latencies by time and size.

    starts          lower edges of the time bins, UTC
    edges_seconds   edges of the latency bins, seconds, half an octave apart
    counts          one row a latency bin (ascending), one column a time bin
    """

    starts: pd.DatetimeIndex
    edges_seconds: NDArray[np.float64]
    counts: NDArray[np.int64]


@metric(unit="seconds", needs=("latency", "start", "at"))
def latency_bands(
    latency: SamplesOf, start: pd.Timestamp | None, at: pd.Timestamp, *, stage: str
) -> pd.DataFrame:
    """Give P50, P90 and P99 of a stage with their 95 % intervals for each time bin of the window.

    Returns:
        At most 60 rows, empty bins included: `ts` (the bin's start, UTC), `n`, `p50, p50_low,
        p50_high, p90 … p99_high` in seconds; NaN where unknown.
    """
    samples: Samples = latency(stage)
    bins = _bins_of(samples, start, at)
    if bins is None:
        return _as_bands(pd.DatetimeIndex([], tz="UTC"), [])
    cuts = np.searchsorted(samples.ts_ns, bins.edges_ns)
    rows = [_row_of(samples.seconds[low:high]) for low, high in pairwise(cuts.tolist())]
    return _as_bands(bins.starts, rows)


@metric(unit="count", needs=("latency", "start", "at"))
def latency_heat_map(
    latency: SamplesOf, start: pd.Timestamp | None, at: pd.Timestamp, *, stage: str
) -> HeatMap:
    """Count the latencies of a stage by time bin and by size, half an octave a row.

    Unit: values. The edges are powers of √2 seconds, so that they stay as the data moves.
    """
    samples: Samples = latency(stage)
    bins = _bins_of(samples, start, at)
    if bins is None or not samples.seconds.size:
        starts = pd.DatetimeIndex([], tz="UTC") if bins is None else bins.starts
        return HeatMap(starts, np.zeros(0), np.zeros((0, len(starts)), dtype=np.int64))
    sizes = np.log2(np.maximum(samples.seconds, _SMALLEST_SECONDS)) * _BINS_AN_OCTAVE
    rows = np.floor(sizes).astype(np.int64)
    lowest, height = int(rows.min()), int(rows.max() - rows.min()) + 1
    columns = (samples.ts_ns - bins.first_ns) // bins.width_ns
    inside = (columns >= 0) & (columns < bins.count)
    flat = (rows[inside] - lowest) * bins.count + columns[inside]
    counts = np.bincount(flat, minlength=height * bins.count).reshape(height, bins.count)
    edges = 2.0 ** ((lowest + np.arange(height + 1)) / _BINS_AN_OCTAVE)
    return HeatMap(bins.starts, edges, counts.astype(np.int64))


def _bins_of(samples: Samples, start: pd.Timestamp | None, at: pd.Timestamp) -> TimeBins | None:
    """Give the bins of the window; of the samples' own span when the window has no start."""
    if start is not None:
        return time_bins(start, at)
    timed = samples.ts_ns[samples.ts_ns > np.iinfo(np.int64).min]
    if not timed.size:
        return None
    first, last = (pd.Timestamp(int(ns), unit="ns", tz="UTC") for ns in (timed[0], timed[-1]))
    return time_bins(first, last)


_row_of: Final = Remembered(lambda sample: percentile_row(percentiles(sample)))
"""Only the last bin of a window is another one at the next look."""


def _as_bands(starts: pd.DatetimeIndex, rows: list[dict[str, float]]) -> pd.DataFrame:
    return pd.DataFrame({"ts": starts, **percentile_columns(rows)}, copy=False)
