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
    log, groups = ledger.events, ledger.groups
    group, seconds = (log.column(name)[slice(*rows)] for name in ("group", "seconds"))
    words = groups.codes["what"].words
    deciding = np.array([word in DECIDING for word in words] + [False])
    timed = np.flatnonzero(np.isfinite(seconds))
    timed = timed[allowed[group[timed]]]
    timed = timed[deciding[groups.table()[group[timed], WHAT]]]
    found = {"decision": (log.column("ts")[slice(*rows)][timed], group[timed], seconds[timed])}
    log = ledger.orders.transitions
    part = slice(*log.bounds(*window))
    group, seconds = log.column("group")[part], log.column("seconds")[part]
    what = groups.table()[group, WHAT] if len(group) else group
    for word, stage in STAGES.items():
        picked = (what == groups.codes["what"].find(word)) & np.isfinite(seconds)
        picked &= allowed[group] if len(group) else picked
        found[stage] = (log.column("ts")[part][picked], group[picked], seconds[picked])
    return found


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
    table = groups.table()[group] if len(group) else np.empty((0, len(DIMENSIONS)), np.int32)
    histogram, count = None, len(seconds)
    if minutes is not None:
        bins = ledger.rollup.histogram(stage, *minutes)
        histogram, count = (bins, MIDPOINT_SECONDS), int(bins.sum())
    symbol, route, source = (
        groups.codes[name].categorical(table[:, DIMENSIONS.index(name)])
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
