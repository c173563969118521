"""The table of a run's steps in agreed columns, whatever the file gave."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data_sources.files.times import Times
from data_sources.lines.frame import text_array
from data_sources.lines.transforms import number

NUMBERS: Final = {
    "step": ("step",),
    "price": ("price", "close"),
    "position_quantity": ("position_size",),
    "cash": ("cash",),
    "equity": ("equity",),
    "realized_pnl": ("realized_pnl", "pnl"),
    "unrealized_pnl": ("unrealized_pnl",),
    "drawdown_ratio": ("drawdown",),
    "signal": ("signal",),
    "orders_generated": ("orders_generated",),
    "orders_filled": ("orders_filled",),
    "orders_rejected": ("orders_rejected",),
    "orders_blocked": ("orders_blocked",),
}
"""Column → the columns of the file that may hold it, first wins row by row."""
FLAGS: Final = {"signal_changed": "signal_changed", "risk_allowed": "risk_allowed"}
TIME_NAMES: Final = ("ts_event", "ts_bar")
TEXT_NAMES: Final = ("risk_reasons", "extra_error")
FILE_COLUMNS: Final = (
    *TIME_NAMES,
    *(name for names in NUMBERS.values() for name in names),
    *FLAGS.values(),
    *TEXT_NAMES,
)
_YES: Final = ["true", "1"]
_NO: Final = ["false", "0"]
_NAMES_ZONE: Final = r"(?:[Zz]|UTC|[+-]\d{2}:?\d{2})$"


def typed(table: pa.Table, zone: dt.tzinfo, now_ns: int) -> tuple[pd.DataFrame, Times]:
    """Rows in agreed columns, sorted by step; the second value counts odd times.

    Returns:
        `ts_event` and `ts_bar` (UTC), the columns of `NUMBERS` as float64 with NaN for missing,
        `signal_changed` and `risk_allowed` as boolean, `risk_reasons` and `extra_error` as str.
    """
    times = Times(zone, now_ns)
    made: dict[str, Any] = {name: _times(_column(table, name), times) for name in TIME_NAMES}
    for name, places in NUMBERS.items():
        values = [_numbers(_column(table, place)) for place in places if _has(table, place)]
        found = values[0] if values else np.full(len(table), np.nan)
        for other in values[1:]:
            found = np.where(np.isnan(found), other, found)
        made[name] = found
    for name, place in FLAGS.items():
        made[name] = _flags(_column(table, place))
    for name in TEXT_NAMES:
        made[name] = _texts(_column(table, name))
    frame = pd.DataFrame(made)
    if not np.isnan(made["step"]).any():
        frame = frame.sort_values("step", kind="stable", ignore_index=True)
    return frame, times


def _has(table: pa.Table, name: str) -> bool:
    return name in table.column_names


def _column(table: pa.Table, name: str) -> pa.Array:
    if not _has(table, name):
        return pa.nulls(len(table), pa.string())
    # A hostile file may have a name twice: the first counts.
    column = table.column(table.column_names.index(name)).combine_chunks()
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _numbers(column: pa.Array) -> np.ndarray[Any, np.dtype[np.float64]]:
    if pa.types.is_boolean(column.type):
        return np.full(len(column), np.nan)
    try:
        found = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
        found = np.array([number(value) for value in column.to_pylist()], np.float64)
    return np.where(np.isfinite(found), found, np.nan)


def _flags(column: pa.Array) -> Any:
    if not pa.types.is_boolean(column.type):
        words = pc.utf8_lower(_trimmed(column))
        known = pc.is_in(words, pa.array(_YES + _NO))
        column = pc.if_else(known, pc.is_in(words, pa.array(_YES)), None)
    return pd.array(column.to_pandas().array, dtype="boolean")


def _texts(column: pa.Array) -> Any:
    words = _trimmed(column)
    return text_array(pc.if_else(pc.equal(words, ""), None, words), len(words))


def _trimmed(column: pa.Array) -> pa.Array:
    """Texts without surrounding blanks; what is no text is missing, numbers by their digits."""
    try:
        return pc.utf8_trim_whitespace(column.cast(pa.large_string()))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.nulls(len(column), pa.large_string())


def _times(column: pa.Array, times: Times) -> pd.DatetimeIndex:
    if column.null_count == len(column):
        return pd.DatetimeIndex([pd.NaT] * len(column), dtype="datetime64[ns, UTC]")
    quick = _quick_times(column, times)
    if quick is not None:
        return quick
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("ns", column.type.tz), safe=False)
        values = [None if v is None else v.isoformat() for v in column.to_pandas().array]
        values = [None if v == "NaT" else v for v in values]
    else:
        values = column.to_pylist()
    ns = [times.ns(_plain(value)) for value in values]
    return pd.DatetimeIndex([pd.NaT if each is None else each for each in ns], tz="UTC").as_unit(
        "ns"
    )


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and np.isnan(value) else value


def _quick_times(column: pa.Array, times: Times) -> pd.DatetimeIndex | None:
    """All at once, where every text is a believable time that names its zone."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return None
    if not pc.all(pc.match_substring_regex(column, _NAMES_ZONE)).as_py():
        return None
    try:
        parsed = pd.to_datetime(column.to_pandas(), format="ISO8601", utc=True)
        found = pd.DatetimeIndex(parsed).as_unit("ns")
    except (ValueError, OverflowError):
        return None
    known = found.asi8[np.logical_not(found.isna())]
    oldest = pd.Timestamp("2000-01-01", tz="UTC").value
    newest = times.now_ns + 600 * 10**9
    return found if not len(known) or (known.min() >= oldest and known.max() <= newest) else None
