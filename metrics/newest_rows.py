"""The newest rows of each symbol, cut from a long table without sorting or numbering it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.runs import runs_of


def newest_rows(prices: pd.DataFrame, rows: int) -> tuple[pd.DataFrame, set[str]] | None:
    """Return the last rows of each symbol, and the symbols that have more of them.

    None where that cannot be told so easily (a symbol's rows do not lie together, or their times
    do not ascend), and where it would save nothing.

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
    # Column by column: a frame that is asked as a whole puts whole columns together first.
    return pd.DataFrame({name: prices[name].array.take(taken) for name in prices}), cut
