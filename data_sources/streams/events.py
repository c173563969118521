"""Entries of streams → events, by way of the lines that any log would have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from data_sources.dialects.stream_shape import Shape
from data_sources.lines.count import count_lines
from data_sources.lines.decode import BadLine, Decoder
from data_sources.lines.decoded import NAT, Columns, concatenate
from data_sources.lines.frame import Stretch, event_frame, no_events
from data_sources.lines.raw import escaped
from data_sources.reading import Counts, Quarantined
from data_sources.streams.entry import BadEntry, line_of, offset_of
from data_sources.streams.fetch import Entry
from data_sources.streams.mirrors import Mirrors

MOST_QUARANTINED: Final = 1_000
"""How many entries set aside one reading tells about; all are counted."""


@dataclass(frozen=True, slots=True)
class Made:
    """What entries became."""

    frame: pd.DataFrame
    set_aside: list[Quarantined]
    newest_ns: int


@dataclass(slots=True)
class _Lines:
    """The lines of one stream: where each starts in *data*, and its offset in the stream."""

    data: bytearray
    starts: list[int]
    offsets: list[int]


class Events:
    """Turns entries into event frames, and counts every one of them exactly once."""

    def __init__(
        self, decoder: Decoder, shape: Shape, mirrors: Mirrors, max_entry_bytes: int
    ) -> None:
        self._decoder = decoder
        self._shape = shape
        self._mirrors = mirrors
        self._max_entry_bytes = max_entry_bytes

    def of(
        self,
        entries: Mapping[str, Sequence[Entry]],
        counts: Counts,
        received_ns: int,
        *,
        source: str,
        account_id: str | None,
    ) -> Made:
        """Make the events of some entries, stream → entries, and add them to *counts*."""
        self._decoder.renew_if_full()
        parts: list[Columns] = []
        stretches: list[Stretch] = []
        set_aside: list[Quarantined] = []
        for stream, rows in entries.items():
            lines, refused = self._lines(stream, rows, counts)
            set_aside += refused
            if lines.starts:
                columns, bad = self._decoder.decode(bytes(lines.data), received_ns)
                set_aside += [_quarantined(stream, line, lines) for line in bad]
                count_lines(counts, columns, bad)
                columns.offset = _stream_offsets(columns.offset, lines)
                if len(columns):
                    parts.append(columns)
                    stretches.append(Stretch(len(columns), stream, source))
        self._mirrors.forget_old()
        if not parts:
            return Made(no_events(), set_aside, int(NAT))
        joined = parts[0] if len(parts) == 1 else concatenate(parts)
        frame = event_frame(
            joined,
            self._decoder.table,
            stretches,
            source=source,
            system=self._shape.system,
            account_id=account_id,
            received_ns=received_ns,
            attrs=self._decoder.dialect.orders.attrs,
        )
        return Made(frame, set_aside, int(joined.ts_ns.max()))

    def _lines(
        self, stream: str, rows: Sequence[Entry], counts: Counts
    ) -> tuple[_Lines, list[Quarantined]]:
        short = stream.removeprefix(self._shape.prefix)
        lines = _Lines(bytearray(), [], [])
        refused = []
        for entry_id, pairs in rows:
            counts.bytes_read += sum(map(len, pairs))
            if self._mirrors.repeats(short, pairs):
                counts.lines_in += 1
                counts.duplicates += 1
                continue
            offset = offset_of(entry_id)
            line = line_of(short, entry_id, pairs, self._shape, self._max_entry_bytes)
            if offset is None:
                line = BadEntry("int_range", entry_id.encode())
            if isinstance(line, BadEntry):
                counts.lines_in += 1
                counts.quarantined[line.reason] = counts.quarantined.get(line.reason, 0) + 1
                length = sum(map(len, pairs))
                head = escaped(line.head)
                refused.append(Quarantined(line.reason, stream, stream, offset or 0, length, head))
                continue
            lines.starts.append(len(lines.data))
            lines.offsets.append(offset or 0)
            lines.data += line + b"\n"
        return lines, refused


def _stream_offsets(starts: Any, lines: _Lines) -> Any:
    """Offsets in the stream, for lines that start at these bytes."""
    rows = np.searchsorted(np.array(lines.starts, np.int64), starts)
    return np.array(lines.offsets, np.int64)[rows]


def _quarantined(stream: str, line: BadLine, lines: _Lines) -> Quarantined:
    offset = int(_stream_offsets(np.array([line.offset]), lines)[0])
    return Quarantined(line.reason, stream, stream, offset, line.length, escaped(line.head))
