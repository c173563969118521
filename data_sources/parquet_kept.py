"""What is known of the files of a price cache: many of them are read side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from data_sources.files.side_by_side import side_by_side
from data_sources.parquet_columns import RefusedError
from data_sources.parquet_file import Bars, Limits, read_bars
from data_sources.parquet_listing import symbol_of
from data_sources.parquet_room import Room, rows_promised


@dataclass(slots=True)
class Kept:
    """What is known of a file: the state of the disk it was read at, its bars, what is wrong."""

    signature: tuple[int, int, int]
    bars: list[Bars]
    refused: str | None = None


def signature_of(file: Path) -> tuple[int, int, int] | OSError:
    """What tells that a file changed, or why it cannot be asked."""
    try:
        found = file.stat()
    except OSError as e:
        return e
    return found.st_size, found.st_mtime_ns, found.st_ino


def read_files(
    unread: Sequence[tuple[Path, Kept]], limits: Limits, newest: int
) -> Iterator[tuple[Path, Kept]]:
    """Read files side by side, into one piece of memory where all of their bars are kept.

    Args:
        unread: files, each with its signature and the bars that were good so far: they stay where
            the file cannot be used.
        limits: what a file may cost.
        newest: how many bars of a symbol are kept; 0 for all.
    """
    room = None
    if len(unread) > 1 and not newest:
        promised = side_by_side(rows_promised, [file for file, _ in unread])
        room = Room(limits.names, [n if n <= limits.max_rows else 0 for n in promised])

    def read(number: int) -> tuple[Path, Kept]:
        file, before = unread[number]
        kept = _read_file(file, before, limits, newest)
        if room is not None and len(kept.bars) == 1 and kept.refused is None:
            kept.bars = [room.put(number, kept.bars[0])]
        return file, kept

    yield from side_by_side(read, range(len(unread)))


def _read_file(file: Path, before: Kept, limits: Limits, newest: int) -> Kept:
    signature = before.signature
    try:
        bars = read_bars(file, symbol_of(file), limits)
        return Kept(signature, [each.newest(newest) for each in bars])
    except RefusedError as e:
        why = str(e)
    except OSError as e:
        # A file becomes readable without a change of its own: look again at the next read.
        signature, why = (0, 0, 0), f"cannot be read: {e.strerror or e}"
    except MemoryError:
        why = "does not fit into memory; lower max_rows"
    return Kept(signature, before.bars, why)
