"""Decodes many lines at once, and knows which lines must be parsed one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa

from data_sources.dialects.dialect import ID_COLUMNS, NUMBER_COLUMNS, Dialect
from data_sources.lines.class_table import ClassTable, IntArray
from data_sources.lines.classifier import Classifier
from data_sources.lines.classify import class_keys
from data_sources.lines.decoded import Columns, Int64Array
from data_sources.lines.families import STRICT
from data_sources.lines.layouts import NOWHERE
from data_sources.lines.outline import BoolArray, Outline, Outliner, line_end
from data_sources.lines.parents import objects_behind
from data_sources.lines.rows import Found, Rows, assemble, with_fallback
from data_sources.lines.shapes import Shapes
from data_sources.lines.slices import Block, Slices


class _Nothing(msgspec.Struct, gc=False):
    """An object of which nothing is taken: its grammar is checked, and that is all."""


_COLON, _BLANK = b": "

_objects: Final = msgspec.json.Decoder(_Nothing).decode_lines
_object: Final = msgspec.json.Decoder(_Nothing).decode


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
    """Decodes lines by their outline.

    The outline tells the class of each line, and where its time, ids and numbers stand; a JSON
    decoder that takes nothing checks the grammar of all of it.

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
        if self._shapes.misled():
            self._outliner.exact = True
            return self.decode(data, table, received_ns)
        classes = self._shapes.classes(shapes)
        good = classes != STRICT
        good &= ~outline.odd
        layouts = self._shapes.layout_numbers(shapes)
        begins, stops = self._shapes.layouts.details(outline, layouts)
        _mark_lists(data, outline, begins, stops, good)
        self._mark_parents(data, outline, layouts, good)
        _mark_malformed(data, outline, good)
        block = Block(data, outline)
        found = self._found(block, outline, layouts, good)
        while found is None:
            found = self._found(block, outline, layouts, good)
        left = np.flatnonzero(~good)
        if len(left) == len(good):
            return Taken(None, [], outline.starts, outline.ends)
        starts = outline.starts[good]
        rows = Rows(
            classes[good],
            starts,
            self._times(block, found),
            self._numbers(block, found),
            self._words(block, found, starts, table, classes[good]),
            block.texts(begins[good], stops[good], shortest=3),
        )
        decoded, refused = assemble(rows, self._dialect, self._zone, received_ns)
        return Taken(decoded, refused, outline.starts[left], outline.ends[left])

    def _mark_parents(
        self, data: bytes, outline: Outline, layouts: Int64Array, good: BoolArray
    ) -> None:
        """Mark lines with a list where their shape had an object as not good."""
        array = np.frombuffer(data, np.uint8)
        for tokens in self._shapes.layouts.parents(layouts):
            rows = (tokens != NOWHERE).nonzero()[0]
            keys = outline.first[rows] + tokens[rows]
            good[rows[~objects_behind(array, outline.places, keys)]] = False

    def _found(
        self, block: Block, outline: Outline, layouts: Int64Array, good: BoolArray
    ) -> dict[int, Slices] | None:
        """Where the values of all bits stand in the good lines.

        None when some lines turned out to be not so good: then all must be asked again.
        """
        layouts, first = layouts[good], outline.first[good]
        where = self._shapes.layouts
        found = {}
        bad: list[Int64Array] = []
        for bit in where.bits(layouts) if len(layouts) else ():
            tokens, lengths = where.tokens(bit, layouts)
            rows = (tokens != NOWHERE).nonzero()[0]
            at = first[rows] + tokens[rows]
            is_time = bit < len(self._dialect.time)
            found[bit], wrong = block.slices(rows, at, lengths[rows], plain_only=is_time)
            if len(wrong):
                bad.append(wrong)
        if bad:
            good[good.nonzero()[0][np.unique(np.concatenate(bad))]] = False
            return None
        return found

    def _times(self, block: Block, found: dict[int, Slices]) -> dict[int, Found]:
        times = {bit: found[bit] for bit in found if bit < len(self._dialect.time)}
        values: dict[int, Any] = {bit: block.integers(slices) for bit, slices in times.items()}
        return {
            bit: Found(slices.rows, block.values(slices) if values[bit] is None else values[bit])
            for bit, slices in times.items()
        }

    def _numbers(self, block: Block, found: dict[int, Slices]) -> dict[int, Found]:
        places = self._places(found, NUMBER_COLUMNS)
        return {place: block.numbers(slices) for place, slices in places.items()}

    def _words(
        self,
        block: Block,
        found: dict[int, Slices],
        starts: Int64Array,
        table: ClassTable,
        classes: IntArray,
    ) -> dict[str, pa.Array]:
        texts = {}
        for column in ID_COLUMNS:
            places = self._places(found, (column,))
            if places:
                loose = self._dialect.loose
                texts[column] = block.words([(loose[p], s) for p, s in places.items()], starts)
        return with_fallback(texts, classes, table)

    def _places(self, found: dict[int, Slices], columns: Sequence[str]) -> dict[int, Slices]:
        """The loose places of some columns that hold anything, in their order."""
        times = len(self._dialect.time)
        places = [place for column in columns for place in self._dialect.places[column]]
        return {place: found[times + place] for place in places if times + place in found}


@cache
def _keep_memory() -> None:
    """Let the C library keep freed memory of a few megabytes instead of giving it back at once.

    A block of this size, freed, raises its thresholds for good. Without this each block of lines
    would have its pages taken away and given back, zeroed, at a fifth of the cost of decoding.
    """
    bytearray(24 << 20)


def _mark_lists(
    data: bytes, outline: Outline, begins: Int64Array, stops: Int64Array, good: BoolArray
) -> None:
    """Mark lines whose details stand in a list as not good: an outline sees no brackets."""
    inside = ((stops > begins) & (begins > outline.starts)).nonzero()[0]
    array = np.frombuffer(data, np.uint8)
    before = array[begins[inside] - 1]
    blank = before == _BLANK
    before = np.where(blank, array[begins[inside] - 2], before)
    good[inside[before != _COLON]] = False


def _mark_malformed(data: bytes, outline: Outline, good: BoolArray) -> None:
    """Mark lines that are not just one JSON object, whatever stands in it, as not good."""
    begin = 0
    while begin < len(good):
        start = int(outline.starts[begin])
        end = line_end(data, start, len(data))
        stop = int(np.searchsorted(outline.ends, end))
        rows = begin + np.flatnonzero(good[begin:stop])
        lines = data[start:end] if len(rows) == stop - begin else _lines(data, outline, rows)
        try:
            count = len(_objects(lines)) if len(rows) else 0
        except (msgspec.MsgspecError, RecursionError):
            count = -1
        if count != len(rows):
            _mark_one_by_one(data, outline, rows, good)
        begin = stop


def _lines(data: bytes, outline: Outline, rows: Int64Array) -> bytes:
    """The bytes of some lines."""
    starts, ends = outline.starts[rows].tolist(), outline.ends[rows].tolist()
    return b"".join([data[start : end + 1] for start, end in zip(starts, ends, strict=True)])


def _mark_one_by_one(data: bytes, outline: Outline, rows: Int64Array, good: BoolArray) -> None:
    """Mark which of some lines are bad."""
    for row in rows.tolist():
        try:
            _object(data[outline.starts[row] : outline.ends[row]])
        except (msgspec.MsgspecError, RecursionError):
            good[row] = False


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
