"""Latencies of one stage, in event time, with where each came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ledger.codes import DIMENSIONS, WHAT
from ledger.fold import DECIDING, STAGES
from ledger.histogram import MIDPOINT_SECONDS
from ledger.sorted_log import SortedLog

if TYPE_CHECKING:
    from ledger.ledger import Ledger

Rows = tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.float64]]
"""ts (ns), group, seconds"""


@dataclass(frozen=True, slots=True)
class LatencySamples:
    """Latencies of a stage in a window.

    Attributes:
        ts_ns: end of each latency, int64 nanoseconds UTC, ascending.
        seconds: float64, same length. Empty when only the histogram covers the window.
        symbol, route, source: Categoricals of the same length.
        exact: whether `seconds` holds every value of the window.
        histogram: (counts int64, midpoints in seconds float64) when not exact and not filtered;
            then `seconds` holds the newest part of the window, row by row.
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


def taken_samples(
    ledger: Ledger,
    allowed: npt.NDArray[np.bool_],
    rows: tuple[int, int],
    window: tuple[int | None, int],
) -> dict[str, Rows]:
    """Return the latencies of each stage that a window holds row by row."""
    # A window holds far more rows than there are groups: what a row is was asked of its group.
    groups, what = ledger.groups, ledger.groups.table()[: len(allowed), WHAT]
    words = groups.codes["what"].words
    deciding = np.array([word in DECIDING for word in words] + [False])
    found = _timed(ledger.events, slice(*rows), {"decision": deciding[what] & allowed})
    wanted = {
        stage: (what == groups.codes["what"].find(word)) & allowed for word, stage in STAGES.items()
    }
    moves = ledger.orders.transitions
    return found | _timed(moves, slice(*moves.bounds(*window)), wanted)


def _timed(
    log: SortedLog, part: slice, wanted: dict[str, npt.NDArray[np.bool_]]
) -> dict[str, Rows]:
    """Return for each stage the rows of its groups that have a duration."""
    seconds = log.column("seconds")[part]
    timed = np.flatnonzero(np.isfinite(seconds))
    ts, group, seconds = (
        log.column("ts")[part][timed],
        log.column("group")[part][timed],
        seconds[timed],
    )
    return {
        stage: (ts[of_stage], group[of_stage], seconds[of_stage])
        for stage, groups in wanted.items()
        for of_stage in [np.flatnonzero(groups[group])]
    }


def latency_samples(
    ledger: Ledger,
    stage: str,
    ts: npt.NDArray[np.int64],
    group: npt.NDArray[np.int32],
    seconds: npt.NDArray[np.float64],
    *,
    minutes: tuple[int | None, int | None] | None,
    exact: bool,
) -> LatencySamples:
    """Return the latencies of a stage; with `minutes` the histogram of those stands for them.

    `exact` says whether the rows are all that the window has.
    """
    groups = ledger.groups
    table = groups.table()
    histogram, count = None, len(seconds)
    if minutes is not None:
        bins = ledger.rollup.histogram(stage, *minutes)
        histogram, count = (bins, MIDPOINT_SECONDS), int(bins.sum())
    symbol, route, source = (
        groups.codes[name].categorical(table[:, DIMENSIONS.index(name)][group])
        for name in ("symbol", "route", "source")
    )
    return LatencySamples(
        ts_ns=np.array(ts),
        seconds=np.array(seconds),
        symbol=symbol,
        route=route,
        source=source,
        exact=exact,
        histogram=histogram,
        n=count,
    )
