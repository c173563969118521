"""Columns of a parquet file as arrays: times in UTC nanoseconds, prices as float64."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

EPOCH_UNITS: Final = ((1e17, "ns"), (1e14, "us"), (1e11, "ms"), (1e8, "s"))
"""A whole number above the limit is an epoch time in that unit."""


class RefusedError(Exception):
    """The file is no file of bars that we read; the text says why and what to do."""


def times_of(column: Any, zone: ZoneInfo) -> tuple[NDArray[np.int64], bool]:
    """UTC nanoseconds, NaT where missing, and whether a zone had to be assumed."""
    import pyarrow
    import pyarrow.types as kinds

    missing = column.is_null().to_numpy() if column.null_count else None
    naive = False
    if kinds.is_integer(column.type):
        numbers = column.fill_null(0).to_numpy().astype(np.int64)
        middle = float(np.median(np.abs(numbers)))
        unit = next((unit for limit, unit in EPOCH_UNITS if middle > limit), None)
        if unit is None:
            raise RefusedError(f"its times are whole numbers like {middle:.0f}: no epoch time")
        ts = numbers.astype(f"M8[{unit}]").astype("M8[ns]").view(np.int64)
    else:
        naive = not kinds.is_date(column.type) and column.type.tz is None
        column = column.cast(pyarrow.timestamp("ns", getattr(column.type, "tz", None)))
        column = column.fill_null(0) if missing is not None else column
        lies = column.chunk(0) if column.num_chunks == 1 else column
        ts = lies.to_numpy().astype("M8[ns]", copy=False).view(np.int64)
        if naive and zone.key != "UTC":
            local = pd.DatetimeIndex(ts.view("M8[ns]"))
            utc = local.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward")
            ts = utc.tz_convert("UTC").as_unit("ns").asi8
    if missing is not None:
        ts = np.where(missing, pd.NaT.value, ts)
    return ts, naive


def numbers_of(table: Any, origins: list[str]) -> NDArray[np.float64]:
    """One price column, filled from each of its origins in turn; perhaps not to be written to."""
    found: NDArray[np.float64] | None = None
    for origin in origins:
        numbers = _floats(table.column(origin))
        found = numbers if found is None else np.where(np.isfinite(found), found, numbers)
    assert found is not None
    finite = np.isfinite(found)
    return found if finite.all() else np.where(finite, found, np.nan)


def _floats(column: Any) -> NDArray[np.float64]:
    """A column as it lies in memory where that can be, NaN where it is null."""
    import pyarrow.types as kinds

    if column.num_chunks == 1 and not column.null_count:
        if kinds.is_float64(column.type):
            return np.asarray(column.chunk(0).to_numpy())
        if kinds.is_integer(column.type):
            return np.asarray(column.chunk(0).to_numpy()).astype(np.float64)
    if not kinds.is_floating(column.type) or kinds.is_float16(column.type):
        column = column.cast("float64")
    return np.asarray(column.to_numpy()).astype(np.float64, copy=False)
