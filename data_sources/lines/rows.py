"""From values as they stand in lines to columns: the one place where both ways of parsing meet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data_sources.dialects.dialect import ID_COLUMNS, NUMBER_COLUMNS, Dialect, Place
from data_sources.lines.class_table import ClassTable, IntArray
from data_sources.lines.timestamps import FUTURE_NS, NEWEST_NS, OLDEST_NS, BadTimeError, epoch_ns
from data_sources.lines.transforms import number, word

NAT: Final = np.iinfo(np.int64).min
_INT: Final = {int}

Int64Array = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
Values = Sequence[Any]


class Found(NamedTuple):
    """What stands at one place: *values* of the lines *rows*, or of all lines when that is None.

    The values are a sequence, or an array where all are numbers.
    """

    rows: Int64Array | None
    values: Any


@dataclass(slots=True)
class Rows:
    """Parsed lines before they are columns.

    times      number of a time key → what stands there, integers as an array perhaps
    numbers    number of a loose place → the numbers there, NaN for what is none
    texts      column of ids or texts → its words, null where there is none
    details    the details object as JSON, null where there is none or it is empty
    """

    class_id: IntArray
    offset: Int64Array
    times: dict[int, Found]
    numbers: dict[int, Found]
    texts: dict[str, pa.Array]
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
    rows: Rows, dialect: Dialect, zone: dt.tzinfo, received_ns: int
) -> tuple[Columns, list[tuple[int, str]]]:
    """Turn rows into columns.

    Returns:
        The columns of the rows with a believable time, and (offset, reason) of the others.
    """
    n = len(rows.class_id)
    ts, naive, bad = _times(rows.times, n, zone)
    problems = dict.fromkeys(bad, "bad_ts")
    if ts.max() > received_ns + FUTURE_NS:
        ahead = np.flatnonzero(ts > received_ns + FUTURE_NS)
        problems |= dict.fromkeys(ahead.tolist(), "future_ts")
    numbers = {}
    for column in NUMBER_COLUMNS:
        values = _numbers(column, rows, dialect)
        if values is not None:
            numbers[column] = values
    texts = {**rows.texts, "attributes": rows.details}
    columns = Columns(rows.class_id, ts, rows.offset, numbers, texts, naive=naive)
    refused = [(int(rows.offset[row]), reason) for row, reason in sorted(problems.items())]
    if problems:
        columns = without(columns, list(problems))
    columns.untimed = int(np.count_nonzero(columns.ts_ns == NAT))
    return columns, refused


def _times(keys: dict[int, Found], n: int, zone: dt.tzinfo) -> tuple[Int64Array, int, list[int]]:
    """Nanoseconds (NaT where no key holds a time), how many were naive, which could not be read."""
    only = next(iter(keys.values())) if len(keys) == 1 else None
    if only is not None and isinstance(only.values, np.ndarray) and len(only.values) == n:
        return _integer_times(only.values)
    values = _merged([keys[key] for key in sorted(keys)], n)
    if set(map(type, values)) == _INT:
        return _integer_times(np.array(values, np.int64))
    ts = np.full(n, NAT, np.int64)
    naive = 0
    bad = []
    for row, value in enumerate(values):
        if value is None:
            continue
        try:
            ts[row], named_no_zone = epoch_ns(value, zone)
        except BadTimeError:
            bad.append(row)
        else:
            naive += named_no_zone
    return ts, naive, bad


def _merged(places: list[Found], n: int) -> Values:
    """What stands at the first of some places that holds anything, row by row."""
    merged: list[Any] = [None] * n
    for place in reversed(places):
        rows = range(n) if place.rows is None else place.rows.tolist()
        values = place.values.tolist() if isinstance(place.values, np.ndarray) else place.values
        for row, value in zip(rows, values, strict=True):
            if value is not None:
                merged[row] = value
    return merged


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


def _numbers(column: str, rows: Rows, dialect: Dialect) -> FloatArray | None:
    result: FloatArray | None = None
    n = len(rows.class_id)
    for index in reversed(dialect.places[column]):
        if index not in rows.numbers:
            continue
        found = rows.numbers[index]
        values = found.values
        change = dialect.loose[index].number_transform
        if change is not None:
            values = change(values)
        if result is None:
            result = np.full(n, np.nan)
        there = np.flatnonzero(~np.isnan(values))
        at = there if found.rows is None else found.rows[there]
        result[at] = values[there]
    return result


def floats(values: Values) -> FloatArray:
    """Numbers of one column, NaN for what is none; a truth value is none."""
    found: FloatArray
    values = [None if isinstance(value, bool) else value for value in values]
    try:
        if values and isinstance(values[0], str):
            texts = pa.array(values, pa.string())
            found = texts.cast(pa.float64()).to_numpy(zero_copy_only=False)
            return np.where(np.isinf(found), np.nan, found)
        found = pa.array(values, pa.float64()).to_numpy(zero_copy_only=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return np.array([number(value) for value in values], np.float64)
    return found


def texts_of(loose: dict[int, Found], dialect: Dialect, n: int) -> dict[str, pa.Array]:
    """Columns of words: of each line the first place that holds one."""
    texts = {}
    for column in ID_COLUMNS:
        places = [
            Found(loose[index].rows, _words(loose[index].values, dialect.loose[index]))
            for index in dialect.places[column]
            if index in loose
        ]
        if places:
            texts[column] = pa.array(_merged(places, n), pa.large_string())
    return texts


def _words(values: Values, place: Place) -> Values:
    """Words of one place, None for what is none."""
    words = [word(value) for value in values]
    change = place.word_transform
    return words if change is None else [w if w is None else change(w) for w in words]


def with_fallback(
    texts: dict[str, pa.Array], class_id: IntArray, table: ClassTable
) -> dict[str, pa.Array]:
    """Fill the column `text`, where it is missing, with what the line's class falls back to."""
    rows = table.has_text[class_id].nonzero()[0]
    if not len(rows):
        return texts
    words: list[str | None] = [None] * len(class_id)
    for row, class_number in zip(rows.tolist(), class_id[rows].tolist(), strict=True):
        words[row] = table.texts[class_number]
    fallback = pa.array(words, pa.large_string())
    known = texts.get("text")
    return texts | {"text": fallback if known is None else pc.coalesce(known, fallback)}


def without(columns: Columns, rows: list[int]) -> Columns:
    """The columns without these rows, which are taken for lines with a time."""
    keep = np.ones(len(columns), np.bool_)
    keep[rows] = False
    return Columns(
        columns.class_id[keep],
        columns.ts_ns[keep],
        columns.offset[keep],
        {name: values[keep] for name, values in columns.numbers.items()},
        {name: values.filter(pa.array(keep)) for name, values in columns.texts.items()},
        lines=columns.lines,
        blank=columns.blank,
        naive=columns.naive,
        untimed=columns.untimed,
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
