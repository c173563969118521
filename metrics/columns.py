"""Orders as columns: a frame of them, or what a view gives before it makes a frame."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.rows import Rows, rows_of


class Columns(Protocol):
    """The little of a frame that metrics of orders ask for; a frame has it too."""

    @property
    def columns(self) -> Any:
        """The names of the columns."""

    @property
    def empty(self) -> bool:
        """Whether there is no row."""

    def __len__(self) -> int:
        """Give the number of rows."""

    def __getitem__(self, name: str, /) -> Any:
        """Give one column."""


def rows_at(table: Any, places: NDArray[np.intp]) -> Rows:
    """Give some rows as dicts, what is missing None (NaN among numbers)."""
    if isinstance(table, pd.DataFrame):
        return rows_of(table.iloc[places])
    found: Rows = table.rows(places)
    return found
