"""A few values of a column as Python's own, None where missing: what rows as dicts are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pandas.api.extensions import ExtensionArray


def plain_values(
    values: ExtensionArray | npt.NDArray[Any], rows: npt.NDArray[np.integer]
) -> list[Any]:
    """Return some values of a column: texts, floats, ints and `pd.Timestamp`, None where missing.

    Ten times as fast as asking pandas for the values and for what is missing, where few are wanted.
    """
    if isinstance(values, pd.Categorical):
        words = [*values.categories.tolist(), None]  # a code of -1 picks the last: what is missing
        return [words[code] for code in values.codes[rows].tolist()]
    if isinstance(values, pd.arrays.DatetimeArray):
        return [None if pd.isna(moment) else moment for moment in values[rows]]
    if isinstance(values, ExtensionArray) and pd.api.types.is_string_dtype(values.dtype):
        texts: list[Any] = pa.array(values, from_pandas=True).take(pa.array(rows)).to_pylist()
        return texts
    numbers = np.asarray(values)[rows].tolist()
    return [None if number != number else number for number in numbers]
