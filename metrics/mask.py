"""Which rows of a frame hold a word: on codes, because pandas compares words slowly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.columns import Columns

Mask = NDArray[np.bool_]


def mask(frame: Columns, column: str, values: Iterable[str]) -> Mask:
    """Give which rows hold one of the values; a missing column or value is never one of them."""
    wanted = frozenset(values)
    return mask_where(frame, column, lambda word: word in wanted)


def mask_where(frame: Columns, column: str, holds: Callable[[str], bool]) -> Mask:
    """Give which rows hold a word for which the rule holds; it is asked once a distinct word."""
    if column not in frame.columns or frame.empty:
        return np.zeros(len(frame), dtype=np.bool_)
    words, codes = coded(frame[column])
    picked: Mask = np.array([*map(holds, words), False], np.bool_)[codes]
    return picked


def coded(column: Any) -> tuple[list[str], NDArray[np.integer]]:
    """Give the words of a column and each row's place among them; -1 is a missing word."""
    values = getattr(column, "array", column)
    if not isinstance(values, pd.Categorical):
        values = pd.Categorical(values)
    return [str(word) for word in values.categories.tolist()], values.codes
