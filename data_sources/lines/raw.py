"""Reads one raw line back, so that every number can be followed to the bytes it came from."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from data_sources.reading import Quarantined

if TYPE_CHECKING:
    from data_sources.lines.chunk import Chunk
    from data_sources.lines.decode import BadLine

LONGEST: Final = 1 << 20


def raw_line(file: Path, offset: int, *, limit: int = LONGEST) -> bytes | None:
    """The line that starts at *offset* of a file, without its newline.

    Args:
        file: a log file; the offset counts decompressed bytes when its name ends in `.gz`.
        offset: where the line starts, bytes.
        limit: a longer line is cut here.

    Returns:
        The bytes, or None when the file cannot be read or is shorter, or no line starts there.
    """
    opener: Any = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rb") as stream:
            if offset > 0:
                stream.seek(offset - 1)
                # A line starts at the beginning, after a newline, or after a hole of NULs.
                if stream.read(1) not in (b"\n", b"\0", b"\xbf"):
                    return None
            line: bytes = stream.readline(limit + 1)
    except (OSError, EOFError, ValueError):
        return None
    return line.rstrip(b"\r\n")[:limit] if line else None


def escaped(head: bytes) -> str:
    """Bytes as printable ASCII, everything else as escapes: safe to log and to show."""
    return head.decode("latin-1").encode("unicode_escape").decode("ascii")


def set_aside_of(chunk: Chunk, line: BadLine) -> Quarantined:
    """What a reading tells about a line of a chunk that was set aside."""
    return Quarantined(
        line.reason,
        chunk.file,
        chunk.generation,
        chunk.offset + line.offset,
        line.length,
        escaped(line.head),
    )
