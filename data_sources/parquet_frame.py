"""Bars of many symbols as one `prices` frame."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_sources.frames import empty
from data_sources.parquet_file import PRICES, Bars
from data_sources.parquet_room import joined

CHUNK_ROWS: Final = 65_536


def prices_frame(found: list[Bars], source: str, account_id: str = "") -> pd.DataFrame:
    """Return bars as the `prices` frame, symbols in the order given, times ascending.

    Built column by column: a dict for each of millions of rows would cost a hundred times more.
    """
    if not found:
        return empty("prices")
    lengths = [len(bars.ts_ns) for bars in found]
    ts = joined([bars.ts_ns for bars in found])
    columns: dict[str, Any] = {
        "symbol": _words([bars.symbol for bars in found], lengths),
        "ts_event": pd.DatetimeIndex(ts, dtype="datetime64[ns, UTC]", copy=False).array,
    }
    for price in PRICES:
        columns[price] = _numbers([bars.values.get(price) for bars in found], lengths)
    columns["source"] = _words([source], [len(ts)])
    columns["account_id"] = _words([account_id or None], [len(ts)])
    columns["raw_generation"] = _words([None], [len(ts)])
    absent = np.ones(len(ts), np.bool_)
    columns["raw_offset"] = pd.arrays.IntegerArray(np.zeros(len(ts), np.int64), absent)
    # The arrays are ours: copied into one block they would cost as much again as reading them.
    return pd.DataFrame(columns, copy=False)


def _numbers(parts: list[NDArray[np.float64] | None], lengths: list[int]) -> NDArray[np.float64]:
    if all(part is None for part in parts):
        # Nobody asked for it: one value seen everywhere, read-only, without memory of its own.
        return np.broadcast_to(np.float64("nan"), sum(lengths))
    pairs = zip(parts, lengths, strict=True)
    return joined([np.full(n, np.nan) if p is None else p for p, n in pairs])


def _words(values: list[str | None], lengths: list[int]) -> pd.Series[Any]:
    """Each value so many times, as a column of text without a Python object a row.

    Long stretches share the memory of one short one.
    """
    import pyarrow

    kind = pyarrow.large_string()
    chunks = []
    for value, n in zip(values, lengths, strict=True):
        chunk = _repeated(value, min(n, CHUNK_ROWS))
        chunks += [chunk] * (n // CHUNK_ROWS)
        chunks.append(chunk.slice(0, n % CHUNK_ROWS))
    return pd.Series(pyarrow.chunked_array(chunks, kind), dtype="str")


def _repeated(value: str | None, n: int) -> Any:
    """One word so many times; words of one length share where they begin."""
    import pyarrow

    if not value:
        return pyarrow.repeat(pyarrow.scalar(value, pyarrow.large_string()), n)
    text = value.encode()
    begins = pyarrow.py_buffer(_begins(len(text)))
    return pyarrow.LargeStringArray.from_buffers(n, begins, pyarrow.py_buffer(text * n))


@lru_cache(maxsize=8)
def _begins(size: int) -> NDArray[np.int64]:
    """Where words of one length begin that stand behind each other."""
    return np.arange(CHUNK_ROWS + 1, dtype=np.int64) * size
