"""Decoded columns → the agreed event frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from data_sources.columns import (
    CATEGORY_COLUMNS,
    EVENT_COLUMNS,
    INTEGER_COLUMNS,
    NUMBER_COLUMNS,
    TEXT_COLUMNS,
    TIME_COLUMNS,
)
from data_sources.lines.class_table import ClassTable, categories
from data_sources.lines.decoded import Columns, empty

UTC_NS: Final = pd.DatetimeTZDtype("ns", "UTC")
TEXT: Final = pd.StringDtype("pyarrow", na_value=np.nan)


class Stretch(NamedTuple):
    """How many rows in a run come from one generation of one file, its session and account."""

    rows: int
    generation: str
    session_id: str
    account_id: str | None = None


def event_frame(
    columns: Columns,
    table: ClassTable,
    stretches: Sequence[Stretch],
    *,
    source: str,
    system: str,
    account_id: str | None,
    received_ns: int,
    attrs: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """One row an event, with exactly `EVENT_COLUMNS` and their dtypes.

    Args:
        columns: rows in order, their offsets already those of the generation.
        table: what the class numbers mean.
        stretches: where the rows come from, run by run.
        source: the source's name.
        system: the dialect's name.
        account_id: the trading account of stretches that know none, None when it is not known.
        received_ns: our clock at the read, ns since 1970 UTC.
        attrs: what holds for all orders of the system, for `attrs` of the frame.
    """
    n = len(columns)
    made: dict[str, Any] = {
        "ts_event": _times(columns.ts_ns),
        "ts_received": _times(np.full(n, received_ns, np.int64)),
        "source": _constant(source, n),
        "system": _constant(system, n),
        "account_id": _repeated([s.account_id or account_id for s in stretches], stretches),
        "session_id": _repeated([s.session_id for s in stretches], stretches),
        "raw_generation": _repeated([s.generation for s in stretches], stretches),
        "raw_offset": columns.offset,
        **table.categoricals(columns.class_id),
    }
    for name in NUMBER_COLUMNS:
        numbers = columns.numbers.get(name)
        made[name] = np.full(n, np.nan) if numbers is None else numbers
    for name in TEXT_COLUMNS:
        made[name] = text_array(columns.texts.get(name), n)
    events = pd.DataFrame({name: made[name] for name in EVENT_COLUMNS}, copy=False)
    # One index for all frames: each index of its own would have to learn its names anew.
    events.columns = _NAMES
    events.attrs.update(attrs or {})
    return events


_NAMES: Final = pd.Index(EVENT_COLUMNS)


def no_events() -> pd.DataFrame:
    """An event frame without rows, dtypes as agreed."""
    return event_frame(
        empty(), ClassTable(), [], source="", system="", account_id=None, received_ns=0
    )


def text_array(values: pa.Array | None, n: int) -> pd.api.extensions.ExtensionArray:
    """An Arrow array as a pandas `str` array; all missing when there is none."""
    found = pa.nulls(n, pa.large_string()) if values is None else values
    return pd.arrays.ArrowStringArray(pa.chunked_array([found]), dtype=TEXT)  # type: ignore[call-arg]


def _times(ns: Any) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(ns.view("M8[ns]")).tz_localize("UTC")


def _constant(word: str | None, n: int) -> pd.Categorical:
    words = (word,) if word else ()
    codes = np.full(n, len(words) - 1, np.int8)
    return pd.Categorical.from_codes(codes, dtype=categories(words), validate=False)


def _repeated(words: list[str | None], stretches: Sequence[Stretch]) -> pd.Categorical:
    names = [name for name in dict.fromkeys(words) if name]
    numbers: dict[str | None, int] = {name: number for number, name in enumerate(names)}
    sizes = [stretch.rows for stretch in stretches]
    kind = np.int8 if len(names) < 128 else np.int16 if len(names) < 32_768 else np.int32
    codes = np.repeat(np.array([numbers.get(word, -1) for word in words], kind), sizes)
    return pd.Categorical.from_codes(codes, dtype=categories(tuple(names)), validate=False)


assert set(EVENT_COLUMNS) == {
    *TIME_COLUMNS,
    *CATEGORY_COLUMNS,
    *NUMBER_COLUMNS,
    *TEXT_COLUMNS,
    *INTEGER_COLUMNS,
}
