"""Bytes of whole lines → columns and the lines set aside."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa

from data_sources.dialects.dialect import NUMBER_COLUMNS, Dialect
from data_sources.lines.class_table import ClassTable
from data_sources.lines.classify import Classifier, record_of
from data_sources.lines.fast import FastWay, Untaken
from data_sources.lines.rows import Columns, Rows, Values, assemble, empty, in_line_order
from data_sources.lines.strict import BadLineError, parse_line

HEAD_BYTES: Final = 256
SMALLEST_BLOCK: Final = 2_048
"""A smaller block that does not decode as a whole is not halved again."""
NEWLINE: Final = 10
TEXT: Final = pa.large_string()


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was set aside: where it starts in the data, how long it is with its newline."""

    offset: int
    length: int
    reason: str
    head: bytes


class StrictWay:
    """Decodes lines one by one, with every check; slow and exact, the measure of the fast way."""

    def __init__(self, dialect: Dialect, zone: dt.tzinfo, classifier: Classifier) -> None:
        self._dialect = dialect
        self._zone = zone
        self._classify = classifier
        self._raw = msgspec.json.Decoder(dict[str, msgspec.Raw])

    def decode(
        self, data: bytes, starts: list[int], ends: list[int], table: ClassTable, received_ns: int
    ) -> tuple[Columns, list[BadLine], int]:
        """Decode the lines that start and end (before the newline) at these offsets of *data*.

        Returns:
            Columns, the lines set aside, and the number of blank lines.
        """
        bad: list[BadLine] = []
        taken: list[tuple[int, int, Any, bytes]] = []
        blank = 0
        for start, end in zip(starts, ends, strict=True):
            line = data[start:end]
            line = line[:-1] if line.endswith(b"\r") else line
            if not line.strip():
                blank += 1
                continue
            try:
                fields = parse_line(line)
            except BadLineError as e:
                bad.append(bad_line(data, start, end, e.reason))
                continue
            record = record_of(fields, self._dialect)
            number = table.number(self._classify(record))
            taken.append((start, number, record, self._details(line, record)))
        columns, refused = self._assembled(taken, table, received_ns)
        stops = dict(zip(starts, ends, strict=True)) if refused else {}
        bad += [bad_line(data, start, stops[start], reason) for start, reason in refused]
        return columns, bad, blank

    def _assembled(
        self, taken: list[tuple[int, int, Any, bytes]], table: ClassTable, received_ns: int
    ) -> tuple[Columns, list[tuple[int, str]]]:
        if not taken:
            return empty(), []
        starts, numbers, records, details = zip(*taken, strict=True)
        loose: dict[int, Values] = {}
        for index, place in enumerate(self._dialect.loose):
            values = place.path.of_all(records)
            if place.column in NUMBER_COLUMNS:
                values = [None if isinstance(value, bool) else value for value in values]
            if any(value is not None for value in values):
                loose[index] = values
        rows = Rows(
            np.array(numbers, np.int32),
            np.array(starts, np.int64),
            [path.of_all(records) for path in self._dialect.time],
            loose,
            pa.array([text.decode() if text != b"{}" else None for text in details], TEXT),
        )
        return assemble(rows, self._dialect, table, self._zone, received_ns)

    def _details(self, line: bytes, record: Any) -> bytes:
        """The details object as it stands in the line.

        Where control characters make the line no JSON to others, it is as we would write it.
        """
        if not record.details:
            return b"{}"
        try:
            raw: Any = self._raw.decode(line)
            if record.wrapped and self._dialect.unwrap is not None:
                inner = self._raw.decode(raw[self._dialect.unwrap[0]])
                raw = {**raw, **inner}
                raw.pop(self._dialect.unwrap[0], None)
            for name in self._dialect.details:
                if isinstance(record.fields.get(name), dict):
                    return bytes(raw[name])
        except (msgspec.MsgspecError, RecursionError):
            pass
        return json.dumps(record.details, ensure_ascii=False).encode()


