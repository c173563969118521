"""What is known about each shape of line, found out strictly at the first line that has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from data_sources.dialects.dialect import Dialect
from data_sources.dialects.key_path import KeyPath, Record
from data_sources.lines.class_table import ClassTable, IntArray
from data_sources.lines.classify import Classifier, LineClass, record_of
from data_sources.lines.outline import BoolArray, Int64Array, Outline
from data_sources.lines.strict import BadLineError, parse_line

STRICT: Final = -1
"""The class number of lines that must be parsed strictly one by one."""
LIMIT: Final = 65_536
_LAST: Final = 2**64 - 1
_OPEN, _CLOSE, _QUOTE = b'{}"'
_NEVER: Final = 0
"""The shape of odd lines whose like was not met yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What must be taken out of lines of some shapes.

    key    the key of the details object; None where there is none
    outer  keys to take out of the record itself
    inner  keys to take out of its details
    bits   time key or loose place, as in a shape → its number among the outer and inner keys
    """

    key: str | None
    outer: tuple[str, ...]
    inner: tuple[str, ...]
    bits: dict[int, int]


class Shapes:
    """Remembers shapes by the numbers that outlines give to lines.

    Args:
        dialect: what the lines are read as.
        classifier: says what class a record is of.
    """

    def __init__(self, dialect: Dialect, classifier: Classifier) -> None:
        self._dialect = dialect
        self._classify = classifier
        self._simple = _simple_bits(dialect.time, 0) | _simple_bits(
            (place.path for place in dialect.loose), len(dialect.time)
        )
        self._wanted: dict[tuple[int, str | None], Wanted] = {}
        self.clear()

    def clear(self) -> None:
        """Forget all shapes, because their class numbers are no longer true."""
        self._numbers: dict[int, int] = {}
        self._classes: list[int] = []
        self._masks: list[int] = []
        self._closed_masks: list[int] = []
        self._keys: list[str | None] = []
        self._opens: list[int] = []
        self._closes: list[int] = []
        self._add(_LAST, STRICT, (0, 0), None, (0, 0))
        self._sort()

    @property
    def full(self) -> bool:
        """Whether so many shapes are known that it is time to forget them."""
        return len(self._classes) >= LIMIT

    def of(self, data: bytes, outline: Outline, table: ClassTable) -> Int64Array:
        """The shape of each line; new ones are looked at strictly."""
        while True:
            at = np.searchsorted(self._sorted, outline.numbers)
            unknown = self._sorted[at] != outline.numbers
            new = np.flatnonzero(unknown & ~outline.odd)
            if not len(new):
                return np.where(unknown, _NEVER, self._shape_at[at])
            rows: dict[int, int] = {}
            for row in new.tolist():
                rows.setdefault(int(outline.numbers[row]), row)
            for number, row in rows.items():
                self._learn(number, data, outline, row, table)
            self._sort()

    def _sort(self) -> None:
        numbers = np.array(list(self._numbers), np.uint64)
        order = np.argsort(numbers)
        self._sorted = numbers[order]
        self._shape_at = np.array(list(self._numbers.values()), np.int64)[order]
        self._have = self._bits(self._masks)
        self._closed = self._bits(self._closed_masks)

    def _bits(self, masks: list[int]) -> BoolArray:
        """Bits of the shapes, one row a shape."""
        width = len(self._dialect.time) + len(self._dialect.loose)
        size = (width + 7) // 8
        data = b"".join([mask.to_bytes(size, "little") for mask in masks])
        rows = np.frombuffer(data, np.uint8).reshape(-1, size)
        return np.unpackbits(rows, axis=1, bitorder="little", count=width).astype(np.bool_)

    def classes(self, shapes: Int64Array) -> IntArray:
        """The class numbers of lines of these shapes."""
        return np.array(self._classes, np.int32)[shapes]

    def have(self, bit: int) -> tuple[BoolArray, BoolArray]:
        """Whether each shape has a time key or, after all of these, a loose place.

        Returns:
            Where it is and counts, and where it is and does not count.
        """
        return self._have[:, bit], self._closed[:, bit]

    def details(self, outline: Outline, shapes: Int64Array) -> tuple[Int64Array, Int64Array]:
        """Where the details object of each line begins and ends; twice the same without one."""
        opens = outline.first + np.array(self._opens, np.int64)[shapes]
        closes = outline.first + np.array(self._closes, np.int64)[shapes]
        begins = outline.places[opens]
        stops = outline.places[closes] + (closes > opens)
        return begins, stops

    def wanted(self, shapes: Int64Array, good: BoolArray) -> Wanted:
        """What must be taken out of good lines of these shapes.

        Where details stand behind different keys, the lines of the rarer keys are marked as not
        good: nothing can be taken out of both at once.
        """
        counts = np.bincount(shapes[good])
        lines: dict[str, int] = {}
        used = np.flatnonzero(counts).tolist()
        for shape in used:
            key = self._keys[shape]
            if key is not None:
                lines[key] = lines.get(key, 0) + int(counts[shape])
        common = max(lines, key=lambda key: lines[key], default=None)
        if len(lines) > 1:
            used = [shape for shape in used if self._keys[shape] in (None, common)]
            good &= np.isin(shapes, used)
        mask = 0
        for shape in used:
            mask |= self._masks[shape]
        found = self._wanted.get((mask, common))
        if found is None:
            found = self._wanted[mask, common] = self._unpacked(mask, common)
        return found

    def _unpacked(self, mask: int, key: str | None) -> Wanted:
        paths = [*self._dialect.time, *(place.path for place in self._dialect.loose)]
        there = {bit: path for bit, path in enumerate(paths) if mask >> bit & 1}
        # A key may be read by more than one place; it is taken out once.
        outer = dict.fromkeys(p.keys[0] for p in there.values() if not p.in_details)
        inner = dict.fromkeys(p.keys[0] for p in there.values() if p.in_details)
        numbers = {(False, name): number for number, name in enumerate(outer)}
        numbers |= {(True, name): len(outer) + number for number, name in enumerate(inner)}
        bits = {bit: numbers[path.in_details, path.keys[0]] for bit, path in there.items()}
        return Wanted(key, tuple(outer), tuple(inner), bits)

    def _learn(
        self, number: int, data: bytes, outline: Outline, row: int, table: ClassTable
    ) -> None:
        line = data[int(outline.starts[row]) : int(outline.ends[row])].rstrip(b"\r")
        try:
            record = record_of(parse_line(line), self._dialect)
        except BadLineError:
            self._add(number, STRICT, (0, 0), None, (0, 0))
            return
        line_class = self._classify(record)
        masks = self._present(record, line_class)
        key = next(
            (k for k in self._dialect.details if record.fields.get(k) is record.details), None
        )
        # Beside a details object another of its names may hold something else: rare, so strictly.
        others = [name for name in self._dialect.details if name != key]
        unclear = record.wrapped or any(name in record.fields for name in others)
        inside = _braces_of(record.details, record.fields, outline, data, row)
        if unclear or masks is None or inside is None:
            self._add(number, STRICT, (0, 0), None, (0, 0))
        else:
            self._add(number, table.number(line_class), masks, key, inside)

    def _add(
        self,
        number: int,
        class_number: int,
        masks: tuple[int, int],
        key: str | None,
        inside: tuple[int, int],
    ) -> None:
        self._numbers[number] = len(self._classes)
        self._classes.append(class_number)
        self._masks.append(masks[0])
        self._closed_masks.append(masks[1])
        self._keys.append(key)
        self._opens.append(inside[0])
        self._closes.append(inside[1])

    def _present(self, record: Record, line_class: LineClass) -> tuple[int, int] | None:
        """Which time keys and loose places exist, as bits; None when one is too deep.

        Returns:
            Those that count, and those that do not.
        """
        counting = closed = 0
        times = self._dialect.time
        for bit, path in enumerate(times):
            counting |= path.find(record)[0] << bit
        for index, place in enumerate(self._dialect.loose):
            if place.path.find(record)[0]:
                bit = 1 << len(times) + index
                counting, closed = (
                    (counting | bit, closed) if line_class.open[index] else (counting, closed | bit)
                )
        return (counting, closed) if counting & ~self._simple == 0 else None


def _simple_bits(paths: Any, shift: int) -> int:
    """Bits of the paths of a single key."""
    found = 0
    for index, path in enumerate(paths):
        assert isinstance(path, KeyPath)
        if len(path.steps) == 1:
            found |= 1 << (shift + index)
    return found


def _seen(outline: Outline, row: int) -> Iterator[tuple[int, int]]:
    """The character and the place of each token of a line, its newline left out."""
    first = int(outline.first[row])
    stop = first + int(outline.tokens[row]) - 1
    chars = outline.chars[first:stop].tolist()
    return zip(chars, outline.places[first:stop].tolist(), strict=True)


def _braces_of(
    details: dict[str, Any], fields: dict[str, Any], outline: Outline, data: bytes, row: int
) -> tuple[int, int] | None:
    """Which tokens of a line are the braces of its details object; (0, 0) when it has none.

    None when the outline did not see just what is there, key by key and brace by brace: a brace
    inside a text, a key with an escape, a blank before a colon.
    """
    inside = [0, 0]
    seen = _seen(outline, row)
    for number, expected in enumerate(_tokens(fields)):
        char, place = next(seen, (0, 0))
        if isinstance(expected, str):
            name = b'"' + expected.encode() + b'"'
            if char != _QUOTE or data[place + 1 - len(name) : place + 1] != name:
                return None
        elif char != (_OPEN if expected[0] else _CLOSE):
            return None
        elif expected[1] is details:
            inside[not expected[0]] = number
    return (inside[0], inside[1]) if next(seen, None) is None else None


def _tokens(value: Any) -> Iterator[str | tuple[bool, dict[str, Any]]]:
    """What an outline should see of a value: keys, and (opens, object) for each brace."""
    if isinstance(value, dict):
        yield True, value
        for key, inner in value.items():
            yield key
            yield from _tokens(inner)
        yield False, value
    elif isinstance(value, list):
        for inner in value:
            yield from _tokens(inner)
