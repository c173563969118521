"""Bytes of whole lines → columns and the lines set aside."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa

from data_sources.dialects.dialect import NUMBER_COLUMNS, Dialect
from data_sources.dialects.key_path import WHOLE, Record
from data_sources.lines.class_table import ClassTable
from data_sources.lines.classifier import Classifier
from data_sources.lines.classify import LineClass, record_of
from data_sources.lines.decoded import Columns, empty, in_line_order
from data_sources.lines.fast import FastWay
from data_sources.lines.line_fields import as_told, fields_of
from data_sources.lines.rows import Found, Rows, assemble, floats, texts_of, with_fallback
from data_sources.lines.strict import BadLineError

HEAD_BYTES: Final = 256
SMALL_BYTES: Final = 1_200
"""For fewer bytes than these the strict way is the faster one."""
NEWLINE: Final = 10


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was set aside: where it starts in the data, how long it is with its newline."""

    offset: int
    length: int
    reason: str
    head: bytes


class _Parsed(NamedTuple):
    """One line that parsed: where it starts, what is in it."""

    start: int
    record: Record
    line_class: LineClass
    details: str | None


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
        taken: list[_Parsed] = []
        blank = 0
        for start, end in zip(starts, ends, strict=True):
            line = data[start:end]
            line = line[:-1] if line.endswith(b"\r") else line
            if not line.strip():
                blank += 1
                continue
            try:
                fields = fields_of(line, self._dialect)
            except BadLineError as e:
                bad.append(bad_line(data, start, end, e.reason))
                continue
            record = record_of(fields, self._dialect)
            taken.append(
                _Parsed(start, record, self._classify(record), self._details(line, record))
            )
        columns, refused = self._assembled(taken, table, received_ns)
        stops = dict(zip(starts, ends, strict=True)) if refused else {}
        bad += [bad_line(data, start, stops[start], reason) for start, reason in refused]
        return columns, bad, blank

    def _assembled(
        self, taken: list[_Parsed], table: ClassTable, received_ns: int
    ) -> tuple[Columns, list[tuple[int, str]]]:
        if not taken:
            return empty(), []
        records = [line.record for line in taken]
        loose: dict[int, Found] = {}
        for index, place in enumerate(self._dialect.loose):
            values = place.path.of_all(records)
            if any(value is not None for value in values):
                loose[index] = Found(None, _counting(values, taken, index))
        class_id = np.array([table.number(line.line_class) for line in taken], np.int32)
        texts = texts_of(loose, self._dialect, len(taken))
        rows = Rows(
            class_id,
            np.array([line.start for line in taken], np.int64),
            {k: Found(None, path.of_all(records)) for k, path in enumerate(self._dialect.time)},
            {
                index: Found(None, floats(loose[index].values))
                for column in NUMBER_COLUMNS
                for index in self._dialect.places[column]
                if index in loose
            },
            with_fallback(texts, class_id, table),
            pa.array([line.details for line in taken], pa.large_string()),
        )
        return assemble(rows, self._dialect, self._zone, received_ns)

    def _details(self, line: bytes, record: Record) -> str | None:
        """The details object or the whole line, as it stands; None where that is empty.

        Where control characters make the line no JSON to others, or the details were texts inside
        it, it is as we would write it.
        """
        if not record.details:
            return None
        try:
            raw: Any = self._raw.decode(line)
            if record.wrapped and self._dialect.unwrap is not None:
                inner = self._raw.decode(raw[self._dialect.unwrap[0]])
                raw = {**raw, **inner}
                raw.pop(self._dialect.unwrap[0], None)
            whole = record.details is record.fields
            if whole and (not record.wrapped or WHOLE in self._dialect.details):
                return line.strip().decode()
            for name in self._dialect.details:
                if isinstance(record.fields.get(name), dict) and name in raw:
                    return bytes(raw[name]).decode()
        except (msgspec.MsgspecError, RecursionError):
            pass
        return json.dumps(as_told(record.details), ensure_ascii=False)


def _counting(values: list[Any], taken: list[_Parsed], index: int) -> list[Any]:
    """The values of lines in whose class the place counts, None for the others."""
    return [
        value if line.line_class.open[index] else None
        for value, line in zip(values, taken, strict=True)
    ]


def bad_line(data: bytes, start: int, end: int, reason: str) -> BadLine:
    """The record of a line set aside."""
    head = data[start : min(end, start + HEAD_BYTES)]
    return BadLine(start, end + 1 - start, reason, head)


class Decoder:
    """Decodes blocks of whole lines of one dialect.

    Args:
        dialect: how lines become events.
        zone: what a time without a zone means; None: what the dialect says.
        small_bytes: less than this is decoded line by line, because that is faster then.

    Example:
        >>> columns, bad = Decoder(load_dialect("aurora")).decode(data, received_ns)
    """

    def __init__(
        self, dialect: Dialect, zone: dt.tzinfo | None = None, *, small_bytes: int = SMALL_BYTES
    ) -> None:
        self.dialect = dialect
        self._small_bytes = small_bytes
        self.table = ClassTable()
        classifier, zone = Classifier(dialect), dialect.zone(zone)
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
        # What a saved entry says stands in texts inside it: no outline of the line shows that.
        if len(data) < self._small_bytes or self.dialect.saved is not None:
            return self.decode_strictly(data, received_ns)
        taken = self._fast.decode(data, self.table, received_ns)
        parts = [] if taken.columns is None else [taken.columns]
        bad = [
            bad_line(data, start, data.index(b"\n", start), reason)
            for start, reason in taken.refused
        ]
        lines = sum(map(len, parts)) + len(bad) + len(taken.starts)
        blank = 0
        if len(taken.starts):
            columns, more_bad, blank = self._strict.decode(
                data, taken.starts.tolist(), taken.ends.tolist(), self.table, received_ns
            )
            bad += more_bad
            parts.append(columns)
        found = in_line_order(parts)
        found.lines, found.blank = lines, blank
        return found, sorted(bad, key=lambda line: line.offset)

    def decode_strictly(self, data: bytes, received_ns: int) -> tuple[Columns, list[BadLine]]:
        """The same, line by line: slower, with the same answer."""
        starts, ends = line_bounds(data)
        columns, bad, blank = self._strict.decode(data, starts, ends, self.table, received_ns)
        columns.lines, columns.blank = len(ends), blank
        return columns, sorted(bad, key=lambda line: line.offset)


def line_bounds(data: bytes) -> tuple[list[int], list[int]]:
    """Where each line starts and where its newline is."""
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == NEWLINE)
    return [0, *(ends[:-1] + 1).tolist()], ends.tolist()
