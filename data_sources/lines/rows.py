"""From values as they stand in lines to columns: the one place where both ways of parsing meet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import compress
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data_sources.dialects.dialect import ID_COLUMNS, NUMBER_COLUMNS, Dialect
from data_sources.lines.class_table import BoolArray, ClassTable, IntArray
from data_sources.lines.timestamps import FUTURE_NS, NEWEST_NS, OLDEST_NS, BadTimeError, epoch_ns
from data_sources.lines.transforms import WordTransform, number, word

NAT: Final = np.iinfo(np.int64).min
_INT: Final = {int}
_NO_TEXT: Final = pa.scalar(None, pa.large_string())

Int64Array = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
Values = Sequence[Any]


@dataclass(slots=True)
class Rows:
    """Parsed lines before they are columns; every sequence has one entry a line.

    times      one sequence for each time key that any line has, in the dialect's order
    loose      number of a loose place → what stands there
    details    the details object as JSON, null where there is none or it is empty
    """

    class_id: IntArray
    offset: Int64Array
    times: list[Values]
    loose: dict[int, Values]
    details: pa.Array


@dataclass(slots=True)
class Columns:
    """Decoded lines as columns, one row an accepted line, in the order of the lines.

    lines, blank  how many lines the data held, and how many of them were empty
    naive         how many times named no zone
    untimed       how many lines named no time
    """

    class_id: IntArray
    ts_ns: Int64Array
    offset: Int64Array
    numbers: dict[str, FloatArray] = field(default_factory=dict)
    texts: dict[str, pa.Array] = field(default_factory=dict)
    lines: int = 0
    blank: int = 0
    naive: int = 0
    untimed: int = 0

    def __len__(self) -> int:
        return len(self.class_id)


def assemble(
    rows: Rows, dialect: Dialect, table: ClassTable, zone: dt.tzinfo, received_ns: int
) -> tuple[Columns, list[tuple[int, str]]]:
    """Turn rows into columns.

    Returns:
        The columns of the rows with a believable time, and (offset, reason) of the others.
    """
    n = len(rows.class_id)
    ts, naive, bad = _times(rows.times, n, zone)
    ahead = np.flatnonzero(ts > received_ns + FUTURE_NS)
    problems = dict.fromkeys(bad, "bad_ts") | dict.fromkeys(ahead.tolist(), "future_ts")
    used = np.flatnonzero(np.bincount(rows.class_id, minlength=len(table)))
    opened = _open_places(rows, table, used)
    numbers = {}
    texts = {}
    for column in NUMBER_COLUMNS:
        values = _numbers(column, rows, dialect, opened)
        if values is not None:
            numbers[column] = values
    for column in ID_COLUMNS:
        array = _texts(column, rows, dialect, opened)
        if column == "text":
            array = _fall_back(array, rows.class_id, table, used)
        if array is not None:
            texts[column] = array
    texts["attributes"] = rows.details
    columns = Columns(rows.class_id, ts, rows.offset, numbers, texts, naive=naive)
    refused = [(int(rows.offset[row]), reason) for row, reason in sorted(problems.items())]
    if problems:
        columns = _without(columns, list(problems))
    columns.untimed = int(np.count_nonzero(columns.ts_ns == NAT))
    return columns, refused


def _times(keys: list[Values], n: int, zone: dt.tzinfo) -> tuple[Int64Array, int, list[int]]:
    """Nanoseconds (NaT where no key holds a time), how many were naive, which could not be read."""
    if len(keys) == 1 and set(map(type, keys[0])) == _INT:
        return _integer_times(np.array(keys[0], np.int64))
    ts = np.full(n, NAT, np.int64)
    naive = 0
    bad = []
    for row, values in enumerate(zip(*keys, strict=True)):
        value = next((v for v in values if v is not None), None)
        if value is None:
            continue
        try:
            ts[row], named_no_zone = epoch_ns(value, zone)
        except BadTimeError:
            bad.append(row)
        else:
            naive += named_no_zone
    return ts, naive, bad


def _integer_times(values: Int64Array) -> tuple[Int64Array, int, list[int]]:
    """The same for integers alone, without leaving numpy."""
    if values.min() >= 10**17:
        return values, 0, []
    size = np.abs(values)
    unit = np.select(
        [size < 10**11, size < 10**14, size < 10**17], [10**9, 10**6, 10**3], 1
    ).astype(np.int64)
    fits = (values >= -(-OLDEST_NS // unit)) & (values <= NEWEST_NS // unit)
    ts = np.where(fits, values * np.where(fits, unit, 0), NAT)
    return ts, 0, np.flatnonzero(~fits).tolist()


def _open_places(rows: Rows, table: ClassTable, used: Any) -> dict[int, BoolArray | None]:
    """For each place that holds anything: the rows in which it counts; None when in all."""
    places = list(rows.loose)
    by_class = table.open[:, places]
    everywhere = by_class[used].all(axis=0).tolist()
    return {
        place: None if all_open else by_class[rows.class_id, number]
        for number, (place, all_open) in enumerate(zip(places, everywhere, strict=True))
    }


def _numbers(
    column: str, rows: Rows, dialect: Dialect, opened: dict[int, BoolArray | None]
) -> FloatArray | None:
    result: FloatArray | None = None
    for index in dialect.places[column]:
        if index not in opened:
            continue
        values = floats(rows.loose[index])
        change = dialect.loose[index].number_transform
        if change is not None:
            values = change(values)
        mask = opened[index]
        if mask is not None:
            values = np.where(mask, values, np.nan)
        result = values if result is None else np.where(np.isnan(result), values, result)
    return result


def floats(values: Values) -> FloatArray:
    """Numbers of one column, NaN for what is none."""
    try:
        found: FloatArray = pa.array(values, pa.float64()).to_numpy(zero_copy_only=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return np.array([number(value) for value in values], np.float64)
    return found


def _texts(
    column: str, rows: Rows, dialect: Dialect, opened: dict[int, BoolArray | None]
) -> pa.Array | None:
    result: pa.Array | None = None
    for index in dialect.places[column]:
        if index not in opened:
            continue
        values = words(rows.loose[index], dialect.loose[index].word_transform)
        mask = opened[index]
        if mask is not None:
            values = pc.if_else(pa.array(mask), values, _NO_TEXT)
        result = values if result is None else pc.coalesce(result, values)
    return result


def words(values: Values, change: WordTransform | None) -> pa.Array:
    """Texts of one column, null for what is none; an empty text is none."""
    if change is None and "" not in values:
        with suppress(pa.ArrowInvalid, pa.ArrowTypeError):
            return pa.array(values, pa.large_string())
    found = [word(value) for value in values]
    if change is not None:
        found = [None if value is None else change(value) for value in found]
    return pa.array(found, pa.large_string())


def _fall_back(
    values: pa.Array | None, class_id: IntArray, table: ClassTable, used: Any
) -> pa.Array | None:
    """Fill what is missing with the text of the line's class, if any class here has one."""
    texts = table.texts
    if not any([texts[number] for number in used.tolist()]):  # noqa: C419 - cheaper for a few
        return values
    fallback = pa.array([texts[number] for number in class_id.tolist()], pa.large_string())
    return fallback if values is None else pc.coalesce(values, fallback)


