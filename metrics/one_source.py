"""Bars of a symbol from one source: two series adjusted in two ways are not one."""

from __future__ import annotations

import pandas as pd


def one_source(prices: pd.DataFrame) -> pd.DataFrame:
    """Return the prices with each symbol from one source alone: the one with the newest bar.

    Of equally new ones the source with more bars counts. A frame of one source stays as it is.
    """
    if not {"symbol", "source", "ts_event"} <= set(prices.columns):
        return prices
    _, sources = pd.factorize(prices["source"])
    if len(sources) < 2:
        return prices
    series = prices.groupby(["symbol", "source"], observed=True)["ts_event"]
    found = series.agg(newest="max", bars="size").reset_index()
    found = found.sort_values(["newest", "bars"], kind="stable", na_position="first")
    best = found.drop_duplicates("symbol", keep="last")[["symbol", "source"]]
    return prices.merge(best, on=["symbol", "source"], how="inner")
