"""The newest rows of each symbol, cut from a long table without sorting or numbering it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from metrics.runs import runs_of

TEXTS: Final = ("symbol", "source")


def newest_rows(prices: pd.DataFrame, rows: int) -> tuple[pd.DataFrame, set[str]] | None:
    """Return the last rows of each symbol, and the symbols that have more of them.

    None where that cannot be told so easily (a symbol's rows do not lie together, or their times
    do not ascend), and where it would save nothing. The column `source` is left out where there is
    only one.

    Args:
        prices: with `symbol` and `ts_event`.
        rows: how many of each symbol.
    """
    symbols, starts = runs_of(prices["symbol"])
    lengths = np.diff(starts, append=len(prices))
    together = len(set(symbols)) == len(symbols)
    if not together or lengths.sum() <= 2 * np.minimum(lengths, rows).sum():
        return None
    times = pd.DatetimeIndex(prices["ts_event"], copy=False).asi8
    falls = np.flatnonzero(times[1:] < times[:-1]) + 1
    if not np.isin(falls, starts).all():
        return None
    ends = starts + lengths
    firsts = np.maximum(starts, ends - rows)
    taken = np.concatenate([np.arange(a, b) for a, b in zip(firsts, ends, strict=True)])
    cut = {str(name) for name, a, b in zip(symbols, starts, firsts, strict=True) if b > a}
    numbers = [str(name) for name in prices.columns if name not in TEXTS]
    columns: dict[str, Any] = {name: prices[name].array for name in numbers}
    if "source" in prices and len(set(runs_of(prices["source"])[0])) > 1:
        columns["source"] = prices["source"].array
    found = pd.DataFrame({name: column.take(taken) for name, column in columns.items()})
    # To take words from a long column puts all of it together first: they are told anew.
    known = [name for name in symbols if name is not None]
    number_of = {name: number for number, name in enumerate(known)}
    codes = np.array([number_of.get(name, -1) for name in symbols], np.int64)
    rows_told = np.repeat(codes, ends - firsts)
    found["symbol"] = pd.Categorical.from_codes(rows_told, dtype=pd.CategoricalDtype(known))
    return found, cut
