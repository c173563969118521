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
from data_sources.lines.outline import Int64Array, Outline
from data_sources.lines.strict import BadLineError, parse_line

STRICT: Final = -1
"""The class number of lines that must be parsed strictly one by one."""
LIMIT: Final = 65_536
_LAST: Final = 2**64 - 1
_OPEN, _CLOSE, _QUOTE = b'{}"'
_NEVER: Final = 0
"""The shape of odd lines whose like was not met yet."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must be taken out of lines of some shapes.

    times    numbers of time keys (in the dialect) that are there
    fields   numbers of loose places that stand in the record itself
    details  numbers of loose places that stand in its details
    key      the key of the details object; None where there is none
    """

    times: tuple[int, ...]
    fields: tuple[int, ...]
    details: tuple[int, ...]
    key: str | None


class Shapes:
    """Remembers shapes by the numbers that outlines give to lines.

    Args:
        dialect: what the lines are read as.
        classifier: says what class a record is of.
    """

    def __init__(self, dialect: Dialect, classifier: Classifier) -> None:
        self._dialect = dialect
        self._classify = classifier
        self._simple = _bits(dialect.time, 0) | _bits(
            (place.path for place in dialect.loose), len(dialect.time)
        )
        self._wanted: dict[tuple[int, str | None], Wanted] = {}
        self.clear()

    def clear(self) -> None:
        """Forget all shapes, because their class numbers are no longer true."""
        self._numbers: dict[int, int] = {}
        self._classes: list[int] = []
        self._masks: list[int] = []
        self._keys: list[str | None] = []
        self._opens: list[int] = []
        self._closes: list[int] = []
        self._add(_LAST, STRICT, 0, None, (0, 0))
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

    def classes(self, shapes: Int64Array) -> IntArray:
        """The class numbers of lines of these shapes."""
        return np.array(self._classes, np.int32)[shapes]

    def details(self, outline: Outline, shapes: Int64Array) -> tuple[Int64Array, Int64Array]:
        """Where the details object of each line begins and ends; twice the same without one."""
        opens = outline.first + np.array(self._opens, np.int64)[shapes]
        closes = outline.first + np.array(self._closes, np.int64)[shapes]
        begins = outline.places[opens]
        stops = outline.places[closes] + (closes > opens)
        return begins, stops

    def wanted(self, shapes: Int64Array) -> Wanted | None:
        """What must be taken out of lines of these shapes; None when their details differ in key."""
        mask = 0
        keys = set()
        for shape in np.flatnonzero(np.bincount(shapes)).tolist():
            mask |= self._masks[shape]
            keys.add(self._keys[shape])
        keys.discard(None)
        if len(keys) > 1:
            return None
        key = keys.pop() if keys else None
        found = self._wanted.get((mask, key))
        if found is None:
            found = self._wanted[mask, key] = self._unpacked(mask, key)
        return found

    def _unpacked(self, mask: int, key: str | None) -> Wanted:
        times = len(self._dialect.time)
        places = range(len(self._dialect.loose))
        inside = [place.path.in_details for place in self._dialect.loose]
        there = [index for index in places if mask >> (times + index) & 1]
        return Wanted(
            tuple(index for index in range(times) if mask >> index & 1),
            tuple(index for index in there if not inside[index]),
            tuple(index for index in there if inside[index]),
            key,
        )

    def _learn(
        self, number: int, data: bytes, outline: Outline, row: int, table: ClassTable
    ) -> None:
        line = data[int(outline.starts[row]) : int(outline.ends[row])].rstrip(b"\r")
        try:
            record = record_of(parse_line(line), self._dialect)
        except BadLineError:
            self._add(number, STRICT, 0, None, (0, 0))
            return
        line_class = self._classify(record)
        mask = self._present(record, line_class)
        key = next(
            (k for k in self._dialect.details if record.fields.get(k) is record.details), None
        )
        # Beside a details object another of its names may hold something else: rare, so strictly.
        unclear = record.wrapped or any(
            k in record.fields for k in self._dialect.details if k != key
        )
        inside = _braces_of(record.details, record.fields, outline, data, row)
        if unclear or mask is None or inside is None:
            self._add(number, STRICT, 0, None, (0, 0))
        else:
            self._add(number, table.number(line_class), mask, key, inside)

    def _add(
        self, number: int, class_number: int, mask: int, key: str | None, inside: tuple[int, int]
    ) -> None:
        self._numbers[number] = len(self._classes)
        self._classes.append(class_number)
        self._masks.append(mask)
        self._keys.append(key)
        self._opens.append(inside[0])
        self._closes.append(inside[1])

    def _present(self, record: Record, line_class: LineClass) -> int | None:
        """Which time keys and loose places exist and count, as bits; None when one lies too deep."""
        mask = 0
        times = self._dialect.time
        for index, path in enumerate(times):
            mask |= path.find(record)[0] << index
        for index, place in enumerate(self._dialect.loose, start=len(times)):
            if line_class.open[index - len(times)]:
                mask |= place.path.find(record)[0] << index
        return mask if mask & ~self._simple == 0 else None


def _bits(paths: Any, shift: int) -> int:
    """Bits of the paths of a single key."""
    found = 0
    for index, path in enumerate(paths):
        assert isinstance(path, KeyPath)
        if len(path.steps) == 1:
            found |= 1 << (shift + index)
    return found


def _seen(outline: Outline, data: bytes, row: int) -> Iterator[tuple[int, int]]:
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
    seen = _seen(outline, data, row)
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