def _without(columns: Columns, rows: list[int]) -> Columns:
    keep = np.ones(len(columns), np.bool_)
    keep[rows] = False
    return Columns(
        columns.class_id[keep],
        columns.ts_ns[keep],
        columns.offset[keep],
        {name: values[keep] for name, values in columns.numbers.items()},
        {name: values.filter(pa.array(keep)) for name, values in columns.texts.items()},
        naive=columns.naive,
    )


def in_line_order(parts: list[Columns]) -> Columns:
    """Parts of one block as one, ordered by the offset of the line."""
    filled = [part for part in parts if len(part)] or parts[:1]
    if len(filled) == 1:
        return filled[0]
    joined = concatenate(filled)
    order = np.argsort(joined.offset, kind="stable")
    return Columns(
        joined.class_id[order],
        joined.ts_ns[order],
        joined.offset[order],
        {name: values[order] for name, values in joined.numbers.items()},
        {name: values.take(pa.array(order)) for name, values in joined.texts.items()},
        naive=joined.naive,
        untimed=joined.untimed,
    )


def concatenate(parts: list[Columns]) -> Columns:
    """Parts one after the other; columns that a part lacks are missing there."""
    sizes = [len(part) for part in parts]
    numbers = {
        name: np.concatenate(
            [p.numbers.get(name, np.full(n, np.nan)) for p, n in zip(parts, sizes, strict=True)]
        )
        for name in NUMBER_COLUMNS
        if any(name in part.numbers for part in parts)
    }
    texts = {
        name: pa.concat_arrays(
            [
                p.texts[name] if name in p.texts else pa.nulls(n, pa.large_string())
                for p, n in zip(parts, sizes, strict=True)
            ]
        )
        for name in (*ID_COLUMNS, "attributes")
        if any(name in part.texts for part in parts)
    }
    return Columns(
        np.concatenate([part.class_id for part in parts]),
        np.concatenate([part.ts_ns for part in parts]),
        np.concatenate([part.offset for part in parts]),
        numbers,
        texts,
        lines=sum(part.lines for part in parts),
        blank=sum(part.blank for part in parts),
        naive=sum(part.naive for part in parts),
        untimed=sum(part.untimed for part in parts),
    )


def empty() -> Columns:
    """No rows."""
    return Columns(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int64))


def picked(values: Values, keep: BoolArray) -> list[Any]:
    """The values where *keep* is true."""
    return list(compress(values, keep.tolist()))