def bad_line(data: bytes, start: int, end: int, reason: str, base: int = 0) -> BadLine:
    """The record of a line set aside."""
    head = data[start : min(end, start + HEAD_BYTES)]
    return BadLine(base + start, end + 1 - start, reason, head)


class Decoder:
    """Decodes blocks of whole lines of one dialect.

    Args:
        dialect: how lines become events.
        zone: what a time without a zone means.

    Example:
        >>> columns, bad = Decoder(load_dialect("aurora")).decode(data, received_ns)
    """

    def __init__(self, dialect: Dialect, zone: dt.tzinfo = dt.UTC) -> None:
        self.dialect = dialect
        self.table = ClassTable()
        classifier = Classifier(dialect)
        self._strict = StrictWay(dialect, zone, classifier)
        self._fast = FastWay(dialect, zone, classifier)

    def renew_if_full(self) -> None:
        """Start new dictionaries when the log has invented too many words."""
        if self.table.full:
            self.table = ClassTable()
            self._fast.forget()

    def decode(self, data: bytes, received_ns: int) -> tuple[Columns, list[BadLine]]:
        """Decode *data*, which ends with a newline.

        Returns:
            Columns with offsets into *data*, and the lines set aside, both in line order.
        """
        parts: list[Columns] = []
        bad: list[BadLine] = []
        lines, blank = self._decode(data, 0, received_ns, parts, bad)
        columns = in_line_order(parts) if parts else empty()
        columns.lines, columns.blank = lines, blank
        bad.sort(key=lambda line: line.offset)
        return columns, bad

    def decode_strictly(self, data: bytes, received_ns: int) -> tuple[Columns, list[BadLine]]:
        """The same, line by line: slower, with the same answer."""
        starts, ends = line_bounds(data)
        columns, bad, blank = self._strict.decode(data, starts, ends, self.table, received_ns)
        columns.lines, columns.blank = len(ends), blank
        return columns, sorted(bad, key=lambda line: line.offset)

    def _decode(
        self, data: bytes, base: int, received_ns: int, parts: list[Columns], bad: list[BadLine]
    ) -> tuple[int, int]:
        """Decode a block, in halves where it does not decode as a whole.

        Returns:
            How many lines there were, and how many blank ones.
        """
        try:
            columns, refused, starts, ends = self._fast.decode(data, self.table, received_ns)
        except Untaken:
            middle = data.rfind(b"\n", 0, len(data) // 2) + 1
            if not middle or len(data) < SMALLEST_BLOCK:
                return self._strictly(data, base, *line_bounds(data), received_ns, parts, bad)
            first = self._decode(data[:middle], base, received_ns, parts, bad)
            second = self._decode(data[middle:], base + middle, received_ns, parts, bad)
            return first[0] + second[0], first[1] + second[1]
        lines = blank = 0
        if columns is not None:
            lines = len(columns) + len(refused)
            for start, reason in refused:
                bad.append(bad_line(data, start, data.index(b"\n", start), reason, base))
            columns.offset += base
            parts.append(columns)
        if len(starts):
            more, blank = self._strictly(
                data, base, starts.tolist(), ends.tolist(), received_ns, parts, bad
            )
            lines += more
        return lines, blank

    def _strictly(
        self,
        data: bytes,
        base: int,
        starts: list[int],
        ends: list[int],
        received_ns: int,
        parts: list[Columns],
        bad: list[BadLine],
    ) -> tuple[int, int]:
        columns, refused, blank = self._strict.decode(data, starts, ends, self.table, received_ns)
        columns.offset += base
        bad += [replace(line, offset=line.offset + base) for line in refused]
        if len(columns):
            parts.append(columns)
        return len(starts), blank


def line_bounds(data: bytes) -> tuple[list[int], list[int]]:
    """Where each line starts and where its newline is."""
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == NEWLINE)
    return [0, *(ends[:-1] + 1).tolist()], ends.tolist()
