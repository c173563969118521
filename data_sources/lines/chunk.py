"""What the tailer hands on: whole lines, and word of the lines that were too long."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of one generation of one file, in the order in which they were written.

    file        path relative to the root of the source, posix, under the name that is written to:
                lines of `events.jsonl.1` and of its `.gz` are lines of `events.jsonl`
    generation  "<file>#<8 hex>", the same after a rename, a compression and a restart
    offset      of data[0] in that generation, bytes (of the decompressed stream for `.gz`)
    data        complete lines, ending with a newline
    final       True for text that never got its newline: the end of a file that was rotated away
                or deleted, or a line torn by a lost block; the newline is ours
    """

    file: str
    generation: str
    offset: int
    data: bytes
    final: bool = False


@dataclass(frozen=True, slots=True)
class Oversize:
    """A line longer than the limit that was passed over; its first bytes are kept as evidence.

    length counts every byte of the line and its newline.
    """

    file: str
    generation: str
    offset: int
    length: int
    head: bytes
