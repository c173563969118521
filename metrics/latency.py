"""How long the stages of an order take: decision, submit → ack, submit → first fill."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.base import metric
from metrics.percentiles import Percentiles, histogram_percentiles, percentiles

STAGES: Final = ("decision", "order_ack", "first_fill")


class Samples(Protocol):
    """Latencies of one stage, ascending by the moment the stage ended."""

    @property
    def ts_ns(self) -> NDArray[np.int64]:
        """Moments, nanoseconds since 1970 UTC."""

    @property
    def seconds(self) -> NDArray[np.float64]:
        """Latencies in seconds."""

    @property
    def exact(self) -> bool:
        """Whether `seconds` holds every value of the window."""

    @property
    def histogram(self) -> tuple[NDArray[np.int64], NDArray[np.float64]] | None:
        """Counts and middles in seconds of the bins where the values are not at hand."""


SamplesOf = Callable[[str], Any]
"""A view's `latency`: the name of a stage in, its `Samples` out."""


def order_ack_seconds(orders: pd.DataFrame) -> pd.Series[float]:
    """Give submit → acknowledgement of each order that was acknowledged, in seconds.

    Args:
        orders: one row an order, as `ledger.order_lives(events)` gives it; a rejection is no ack.
    """
    return _known(orders, "order_ack_seconds")


def first_fill_seconds(orders: pd.DataFrame) -> pd.Series[float]:
    """Give submit → first fill, whole or partial, of each filled opening order, in seconds.

    Args:
        orders: one row an order, as `ledger.order_lives(events)` gives it. Closing orders are left
            out: their acknowledgement means that the close is done, which is not a fill.
    """
    if "position_effect" in orders.columns:
        orders = orders[(orders["position_effect"] != "close").fillna(True).astype(bool)]
    return _known(orders, "first_fill_seconds")


def decision_seconds(events: pd.DataFrame) -> pd.Series[float]:
    """Give the decision latency of each event that states one, in seconds; missing is left out."""
    return _known(events, "latency_seconds").rename("decision_seconds")


@metric(unit="seconds", needs=("latency",))
def latency_percentiles(latency: SamplesOf, *, stage: str) -> Percentiles:
    """Give P50, P90 and P99 of a stage in the window, in seconds, each with its 95 % interval.

    Exact (numpy's linear interpolation) where the values are at hand, else from the histogram; of
    one source or symbol no histogram is kept, so that a long window knows only its newest part.
    """
    samples: Samples = latency(stage)
    if not samples.exact and samples.histogram is not None:
        return histogram_percentiles(*samples.histogram)
    found = percentiles(samples.seconds)
    return found if samples.exact else replace(found, exact=False, partial=True)


@metric(unit="seconds", needs=("latency",))
def latency_by(latency: SamplesOf, *, stage: str, by: str) -> pd.DataFrame:
    """Give percentiles of a stage for each `route`, `symbol` or `source`, the most seen first.

    Returns:
        Columns `<by>, n, p50, p50_low, p50_high, p90 … p99_high`, seconds; NaN where unknown.
        Values whose key is missing form no row.
    """
    found = percentiles_by(latency, stage, by)
    rows = [percentile_row(one) for _, one in found]
    keys = pd.array([key for key, _ in found], dtype="str")
    return pd.DataFrame({by: keys, **percentile_columns(rows)}, copy=False)


def percentiles_by(latency: SamplesOf, stage: str, by: str) -> list[tuple[str, Percentiles]]:
    """Give the rows of `latency_by` without a frame: each key with its percentiles in seconds."""
    samples: Samples = latency(stage)
    keys = pd.Categorical(getattr(samples, by))
    codes = np.asarray(keys.codes)
    found = [
        (str(keys.categories[code]), percentiles(samples.seconds[codes == code]))
        for code in np.unique(codes[codes >= 0]).tolist()
    ]
    return sorted(found, key=lambda pair: (-pair[1].n, pair[0]))


def percentile_row(found: Percentiles) -> dict[str, float]:
    """Give percentiles as columns of a table: n, p50, p50_low, p50_high …; NaN: unknown."""
    row: dict[str, float] = {"n": found.n}
    for name, one in zip(("p50", "p90", "p99"), found.all, strict=True):
        for suffix, value in (("", one.value), ("_low", one.low), ("_high", one.high)):
            row[name + suffix] = np.nan if value is None else value
    return row


def percentile_columns(rows: Sequence[Mapping[str, float]]) -> dict[str, NDArray[Any]]:
    """Give rows of `percentile_row` as columns: n whole, the rest in seconds with NaN."""
    columns = {
        name: np.array([row[name] for row in rows], dtype=np.float64)
        for name in percentile_row(percentiles([]))
    }
    return columns | {"n": columns["n"].astype(np.int64)}


def _known(frame: pd.DataFrame, column: str) -> pd.Series[float]:
    if column not in frame.columns:
        return pd.Series(np.zeros(0), name=column)
    values = frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
    known: pd.Series[float] = pd.Series(values, index=frame.index, name=column).dropna()
    return known
