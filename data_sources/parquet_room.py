"""Memory for the bars of many files, laid out as one frame needs them: nothing is copied twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from data_sources.parquet_columns import RefusedError
from data_sources.parquet_file import Bars, opened

FOOTER_BYTES: Final = 1 << 16


class Room:
    """A place for the bars of each file, one behind the other.

    Args:
        names: the price columns.
        rows: how many bars each file promises; what holds more, or less, gets no place.
    """

    def __init__(self, names: Iterable[str], rows: Sequence[int]) -> None:
        self._ends = list(accumulate(rows))
        total = self._ends[-1] if rows else 0
        # Memory that is not written to is not taken: a footer that lies costs nothing.
        self._ts = np.empty(total, np.int64)
        self._values = {name: np.empty(total) for name in names}

    def put(self, number: int, bars: Bars) -> Bars:
        """Give the same bars, in the place of file `number` if they fill it."""
        end = self._ends[number]
        start = self._ends[number - 1] if number else 0
        if len(bars.ts_ns) != end - start or not bars.values.keys() <= self._values.keys():
            return bars
        self._ts[start:end] = bars.ts_ns
        values = {}
        for name, column in bars.values.items():
            values[name] = self._values[name][start:end]
            values[name][:] = column
        return Bars(bars.symbol, self._ts[start:end], values, bars.notes)


def joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Arrays one after the other; not copied where they lie so in one piece of memory."""
    base = parts[0].base
    is_room = isinstance(base, np.ndarray) and base.flags.owndata and base.dtype == parts[0].dtype
    if not is_room or any(part.base is not base for part in parts):
        return np.concatenate(parts)
    assert base is not None
    begins = [part.__array_interface__["data"][0] for part in parts]
    gaps = zip(pairwise(begins), parts, strict=False)
    if any(second - first != part.nbytes for (first, second), part in gaps):
        return np.concatenate(parts)
    first = (begins[0] - base.__array_interface__["data"][0]) // base.itemsize
    whole: NDArray[Any] = base[first : first + sum(map(len, parts))]
    return whole


def rows_promised(file: Path) -> int:
    """How many rows a file says it has, by its footer; 0 where that cannot be told."""
    import pyarrow
    import pyarrow.parquet as pq

    try:
        with opened(file) as (stream, size):
            # The end of a file is a file of its own to whoever asks for nothing but the footer.
            stream.seek(max(0, size - FOOTER_BYTES))
            return int(pq.read_metadata(pyarrow.BufferReader(stream.read(FOOTER_BYTES))).num_rows)
    except (pyarrow.ArrowException, OSError, ValueError, RefusedError):
        return 0
