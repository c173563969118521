"""Chunks decoded together, because many lines at once cost less a line, whatever files they are of.

Forty files that each grew by three lines would cost forty times what one block costs that is
decoded by itself. So chunks are joined, decoded, and told apart by where their lines stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from data_sources.lines.chunk import Chunk
from data_sources.lines.clock_lines import ClockLines
from data_sources.lines.decode import BadLine, Decoder
from data_sources.lines.decoded import NAT, Columns, Int64Array, sliced
from data_sources.lines.raw import set_aside_of
from data_sources.lines.repeats import Repeats
from data_sources.reading import Counts, Quarantined

BUNDLE_BYTES: Final = 1 << 20


class Bundle(NamedTuple):
    """Chunks as one block: their data, one after the other, and where that of each begins."""

    chunks: list[Chunk]
    data: bytes
    starts: Int64Array


class Run(NamedTuple):
    """How many rows, one after the other, are of one chunk."""

    rows: int
    chunk: Chunk


@dataclass(slots=True)
class Decoded:
    """What some chunks hold.

    parts      columns with offsets of their generations, in the order of the chunks
    runs       which chunk their rows are of
    set_aside  the lines that are no events
    """

    parts: list[Columns] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    set_aside: list[Quarantined] = field(default_factory=list)


class Together:
    """Decodes chunks of many files together.

    Args:
        decoder: of the dialect that they speak.
        repeats: leaves out what was told already.
        clock_lines: gives times to lines that have none, None where the dialect has no such.
    """

    def __init__(
        self, decoder: Decoder, repeats: Repeats, clock_lines: ClockLines | None = None
    ) -> None:
        self.decoder, self.repeats = decoder, repeats
        self._clock_lines = clock_lines
        self._one_by_one = clock_lines is not None or decoder.dialect.repeats != ()

    def decode(
        self, chunks: Iterable[Chunk], sessions: dict[str, str], received_ns: int, counts: Counts
    ) -> Decoded:
        """Decode chunks.

        Args:
            chunks: in the order in which they were cut.
            sessions: file → the session that its lines belong to.
            received_ns: our clock at the read, ns since 1970 UTC.
            counts: what was found is added to them.
        """
        found = Decoded()
        for bundle in in_bundles(chunks):
            columns, bad = self.decoder.decode(bundle.data, received_ns)
            _count(counts, columns, bad)
            for line in bad:
                found.set_aside.append(_set_aside(bundle, line))
            if self._one_by_one:
                self._finish_each(bundle, columns, sessions, received_ns, counts, found)
            elif len(columns):
                counts.accepted += len(columns)
                counts.untimed += columns.untimed
                found.runs += _moved(bundle, columns)
                found.parts.append(columns)
        return found

    def _finish_each(
        self,
        bundle: Bundle,
        columns: Columns,
        sessions: dict[str, str],
        received_ns: int,
        counts: Counts,
        found: Decoded,
    ) -> None:
        """Give times to the lines of each chunk, and leave out what was told before."""
        firsts = np.searchsorted(columns.offset, bundle.starts).tolist()
        ends = [*firsts[1:], len(columns)]
        for chunk, start, first, end in zip(*bundle[::2], firsts, ends, strict=True):
            own = columns if len(bundle.chunks) == 1 else sliced(columns, first, end)
            own.offset -= start
            if self._clock_lines is not None:
                self._clock_lines.fill(own, chunk, received_ns)
            once = self.repeats.left_out(own, self.decoder.table, sessions[chunk.file])
            counts.duplicates += len(own) - len(once)
            counts.untimed += int(np.count_nonzero(once.ts_ns == NAT))
            counts.accepted += len(once)
            if len(once):
                once.offset += chunk.offset
                found.parts.append(once)
                found.runs.append(Run(len(once), chunk))


def in_bundles(chunks: Iterable[Chunk], most: int = BUNDLE_BYTES) -> Iterator[Bundle]:
    """The same lines, joined up to about *most* bytes."""
    held: list[Chunk] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk.data)
        if size >= most:
            yield _bundle(held)
            held, size = [], 0
    if held:
        yield _bundle(held)


def _bundle(chunks: list[Chunk]) -> Bundle:
    if len(chunks) == 1:
        return Bundle(chunks, chunks[0].data, np.zeros(1, np.int64))
    sizes = np.array([len(chunk.data) for chunk in chunks], np.int64)
    return Bundle(chunks, b"".join([chunk.data for chunk in chunks]), np.cumsum(sizes) - sizes)


def _moved(bundle: Bundle, columns: Columns) -> Iterator[Run]:
    """Turn offsets into the bundle into those of the generations; give the runs of the chunks."""
    firsts = np.searchsorted(columns.offset, bundle.starts)
    rows = np.diff(firsts, append=len(columns))
    shifts = np.array([chunk.offset for chunk in bundle.chunks], np.int64) - bundle.starts
    columns.offset += np.repeat(shifts, rows)
    for n, chunk in zip(rows.tolist(), bundle.chunks, strict=True):
        if n:
            yield Run(n, chunk)


def _set_aside(bundle: Bundle, line: BadLine) -> Quarantined:
    number = int(np.searchsorted(bundle.starts, line.offset, "right")) - 1
    own = BadLine(line.offset - int(bundle.starts[number]), line.length, line.reason, line.head)
    return set_aside_of(bundle.chunks[number], own)


def _count(counts: Counts, columns: Columns, bad: list[BadLine]) -> None:
    counts.lines_in += columns.lines
    counts.blank += columns.blank
    counts.naive += columns.naive
    for line in bad:
        counts.quarantined[line.reason] = counts.quarantined.get(line.reason, 0) + 1
