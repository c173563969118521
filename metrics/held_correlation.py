"""How much the symbols that are held move together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from metrics.value_at_risk import LEAST_RETURNS


def held_correlation(
    positions: pd.DataFrame | None, prices: pd.DataFrame | None
) -> tuple[float | None, str | None, Any, int]:
    """Return the mean correlation of each two symbols held, why there is none, its day and n.

    Unit: ratio, −1 to 1. Pearson's, of the returns from day to day (UTC) on which all of them have
    a close, told by one source. Missing for fewer than two symbols, for one without prices, and
    below 30 returns.
    """
    if positions is None:
        return None, None, pd.NaT, 0
    symbols = sorted(set(positions["symbol"].dropna().astype("str")))
    if len(symbols) < 2:
        return None, "fewer than two symbols", pd.NaT, 0
    best = pd.DataFrame()
    for returns in returns_of(prices, symbols):
        best = returns if len(returns) > len(best) else best
    if len(best) < LEAST_RETURNS:
        return None, "too few prices of what is held", pd.NaT, len(best)
    each = best.corr().to_numpy()[np.triu_indices(len(symbols), 1)]
    mean = float(each.mean())
    return (None if np.isnan(mean) else mean), None, best.index[-1], len(best)


def returns_of(prices: pd.DataFrame | None, symbols: list[str]) -> list[pd.DataFrame]:
    """Return daily returns of the symbols, one frame a source that tells all of them."""
    if prices is None or not {"symbol", "ts_event", "close", "source"} <= set(prices.columns):
        return []
    known = prices[prices["symbol"].astype("str").isin(symbols)]
    known = known.dropna(subset=["ts_event", "close"]).sort_values("ts_event", kind="stable")
    found = []
    for _, own in known.groupby("source", observed=True):
        days = own["ts_event"].dt.floor("D")
        closes = own.groupby([days, own["symbol"].astype("str")])["close"].last().unstack()
        if len(closes.columns) == len(symbols):
            found.append(closes.dropna().pct_change().dropna())
    return found
