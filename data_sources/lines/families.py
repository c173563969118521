"""What is known of lines with the same keys and braces in the same order, whatever their words.

A line whose number was not met yet may still be like others in all but a word that is only copied.
Then it need not be parsed: its words are cut out where they stood in the first line of its family.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, NamedTuple

import msgspec

from data_sources.dialects.dialect import Dialect
from data_sources.dialects.key_path import WHOLE, KeyPath, Record
from data_sources.lines.class_table import ClassTable
from data_sources.lines.classifier import ABSENT, Classifier
from data_sources.lines.classify import LineClass, record_of
from data_sources.lines.layouts import NOWHERE, Layout, Layouts
from data_sources.lines.outline import Outline, Outliner
from data_sources.lines.parents import (
    holds_objects,
    is_object,
    leads_through_lists,
    parents_of,
    value_at,
)
from data_sources.lines.seen import Seen, see, sees_more
from data_sources.lines.strict import BadLineError, parse_line, parse_value

STRICT: Final = -1
"""The class number of lines that must be parsed strictly one by one."""
LIMIT: Final = 4_096
_QUOTE: Final = ord('"')

_text: Final = msgspec.json.Decoder(str).decode


class Shape(NamedTuple):
    """The class number of a line, and the number of its layout."""

    class_number: int
    layout: int


_BY_ITSELF: Final = Shape(STRICT, 0)


class Families:
    """Learns the shapes of lines.

    Args:
        dialect: what the lines are read as.
        classifier: says what class a record is of.
        exact: whether the outlines of the lines are exact.

    Attributes:
        layouts: where values stand in lines of the shapes learned.
        misled: whether a text of a line was taken for structure: exact outlines would help.
    """

    def __init__(self, dialect: Dialect, classifier: Classifier, *, exact: bool = False) -> None:
        self._dialect = dialect
        self._classify = classifier
        self._outliner = Outliner((), exact=exact)
        self.misled = False
        self._paths = [*dialect.time, *(place.path for place in dialect.loose)]
        self._parents = parents_of(dialect)
        self._listed = [leads_through_lists(path) for path in self._paths]
        # What stands behind an index cannot be cut out of a line without parsing it.
        self._alone = any(self._listed) or any(map(_turns_back, classifier.paths))
        self.layouts = Layouts(len(self._paths), len(self._parents))
        self._known: dict[int, _Family] = {}

    @property
    def full(self) -> bool:
        """Whether so many families are known that it is time to forget them."""
        return len(self._known) >= LIMIT or len(self.layouts) >= LIMIT

    def learn(
        self, data: bytes, outline: Outline, rows: list[int], table: ClassTable
    ) -> list[Shape]:
        """The shapes of these lines of a block."""
        lines = [data[outline.starts[row] : outline.ends[row] + 1] for row in rows]
        numbers = self._outliner.outline(b"".join(lines)).numbers.tolist()
        found = []
        for row, line, number in zip(rows, lines, numbers, strict=True):
            family = self._known.get(number)
            shape = None if family is None else self._alike(family, data, outline, row, table)
            if shape is None:
                shape = self._strictly(line, number, data, outline, row, table)
            found.append(shape)
        self.layouts.spread()
        return found

    def _alike(
        self, family: _Family, data: bytes, outline: Outline, row: int, table: ClassTable
    ) -> Shape | None:
        """The shape of a line by what is known of its family; None when that does not tell."""
        if family.strict:
            return _BY_ITSELF
        first = int(outline.first[row])
        places = outline.places[first : first + int(outline.tokens[row])].tolist()
        values = family.values_in(data, places)
        found = None if values is None else self._classify.known(values)
        layout = None if found is None else family.layouts.get(found.open)
        if found is None or layout is None:
            return None
        return Shape(table.number(found), layout)

    def _strictly(
        self, line: bytes, number: int, data: bytes, outline: Outline, row: int, table: ClassTable
    ) -> Shape:
        """The shape of a line by parsing it; what holds for its family is remembered."""
        try:
            record = record_of(parse_line(line.rstrip(b"\r\n")), self._dialect)
        except BadLineError:
            return _BY_ITSELF
        seen = see(record, outline, data, row)
        self.misled |= seen is None and sees_more(record, outline, row)
        if seen is None or record.wrapped or self._has_texts(record):
            self._known[number] = _Family(strict=True)
            return _BY_ITSELF
        line_class = self._classify(record)
        layout = self._layout(record, seen, line_class)
        if layout is None or self._unclear(record):
            return _BY_ITSELF
        shape = Shape(table.number(line_class), self.layouts.number(layout))
        family = self._known.get(number)
        if family is None:
            first = int(outline.first[row])
            places = outline.places[first : first + int(outline.tokens[row])].tolist()
            family = None if self._alone else self._family(record, seen, data, places)
        if family is not None:
            self._known[number] = family
            family.layouts[line_class.open] = shape.layout
        return shape

    def _unclear(self, record: Record) -> bool:
        """Whether another of the names of a details object may hold something else beside it."""
        key = next((k for k in self._dialect.details if _is(record, k)), None)
        return any(name in record.fields for name in self._dialect.details if name != key)

    def _has_texts(self, record: Record) -> bool:
        """Whether patterns look into a text of the record: what they see is no shape."""
        keys = (key for pattern in self._dialect.texts for key in pattern.keys)
        return any(key in record.fields for key in keys)

    def _layout(self, record: Record, seen: Seen, line_class: LineClass) -> Layout | None:
        """Where the values of the line stand; None where an outline cannot tell."""
        if any(holds_objects(value_at(record, parent)) for parent in self._parents):
            return None
        counting = (*([True] * len(self._dialect.time)), *line_class.open)
        at, next_lengths = [], []
        for path, listed, counts in zip(self._paths, self._listed, counting, strict=True):
            if listed and counts and path.find(record)[0]:
                return None
            token = seen.keys.get((path.in_details, path.keys)) if counts and not listed else None
            at.append(NOWHERE if token is None else token)
            next_lengths.append(0 if token is None else seen.lengths[token + 1])
        objects = [
            seen.keys[parent] if is_object(record, parent) else NOWHERE for parent in self._parents
        ]
        details = seen.details if record.details else (0, 0)
        return Layout(details, tuple(at), tuple(next_lengths), tuple(objects))

    def _family(self, record: Record, seen: Seen, data: bytes, places: list[int]) -> _Family | None:
        family = _Family(values=self._classify.values(record))
        for index, path in enumerate(self._classify.paths):
            token = seen.keys.get((path.in_details, path.keys))
            if token is None:
                continue
            value = value_at(record, (path.in_details, path.keys))
            steps = tuple(step for step in path.steps if isinstance(step, int))
            behind = seen.lengths[token + 1]
            if isinstance(value, dict) or holds_objects(value):
                if steps and not isinstance(value, dict):
                    return None
                family.fixed.append((token, _cut(data, places, token, behind)))
            else:
                family.holes.append(_Hole(index, token, behind, steps))
        return family


class _Hole(NamedTuple):
    """A value that differs from line to line.

    value   which of the values
    token   the key before it
    behind  how long the next key is, with one quote; 0 before a brace
    steps   the way into it, where it is a list
    """

    value: int
    token: int
    behind: int
    steps: tuple[int, ...]


@dataclass(slots=True)
class _Family:
    """Lines with the same keys and braces.

    strict   whether each must be parsed by itself
    values   what stands at the paths of the classifier, as in the first line
    holes    which of these are to be taken from the line
    fixed    keys before an object or a list of them, and what stands between
    layouts  which places count → the number of their layout
    """

    strict: bool = False
    values: list[Any] = field(default_factory=list)
    holes: list[_Hole] = field(default_factory=list)
    fixed: list[tuple[int, bytes]] = field(default_factory=list)
    layouts: dict[tuple[bool, ...], int] = field(default_factory=dict)

    def values_in(self, data: bytes, places: list[int]) -> list[Any] | None:
        """What stands at the paths in a line; None where that cannot be cut out of it."""
        for token, before in self.fixed:
            if _cut(data, places, token, 0) != before:
                return None
        values = self.values.copy()
        for index, token, behind, steps in self.holes:
            cut = _cut(data, places, token, behind)
            try:
                value = _text(cut) if cut[0] == _QUOTE else parse_value(cut)
            except (msgspec.MsgspecError, BadLineError, IndexError):
                return None
            for step in steps:
                there = isinstance(value, list) and step < len(value)
                value = value[step] if there else ABSENT
            values[index] = value
        return values


def _cut(data: bytes, places: list[int], token: int, behind: int) -> bytes:
    """The bytes of a value: from its key to the next token, or to the comma before the next key."""
    cut = data[places[token] + 2 : places[token + 1] - behind].strip()
    return cut[:-1] if behind and cut.endswith(b",") else cut


def _turns_back(path: KeyPath) -> bool:
    """Whether the path goes on to a key behind an index."""
    return any(isinstance(a, int) and isinstance(b, str) for a, b in pairwise(path.steps))


def _is(record: Record, name: str) -> bool:
    value = record.fields if name == WHOLE else record.fields.get(name)
    return value is record.details
