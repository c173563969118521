"""Times for lines that name none: line i happened when line i of the clock file beside it did.

A file with a line for few of the clock's lines says in each which one it is.
"""

from __future__ import annotations

import datetime as dt
import gzip
import zlib
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from data_sources.dialects.clock_rule import ClockRule
from data_sources.dialects.key_path import Record
from data_sources.files.stamp import Stamp, read_bytes, stamp_of
from data_sources.lines.chunk import Chunk
from data_sources.lines.decoded import NAT, Columns, Int64Array
from data_sources.lines.strict import BadLineError, parse_line
from data_sources.lines.timestamps import FUTURE_NS, BadTimeError, epoch_ns

READ_BYTES: Final = 8 << 20
MOST_FOLDERS: Final = 256
MOST_LINES: Final = 4_000_000


class ClockLines:
    """Fills in the times of per-cycle lines.

    Args:
        rule: of the dialect.
        root: the folder that paths of chunks start at.
        zone: what a time without a zone means.
        file_of: where the file of a generation stands now.
    """

    def __init__(
        self,
        rule: ClockRule,
        root: Path,
        zone: dt.tzinfo,
        file_of: Callable[[str], Path | None],
    ) -> None:
        self._rule, self._root, self._zone = rule, root, zone
        self._file_of = file_of
        self._clocks: dict[str, _Clock] = {}
        self._counted: dict[str, tuple[int, int]] = {}

    def fill(self, columns: Columns, chunk: Chunk, received_ns: int) -> None:
        """Set the times of lines that have none, as far as the clock file tells them by now.

        Args:
            columns: decoded from the chunk, offsets relative to its data; changed in place.
            chunk: where they come from.
            received_ns: our clock; a time too far ahead of it is none.
        """
        name = chunk.file.rpartition("/")[2]
        if name in self._rule.few:
            self._fill_few(columns, chunk, received_ns)
        if name not in self._rule.of:
            return
        ends = np.flatnonzero(np.frombuffer(chunk.data, np.uint8) == 10)
        before = self._lines_before(chunk)
        self._counted[chunk.generation] = (chunk.offset + len(chunk.data), before + len(ends))
        rows = np.flatnonzero(columns.ts_ns == NAT)
        if not len(rows) or before < 0:
            return
        self._set(
            columns, rows, before + np.searchsorted(ends, columns.offset[rows]), chunk, received_ns
        )

    def _fill_few(self, columns: Columns, chunk: Chunk, received_ns: int) -> None:
        rows = np.flatnonzero(columns.ts_ns == NAT)
        begins = columns.offset[rows].tolist()
        told = [self._number(chunk.data[at : _end_of_line(chunk.data, at)]) for at in begins]
        numbers = np.array(told, np.int64)
        known = numbers >= 0
        if known.any():
            self._set(columns, rows[known], numbers[known], chunk, received_ns)

    def _number(self, line: bytes) -> int:
        """Which line of the clock file a line says it belongs to, from 0; −1 when it does not."""
        try:
            record = Record(fields := parse_line(line.rstrip(b"\r")), fields)
        except BadLineError:
            return -1
        values = (path.of(record) for path in self._rule.numbers)
        number: Any = next((value for value in values if value is not None), None)
        is_number = isinstance(number, int) and not isinstance(number, bool)
        return number - 1 if is_number and 1 <= number <= MOST_LINES else -1

    def _set(
        self,
        columns: Columns,
        rows: Int64Array,
        numbers: Int64Array,
        chunk: Chunk,
        received_ns: int,
    ) -> None:
        times = self._clock(chunk.file.rpartition("/")[0]).times(numbers)
        times[times > received_ns + FUTURE_NS] = NAT
        columns.ts_ns[rows] = times
        columns.untimed = int(np.count_nonzero(columns.ts_ns == NAT))

    def _lines_before(self, chunk: Chunk) -> int:
        """How many lines of the file stand before the chunk; below 0 when it cannot be told."""
        known, lines = self._counted.pop(chunk.generation, (0, 0))
        if len(self._counted) > 16 * MOST_FOLDERS:
            self._counted.clear()
        if known > chunk.offset or lines < 0:
            known, lines = 0, 0
        if known == chunk.offset:
            return lines
        file = self._file_of(chunk.generation)
        between = None if file is None else _newlines(file, known, chunk.offset)
        return -MOST_LINES if between is None else lines + between

    def _clock(self, folder: str) -> _Clock:
        if folder not in self._clocks:
            if len(self._clocks) >= MOST_FOLDERS:
                del self._clocks[next(iter(self._clocks))]
            path = self._root / folder / self._rule.file
            self._clocks[folder] = _Clock(path, self._rule, self._zone)
        return self._clocks[folder]


class _Clock:
    """The times of a clock file's lines, read as far as it is written."""

    def __init__(self, path: Path, rule: ClockRule, zone: dt.tzinfo) -> None:
        self._path, self._rule, self._zone = path, rule, zone
        self._begin()

    def _begin(self) -> None:
        # An array is looked at where it stands: a list would be copied as a whole at each look.
        self._ns = array("q")
        self._offset = 0
        self._inode: int | None = None

    def times(self, numbers: Int64Array) -> Int64Array:
        """Times of lines by their numbers from 0, NaT where there is none."""
        if int(numbers.max()) >= len(self._ns):
            self._grow()
        known = np.frombuffer(self._ns, np.int64) if self._ns else np.empty(0, np.int64)
        found = np.full(len(numbers), NAT, np.int64)
        there = numbers < len(known)
        found[there] = known[numbers[there]]
        return found

    def _grow(self) -> None:
        while len(self._ns) < MOST_LINES:
            try:
                data, stamp = self._read()
            except (OSError, EOFError, zlib.error):
                return
            if stamp.inode != self._inode or stamp.size < self._offset:
                again = self._inode is not None
                self._begin()
                self._inode = stamp.inode
                if again:
                    continue
            end = data.rfind(b"\n") + 1
            if not end:
                return
            self._offset += end
            self._ns.extend(map(self._time, data[: end - 1].split(b"\n")))

    def _read(self) -> tuple[bytes, Stamp]:
        try:
            return read_bytes(self._path, READ_BYTES, offset=self._offset)
        except FileNotFoundError:
            packed = self._path.with_name(self._path.name + ".gz")
            stamp = stamp_of(packed)
            with gzip.open(packed) as stream:
                stream.seek(self._offset)
                return stream.read(READ_BYTES), stamp._replace(size=self._offset)

    def _time(self, line: bytes) -> int:
        try:
            record = Record(fields := parse_line(line.rstrip(b"\r")), fields)
            values = (path.of(record) for path in self._rule.time)
            value: Any = next((value for value in values if value is not None), None)
            return NAT if value is None else epoch_ns(value, self._zone)[0]
        except (BadLineError, BadTimeError):
            return NAT


def _end_of_line(data: bytes, begin: int) -> int:
    end = data.find(b"\n", begin)
    return len(data) if end < 0 else end


def _newlines(file: Path, begin: int, end: int) -> int | None:
    """How many newlines stand in a stretch of a file, `.gz` or not; None when it is not there."""
    opener: Any = gzip.open if file.suffix == ".gz" else open
    count = 0
    try:
        with opener(file, "rb") as stream:
            stream.seek(begin)
            while begin < end:
                data = stream.read(min(READ_BYTES, end - begin))
                if not data:
                    return None
                count += data.count(b"\n")
                begin += len(data)
    except (OSError, EOFError, zlib.error):
        return None
    return count
