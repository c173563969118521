"""Decodes whole blocks at once, wherever a block passes the checks that make that safe."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa

from data_sources.dialects.dialect import Dialect
from data_sources.dialects.key_path import KeyPath
from data_sources.lines.class_table import ClassTable
from data_sources.lines.classify import Classifier, class_keys
from data_sources.lines.outline import Outline, Outliner
from data_sources.lines.rows import Columns, Int64Array, Rows, Values, assemble
from data_sources.lines.shapes import STRICT, Shapes, Wanted

PIECE_BYTES: Final = 128 * 1024
PLAIN: Final = str | int | float | None
"""What stands at times, ids and numbers; a block with anything else there is read strictly."""
_fields_of: Callable[[Any], tuple[Any, ...]] = msgspec.structs.astuple


class Untaken(Exception):  # noqa: N818 - no error: word that a block must be read in another way
    """The block did not decode as a whole."""


class FastWay:
    """Decodes blocks of whole lines with one typed pass; knows which lines it must leave.

    The outline of the block tells the class of each line, so that only times, ids and numbers are
    taken out of it. The typed decoder checks the grammar of all that it passes over.

    Args:
        dialect: how lines become events.
        zone: what a time without a zone means.
        classifier: shared with the strict way.
    """

    def __init__(self, dialect: Dialect, zone: dt.tzinfo, classifier: Classifier) -> None:
        self._dialect = dialect
        self._zone = zone
        self._outliner = Outliner(class_keys(dialect))
        self._shapes = Shapes(dialect, classifier)
        self._takers = cache(self._make_taker)

    def forget(self) -> None:
        """The class table was renewed: class numbers mean something else now."""
        self._shapes.clear()

    def decode(
        self, data: bytes, table: ClassTable, received_ns: int
    ) -> tuple[Columns | None, list[tuple[int, str]], Int64Array, Int64Array]:
        """Decode what can be decoded at once.

        Returns:
            The columns of those lines (None when there are none), (offset, reason) of lines with an
            impossible time, and starts and ends of the lines that must be parsed strictly.

        Raises:
            Untaken: when the block as a whole cannot be taken.
        """
        if self._shapes.full:
            self._shapes.clear()
        if not data.isascii():
            _check_utf8(data)
        outline = self._outliner.outline(data)
        shapes = self._shapes.of(data, outline, table)
        classes = self._shapes.classes(shapes)
        good = classes != STRICT
        good &= ~outline.odd
        taken = np.flatnonzero(good)
        left = np.flatnonzero(~good)
        starts, ends = outline.starts[left], outline.ends[left]
        if not len(taken):
            return None, [], starts, ends
        columns = self._values(data, outline, shapes, taken, left)
        wanted = columns.wanted
        rows = Rows(
            classes[taken],
            outline.starts[taken],
            [columns.of(self._dialect.time[index]) for index in wanted.times],
            {p: columns.of(self._dialect.loose[p].path) for p in (*wanted.fields, *wanted.details)},
            self._details_text(data, outline, shapes, taken),
        )
        found, refused = assemble(rows, self._dialect, table, self._zone, received_ns)
        return found, refused, starts, ends

    def _values(
        self, data: bytes, outline: Outline, shapes: Int64Array, taken: Int64Array, left: Int64Array
    ) -> _Values:
        """Times, ids and numbers of the lines taken, by one typed pass over a few lines at a time."""
        wanted = self._shapes.wanted(shapes[taken])
        if wanted is None:
            raise Untaken
        values = _Values(wanted, self._dialect)
        take = self._takers(wanted)
        pieces = _pieces(data, outline, left)
        try:
            for piece in pieces:
                values.add(take(piece))
        except (msgspec.MsgspecError, RecursionError, ValueError):
            raise Untaken from None
        if values.lines != len(taken):
            raise Untaken
        return values

    def _details_text(
        self, data: bytes, outline: Outline, shapes: Int64Array, taken: Int64Array
    ) -> pa.Array:
        """The details objects as they stand in the lines, straight from their bytes."""
        begins, stops = self._shapes.details(outline, shapes)
        begins, stops = begins[taken], stops[taken]
        # One array of details and of what stands between them, of which every second is taken.
        offsets = np.empty(2 * len(taken) + 1, np.int64)
        offsets[:-1:2] = begins
        offsets[1::2] = stops
        offsets[-1] = stops[-1]
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
        everything = pa.Array.from_buffers(pa.large_string(), len(offsets) - 1, buffers)
        return everything.take(
            pa.array(np.arange(0, len(offsets) - 1, 2), mask=stops - begins <= 2)
        )

    def _make_taker(self, wanted: Wanted) -> Callable[[bytes], list[Any]]:
        """A decoder of whole lines into structs with just the wanted keys."""
        times = [self._dialect.time[index] for index in wanted.times]
        places = [self._dialect.loose[index].path for index in (*wanted.fields, *wanted.details)]
        inner = [path.keys[0] for path in places if path.in_details]
        outer = [path.keys[0] for path in (*times, *places) if not path.in_details]
        details = _struct("Details", inner) if inner else None
        line = _struct("Line", outer, wanted.key if inner else None, details)
        decode: Callable[[bytes], list[Any]] = msgspec.json.Decoder(line).decode_lines
        return decode


class _Values:
    """Columns of values by key, gathered piece by piece."""

    def __init__(self, wanted: Wanted, dialect: Dialect) -> None:
        self.wanted = wanted
        self.lines = 0
        times = [dialect.time[index].keys[0] for index in wanted.times]
        paths = [dialect.loose[index].path for index in (*wanted.fields, *wanted.details)]
        outer = [*times, *(path.keys[0] for path in paths if not path.in_details)]
        self._outer: dict[str, Values] = dict.fromkeys(outer, ())
        self._inner: dict[str, Values] = dict.fromkeys(
            (path.keys[0] for path in paths if path.in_details), ()
        )

    def add(self, records: list[Any]) -> None:
        """Add decoded lines."""
        self.lines += len(records)
        columns = list(zip(*map(_fields_of, records), strict=True))
        if self._inner and columns:
            inner = zip(*map(_fields_of, columns.pop()), strict=True)
            for key, column in zip(self._inner, inner, strict=True):
                self._inner[key] = (*self._inner[key], *column) if self._inner[key] else column
        for key, column in zip(self._outer, columns, strict=True):
            self._outer[key] = (*self._outer[key], *column) if self._outer[key] else column

    def of(self, path: KeyPath) -> Values:
        """The column of a path."""
        return (self._inner if path.in_details else self._outer)[path.keys[0]]


def _struct(
    name: str, keys: list[str], details_key: str | None = None, details: Any = None
) -> type[msgspec.Struct]:
    """A struct type with one field for each key, and a last one for the details."""
    keys = list(dict.fromkeys(keys))
    fields: list[Any] = [(f"f{index}", PLAIN, None) for index in range(len(keys))]
    renamed = {f"f{index}": key for index, key in enumerate(keys)}
    if details_key:
        fields.append(("details", details, msgspec.field(default_factory=details)))
        renamed["details"] = details_key
    # No cycles can arise from JSON, so the garbage collector need not know these.
    return msgspec.defstruct(name, fields, rename=renamed, gc=False)


def _pieces(data: bytes, outline: Outline, left: Int64Array) -> list[bytes]:
    """The lines that are taken, in pieces whose objects fit a processor's cache."""
    if len(left):
        data = b"".join(_without(data, outline.starts[left].tolist(), outline.ends[left].tolist()))
    if len(data) <= PIECE_BYTES * 3 // 2:
        return [data]
    pieces = []
    begin = 0
    while begin < len(data):
        end = data.rfind(b"\n", begin, begin + PIECE_BYTES) + 1
        end = end or data.index(b"\n", begin) + 1
        pieces.append(data[begin:end])
        begin = end
    return pieces


def _without(data: bytes, starts: list[int], ends: list[int]) -> list[bytes]:
    """The pieces of *data* between some of its lines."""
    pieces = []
    at = 0
    for start, end in zip(starts, ends, strict=True):
        pieces.append(data[at:start])
        at = end + 1
    pieces.append(data[at:])
    return pieces


def _check_utf8(data: bytes) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise Untaken from None
