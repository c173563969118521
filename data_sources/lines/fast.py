"""Decodes many lines at once, and knows which lines must be parsed one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from itertools import chain
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa

from data_sources.dialects.dialect import Dialect
from data_sources.lines.class_table import ClassTable
from data_sources.lines.classify import Classifier, class_keys
from data_sources.lines.outline import BoolArray, Outline, Outliner, line_end
from data_sources.lines.rows import Columns, Found, Int64Array, Rows, Values, assemble
from data_sources.lines.shapes import STRICT, Shapes, Wanted

PLAIN: Final = str | int | float | None
"""What stands at times, ids and numbers; a line with anything else there is parsed strictly."""

_fields_of: Callable[[Any], tuple[Any, ...]] = msgspec.structs.astuple


class Taken(NamedTuple):
    """What the fast way made of some lines.

    columns  of the lines it took
    refused  (offset, reason) of lines with an impossible time
    starts   of the lines that it left to the strict way
    ends     of the same, the places of their newlines
    """

    columns: Columns | None
    refused: list[tuple[int, str]]
    starts: Int64Array
    ends: Int64Array


class FastWay:
    """Decodes lines in one typed pass.

    Their outline tells the class of each line, so that only times, ids and numbers are taken out.
    The typed decoder checks the grammar of all that it passes over.

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
        self._decoders = cache(self._make_decoders)
        _keep_memory()

    def forget(self) -> None:
        """The class table was renewed: class numbers mean something else now."""
        self._shapes.clear()

    def decode(self, data: bytes, table: ClassTable, received_ns: int) -> Taken:
        """Decode whole lines, as many of them as can be decoded at once."""
        if self._shapes.full:
            self._shapes.clear()
        outline = self._outliner.outline(data)
        if not data.isascii():
            _mark_bad_utf8(data, outline)
        shapes = self._shapes.of(data, outline, table)
        classes = self._shapes.classes(shapes)
        good = classes != STRICT
        good &= ~outline.odd
        wanted = self._shapes.wanted(shapes, good)
        columns = self._columns(data, outline, wanted, good)
        left = np.flatnonzero(~good)
        if len(left) == len(good):
            return Taken(None, [], outline.starts, outline.ends)
        begins, stops = self._shapes.details(outline, shapes)
        starts = outline.starts
        if len(left):
            shapes, classes, starts = shapes[good], classes[good], starts[good]
            begins, stops = begins[good], stops[good]
        found = {
            bit: _found(*self._shapes.have(bit), shapes, columns[number])
            for bit, number in wanted.bits.items()
        }
        times = len(self._dialect.time)
        rows = Rows(
            classes,
            starts,
            {bit: found[bit] for bit in found if bit < times},
            {bit - times: found[bit] for bit in found if bit >= times},
            _texts(data, begins, stops),
        )
        decoded, refused = assemble(rows, self._dialect, table, self._zone, received_ns)
        return Taken(decoded, refused, outline.starts[left], outline.ends[left])

    def _columns(
        self, data: bytes, outline: Outline, wanted: Wanted, good: BoolArray
    ) -> list[Values]:
        """What the wanted keys hold in the good lines; lines that turn out bad are marked so."""
        many, one = self._decoders(wanted)
        parts: list[list[Values]] = [[] for _ in (*wanted.outer, *wanted.inner)]
        begin = 0
        while begin < len(good):
            start = int(outline.starts[begin])
            end = line_end(data, start, len(data))
            stop = int(np.searchsorted(outline.ends, end))
            rows = begin + np.flatnonzero(good[begin:stop])
            lines = data[start:end] if len(rows) == stop - begin else _lines(data, outline, rows)
            try:
                records = many(lines) if len(rows) else []
            except (msgspec.MsgspecError, RecursionError):
                records = []
            if len(records) != len(rows):
                records = _one_by_one(data, outline, rows, one, good)
            if records:
                columns = list(zip(*map(_fields_of, records), strict=True))
                if wanted.inner:
                    columns += zip(*map(_fields_of, columns.pop()), strict=True)
                for gathered, column in zip(parts, columns, strict=True):
                    gathered.append(column)
            begin = stop
        return [each[0] if len(each) == 1 else list(chain.from_iterable(each)) for each in parts]

    def _make_decoders(
        self, wanted: Wanted
    ) -> tuple[Callable[[bytes], list[Any]], Callable[[bytes], Any]]:
        """Decoders of many lines and of one, into structs with just the wanted keys."""
        details = _struct("Details", wanted.inner) if wanted.inner else None
        line = _struct("Line", wanted.outer, wanted.key if details else None, details)
        decoder = msgspec.json.Decoder(line)
        return decoder.decode_lines, decoder.decode


