"""Bars of many symbols as one `prices` frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from data_sources.frames import empty
from data_sources.parquet_file import PRICES, Bars


def prices_frame(found: list[Bars], source: str, account_id: str = "") -> pd.DataFrame:
    """Return bars as the `prices` frame, symbols in the order given, times ascending.

    Built column by column: a dict for each of millions of rows would cost a hundred times more.
    """
    if not found:
        return empty("prices")
    lengths = [len(bars.ts_ns) for bars in found]
    ts = np.concatenate([bars.ts_ns for bars in found])
    columns: dict[str, Any] = {
        "symbol": _words([bars.symbol for bars in found], lengths),
        "ts_event": pd.DatetimeIndex(ts.view("M8[ns]")).tz_localize("UTC"),
    }
    for price in PRICES:
        parts = [
            bars.values.get(price, np.full(n, np.nan))
            for bars, n in zip(found, lengths, strict=True)
        ]
        columns[price] = np.concatenate(parts)
    columns["source"] = _words([source], [len(ts)])
    columns["account_id"] = _words([account_id or None], [len(ts)])
    columns["raw_generation"] = _words([None], [len(ts)])
    columns["raw_offset"] = pd.array(np.zeros(len(ts), np.int64), dtype="Int64")
    columns["raw_offset"][:] = pd.NA
    return pd.DataFrame(columns)


def _words(values: list[str | None], lengths: list[int]) -> pd.Series[Any]:
    """Each value so many times, as a column of text that shares no Python object."""
    import pyarrow

    codes = np.repeat(np.arange(len(values), dtype=np.int32), lengths)
    known = pyarrow.array(values, pyarrow.large_string())
    return pd.Series(known.take(pyarrow.array(codes)), dtype="str")
