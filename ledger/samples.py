"""Latencies of one stage, in event time, with where each came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True, slots=True)
class LatencySamples:
    """Latencies of a stage in a window.

    Attributes:
        ts_ns: end of each latency, int64 nanoseconds UTC, ascending.
        seconds: float64, same length. Empty when only the histogram covers the window.
        symbol, route, source: Categoricals of the same length.
        exact: whether `seconds` holds every value of the window.
        histogram: (counts int64, midpoints in seconds float64) when not exact.
        n: number of latencies in the window.
    """

    ts_ns: npt.NDArray[np.int64]
    seconds: npt.NDArray[np.float64]
    symbol: pd.Categorical
    route: pd.Categorical
    source: pd.Categorical
    exact: bool
    histogram: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]] | None
    n: int
