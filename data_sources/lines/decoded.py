"""Decoded lines as columns, and parts of them put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data_sources.dialects.dialect import ID_COLUMNS, NUMBER_COLUMNS
from data_sources.lines.class_table import IntArray

NAT: Final = np.iinfo(np.int64).min

Int64Array = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


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


def sliced(columns: Columns, first: int, end: int) -> Columns:
    """The rows from `first` to before `end`, in memory of their own where they are numbers.

    How many lines that were, and how they were told, is not known of a part.
    """
    return Columns(
        columns.class_id[first:end],
        columns.ts_ns[first:end].copy(),
        columns.offset[first:end].copy(),
        {name: values[first:end] for name, values in columns.numbers.items()},
        {name: values.slice(first, end - first) for name, values in columns.texts.items()},
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