@cache
def _keep_memory() -> None:
    """Let the C library keep freed memory of a few megabytes instead of giving it back at once.

    A block of this size, freed, raises its thresholds for good. Without this each block of lines
    would have its pages taken away and given back, zeroed, at a fifth of the cost of decoding.
    """
    bytearray(24 << 20)


def _struct(
    name: str, keys: tuple[str, ...], details_key: str | None = None, details: Any = None
) -> type[msgspec.Struct]:
    """A struct type with one field for each key, and a last one for the details."""
    fields: list[Any] = [(f"f{index}", PLAIN, None) for index in range(len(keys))]
    renamed = {f"f{index}": key for index, key in enumerate(keys)}
    if details_key:
        fields.append(("details", details, msgspec.field(default_factory=details)))
        renamed["details"] = details_key
    # No cycles can arise from JSON, so the garbage collector need not know these.
    return msgspec.defstruct(name, fields, rename=renamed, gc=False)


def _found(there: BoolArray, closed: BoolArray, shapes: Int64Array, column: Values) -> Found:
    """The values of the lines in which a place counts; of all lines where that is the same."""
    rows = there[shapes].nonzero()[0]
    if len(rows) == len(shapes):
        return Found(None, column)
    if 3 * len(rows) > len(shapes) and not closed[shapes].any():
        return Found(None, column)
    return Found(rows, [column[row] for row in rows.tolist()])


def _texts(data: bytes, begins: Int64Array, stops: Int64Array) -> pa.Array:
    """Stretches of *data* as texts, straight from its bytes; null where they are `{}` or less."""
    # One array of these and of what stands between them, of which every second is taken.
    offsets = np.empty(2 * len(begins) + 1, np.int64)
    offsets[:-1:2] = begins
    offsets[1::2] = stops
    offsets[-1] = stops[-1]
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    everything = pa.Array.from_buffers(pa.large_string(), len(offsets) - 1, buffers)
    return everything.take(pa.array(np.arange(0, len(offsets) - 1, 2), mask=stops - begins <= 2))


def _lines(data: bytes, outline: Outline, rows: Int64Array) -> bytes:
    """The bytes of some lines."""
    starts, ends = outline.starts[rows].tolist(), outline.ends[rows].tolist()
    return b"".join([data[start : end + 1] for start, end in zip(starts, ends, strict=True)])


def _one_by_one(
    data: bytes, outline: Outline, rows: Int64Array, decode: Callable[[bytes], Any], good: BoolArray
) -> list[Any]:
    """Decode lines singly, because one of them is bad; the bad ones are marked."""
    records = []
    for row in rows.tolist():
        try:
            records.append(decode(data[outline.starts[row] : outline.ends[row]]))
        except (msgspec.MsgspecError, RecursionError):
            good[row] = False
    return records


def _mark_bad_utf8(data: bytes, outline: Outline) -> None:
    """Mark lines with bytes that are no UTF-8 as odd."""
    begin = 0
    while begin < len(data):
        try:
            data[begin:].decode("utf-8")
        except UnicodeDecodeError as e:
            line = int(np.searchsorted(outline.ends, begin + e.start))
            outline.odd[line] = True
            begin = int(outline.ends[line]) + 1
        else:
            return
