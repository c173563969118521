"""What is known about each shape of line, found out strictly at the first line that has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from data_sources.dialects.dialect import Dialect
from data_sources.dialects.key_path import WHOLE, Record
from data_sources.lines.class_table import ClassTable, IntArray
from data_sources.lines.classify import Classifier, record_of
from data_sources.lines.outline import Int64Array, Outline
from data_sources.lines.strict import BadLineError, parse_line

STRICT: Final = -1
"""The class number of lines that must be parsed strictly one by one."""
LIMIT: Final = 65_536
NOWHERE: Final = -1
_LAST: Final = 2**64 - 1
_NEVER: Final = 0
"""The shape of odd lines whose like was not met yet."""
_OPEN, _CLOSE, _QUOTE = b'{}"'


class Shapes:
    """Remembers shapes by the numbers that outlines give to lines.

    A *bit* stands for a time key of the dialect or, after all of these, for a loose place.

    Args:
        dialect: what the lines are read as.
        classifier: says what class a record is of.
    """

    def __init__(self, dialect: Dialect, classifier: Classifier) -> None:
        self._dialect = dialect
        self._classify = classifier
        self._paths = [*dialect.time, *(place.path for place in dialect.loose)]
        self.clear()

    def clear(self) -> None:
        """Forget all shapes, because their class numbers are no longer true."""
        self._numbers: dict[int, int] = {}
        self._shapes: list[_Shape] = []
        self._add(_LAST, self._strict())
        self._sort()

    @property
    def full(self) -> bool:
        """Whether so many shapes are known that it is time to forget them."""
        return len(self._shapes) >= LIMIT

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
                self._add(number, self._learned(data, outline, row, table))
            self._sort()

    def classes(self, shapes: Int64Array) -> IntArray:
        """The class numbers of lines of these shapes."""
        return self._classes[shapes]

    def details(self, outline: Outline, shapes: Int64Array) -> tuple[Int64Array, Int64Array]:
        """Where the details object of each line begins and ends; twice the same without one."""
        opens = outline.first + self._opens[shapes]
        closes = outline.first + self._closes[shapes]
        begins = outline.places[opens]
        stops = outline.places[closes] + (closes > opens)
        return begins, stops

    def bits(self, shapes: Int64Array) -> list[int]:
        """The bits that any of these lines has."""
        used = np.bincount(shapes, minlength=len(self._shapes)).nonzero()[0]
        found: list[int] = (self._at[:, used] != NOWHERE).any(axis=1).nonzero()[0].tolist()
        return found

    def tokens(self, bit: int, shapes: Int64Array) -> tuple[Int64Array, Int64Array]:
        """Which token of each line is the key of a bit, and how long the next key is.

        Returns:
            The number of the token in its line, `NOWHERE` where the line has none or it does not
            count there; and the length of the next key with one quote, 0 before a brace.
        """
        return self._at[bit].take(shapes), self._next[bit].take(shapes)

    def _add(self, number: int, shape: _Shape) -> None:
        self._numbers[number] = len(self._shapes)
        self._shapes.append(shape)

    def _sort(self) -> None:
        numbers = np.array(list(self._numbers), np.uint64)
        order = np.argsort(numbers)
        shapes = self._shapes
        self._sorted = numbers[order]
        self._shape_at = np.array(list(self._numbers.values()), np.int64)[order]
        self._classes = np.array([shape.class_number for shape in shapes], np.int32)
        self._opens = np.array([shape.details[0] for shape in shapes], np.int64)
        self._closes = np.array([shape.details[1] for shape in shapes], np.int64)
        self._at = np.array([shape.at for shape in shapes], np.int64).T.copy()
        self._next = np.array([shape.next for shape in shapes], np.int64).T.copy()

    def _strict(self) -> _Shape:
        nothing = [NOWHERE] * len(self._paths)
        return _Shape(STRICT, at=nothing, next=nothing)

    def _learned(self, data: bytes, outline: Outline, row: int, table: ClassTable) -> _Shape:
        line = data[int(outline.starts[row]) : int(outline.ends[row])].rstrip(b"\r")
        try:
            record = record_of(parse_line(line), self._dialect)
        except BadLineError:
            return self._strict()
        line_class = self._classify(record)
        seen = _see(record, outline, data, row)
        # Beside a details object another of its names may hold something else: rare, so strictly.
        key = next((k for k in self._dialect.details if _is(record, k)), None)
        unclear = any(name in record.fields for name in self._dialect.details if name != key)
        if record.wrapped or unclear or seen is None or self._has_texts(record):
            return self._strict()
        shape = _Shape(table.number(line_class), seen.details if record.details else (0, 0))
        counting = (*([True] * len(self._dialect.time)), *line_class.open)
        for path, counts in zip(self._paths, counting, strict=True):
            deep = len(path.steps) > 1
            if deep and counts and path.find(record)[0]:
                return self._strict()
            token = seen.keys.get((path.in_details, path.keys[0])) if counts and not deep else None
            shape.at.append(NOWHERE if token is None else token)
            shape.next.append(0 if token is None else seen.lengths[token + 1])
        return shape

    def _has_texts(self, record: Record) -> bool:
        """Whether patterns look into a text of the record: what they see is no shape."""
        keys = (key for pattern in self._dialect.texts for key in pattern.keys)
        return any(key in record.fields for key in keys)


@dataclass(slots=True)
class _Shape:
    class_number: int
    details: tuple[int, int] = (0, 0)
    at: list[int] = field(default_factory=list)
    next: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Seen:
    """The tokens of a line, once they proved to be what is there.

    details  which are the braces of the details object; (0, 0) when there is none
    keys     (in the details?, name) → which token
    lengths  of each token: bytes of a key's name and one quote, 0 for a brace
    """

    details: tuple[int, int]
    keys: dict[tuple[bool, str], int]
    lengths: list[int]


def _is(record: Record, name: str) -> bool:
    value = record.fields if name == WHOLE else record.fields.get(name)
    return value is record.details


def _see(record: Record, outline: Outline, data: bytes, row: int) -> _Seen | None:
    """Compare what the outline saw of a line with what is there.

    None when it did not see just that, key by key and brace by brace: a brace inside a text, a key
    with an escape, a blank before a colon.
    """
    first = int(outline.first[row])
    stop = first + int(outline.tokens[row]) - 1
    chars, places = outline.chars[first:stop].tolist(), outline.places[first:stop].tolist()
    expected = list(_tokens(record.fields))
    if len(expected) != len(chars):
        return None
    details = [0, 0]
    keys: dict[tuple[bool, str], int] = {}
    lengths = []
    for token, (char, owner, key) in enumerate(expected):
        name = b'"' + key.encode() + b'"'
        end = places[token] + 1
        if char != chars[token] or (char == _QUOTE and data[end - len(name) : end] != name):
            return None
        lengths.append(len(name) - 1 if char == _QUOTE else 0)
        if char != _QUOTE:
            details[char == _CLOSE] = token if owner is record.details else details[char == _CLOSE]
            continue
        if owner is record.fields:
            keys[False, key] = token
        if owner is record.details:
            keys[True, key] = token
    return _Seen((details[0], details[1]), keys, lengths)


def _tokens(value: Any) -> Iterator[tuple[int, dict[str, Any], str]]:
    """What an outline should see of a value: a character, its object, and the key if it is one."""
    if isinstance(value, dict):
        yield _OPEN, value, ""
        for key, inner in value.items():
            yield _QUOTE, value, key
            yield from _tokens(inner)
        yield _CLOSE, value, ""
    elif isinstance(value, list):
        for inner in value:
            yield from _tokens(inner)
