"""Bytes of whole lines → columns and the lines set aside."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
import numpy as np

from data_sources.dialects.dialect import Dialect
from data_sources.lines.class_table import ClassTable
from data_sources.lines.classify import Classifier, record_of
from data_sources.lines.rows import Columns, Rows, assemble, empty
from data_sources.lines.strict import BadLineError, parse_line

HEAD_BYTES: Final = 256


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was set aside: where it starts in the data, how long it is with its newline."""

    offset: int
    length: int
    reason: str
    head: bytes


class StrictWay:
    """Decodes lines one by one, with every check; slow and exact, the measure of the fast way."""

    def __init__(self, dialect: Dialect, zone: dt.tzinfo) -> None:
        self._dialect = dialect
        self._zone = zone
        self._classify = Classifier(dialect)
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
        loose: dict[int, list[Any]] = {}
        for index, place in enumerate(self._dialect.loose):
            values = place.path.of_all(records)
            if any(value is not None for value in values):
                loose[index] = values
        rows = Rows(
            np.array(numbers, np.int32),
            np.array(starts, np.int64),
            [path.of_all(records) for path in self._dialect.time],
            dict(loose),
            details,
        )
        return assemble(rows, self._dialect, table, self._zone, received_ns)

    def _details(self, line: bytes, record: Any) -> bytes:
        """The details object as it stands in the line.

        Where control characters make the line no JSON to others, it is as we would write it.
        """
        if not record.details:
            return b""
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


def bad_line(data: bytes, start: int, end: int, reason: str) -> BadLine:
    """The record of a line set aside."""
    return BadLine(start, end + 1 - start, reason, data[start : min(end, start + HEAD_BYTES)])


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
        self._strict = StrictWay(dialect, zone)

    def renew_if_full(self) -> None:
        """Start new dictionaries when the log has invented too many words."""
        if self.table.full:
            self.table = ClassTable()

    def decode(self, data: bytes, received_ns: int) -> tuple[Columns, list[BadLine]]:
        """Decode *data*, which ends with a newline.

        Returns:
            Columns with offsets into *data*, and the lines set aside, both in line order.
        """
        array = np.frombuffer(data, np.uint8)
        ends = np.flatnonzero(array == 10)
        starts = np.concatenate(([0], ends[:-1] + 1))
        columns, bad, blank = self._strict.decode(
            data, starts.tolist(), ends.tolist(), self.table, received_ns
        )
        return replace(columns, lines=len(ends), blank=blank), sorted(bad, key=lambda b: b.offset)
