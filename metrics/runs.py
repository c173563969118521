"""Where a column begins to say something else: what a long table of few words is made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def runs_of(column: pd.Series[Any]) -> tuple[list[Any], NDArray[np.int64]]:
    """Return the value of each run of equal values, and where each begins; missing is None.

    A column of text is looked at where it lies, without a number for each of its rows.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if not len(column):
        return [], np.empty(0, np.int64)
    if isinstance(column.dtype, pd.StringDtype) and column.dtype.storage == "pyarrow":
        told = pa.array(column.array)
        chunks = told.chunks if isinstance(told, pa.ChunkedArray) else [told]
        values: list[Any] = []
        starts: list[NDArray[np.int64]] = []
        first = 0
        for chunk in chunks:
            if len(chunk):
                encoded = pc.run_end_encode(chunk, run_end_type=pa.int64())
                ends = encoded.run_ends.to_numpy()
                starts.append(first + np.append(0, ends[:-1]))
                values += encoded.values.to_pylist()
                first += len(chunk)
        return _merged(values, np.concatenate(starts))
    codes, words = pd.factorize(column)
    begins = np.flatnonzero(np.append(True, codes[1:] != codes[:-1]))
    return [None if codes[at] < 0 else words[codes[at]] for at in begins.tolist()], begins


def _merged(values: list[Any], starts: NDArray[np.int64]) -> tuple[list[Any], NDArray[np.int64]]:
    """The same without a break where only a chunk ended."""
    new = [at for at, value in enumerate(values) if not at or value != values[at - 1]]
    return [values[at] for at in new], starts[new]
