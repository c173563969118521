"""Takes broken lines out of CSV text, so that none of them swallows its neighbors."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from data_sources.lines.raw import escaped

LONGEST_LINE: Final = 1 << 18
MOST_JOINED: Final = 8
"""A quoted text goes on over at most so many lines."""
_QUOTE: Final = b'"'
HEAD_BYTES: Final = 256
MOST_BAD: Final = 1_000
"""So many broken rows of a file are told of, the newest; all are counted."""


class BadRow(NamedTuple):
    """Where the line of a broken row begins in its file, how long it is, and its first bytes."""

    offset: int
    length: int
    head: str


class Sound(NamedTuple):
    """Text without broken lines.

    data    the text
    lines   the number of the line at which each line of it began in the text before
    broken  the numbers of the lines that were taken out
    """

    data: bytes
    lines: Sequence[int]
    broken: Sequence[int]


def sound_lines(data: bytes, columns: int) -> Sound:
    """The text without broken lines, and which lines that were.

    A line is broken when it is longer than `LONGEST_LINE`, or when a quote opens in it that closes
    nowhere near. A text that is quoted over several lines is one row; its newlines become blanks.
    """
    quoted = _QUOTE in data
    lines = data.split(b"\n")
    if not quoted and max(map(len, lines)) <= LONGEST_LINE:
        return Sound(data, range(len(lines)), ())
    kept, begun, broken = list[bytes](), list[int](), list[int]()
    at = 0
    while at < len(lines):
        line = lines[at]
        if len(line) > LONGEST_LINE:
            broken.append(at)
            at += 1
            continue
        row, taken = (line, 1) if line.count(_QUOTE) % 2 == 0 else _joined(lines, at, columns)
        if row is None:
            broken.append(at)
        else:
            kept.append(row)
            begun.append(at)
        at += taken
    return Sound(b"\n".join(kept), begun, broken)


def bad_rows(raw: bytes, sound: Sound, refused: Sequence[str], begin: int) -> tuple[BadRow, ...]:
    """The newest broken rows of a text, ascending.

    Args:
        raw: the text as it stands in the file.
        sound: what was read of it.
        refused: the rows of that which are none, in their order.
        begin: where the text begins in the file.
    """
    numbers = sorted([*sound.broken, *_lines_of(refused, sound)])[-MOST_BAD:]
    if not numbers:
        return ()
    lines = raw.split(b"\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=begin))
    heads = ((number, lines[number].rstrip(b"\r")) for number in numbers)
    return tuple(BadRow(starts[n], len(row), escaped(row[:HEAD_BYTES])) for n, row in heads)


def _lines_of(refused: Sequence[str], sound: Sound) -> list[int]:
    """The numbers of the lines at which rows begin."""
    found, at, line = list[int](), 0, 0
    for text in refused:
        row = text.encode()
        place = sound.data.find(row, at)
        while place >= 0 and not _is_row(sound.data, place, place + len(row)):
            place = sound.data.find(row, place + 1)
        if place < 0:  # not as it stood there; it is behind the one before
            found.append(sound.lines[line])
            continue
        found.append(sound.lines[line + sound.data.count(b"\n", at, place)])
        line += sound.data.count(b"\n", at, place + len(row))
        at = place + len(row)
    return found


def _is_row(data: bytes, begin: int, end: int) -> bool:
    """Whether a part of a text is a whole row."""
    return data[begin - 1 : begin] in b"\r\n" and data[end : end + 1] in b"\r\n"


def _joined(lines: list[bytes], at: int, columns: int) -> tuple[bytes | None, int]:
    """The row that begins at a line with an open quote, and how many lines it takes."""
    for end in range(at + 1, min(at + MOST_JOINED, len(lines))):
        if lines[end].count(_QUOTE) % 2 == 0:
            continue
        row = b" ".join(line.rstrip(b"\r") for line in lines[at : end + 1])
        if len(row) <= LONGEST_LINE and _width(row) == columns:
            return row, end + 1 - at
        break
    return None, 1


def _width(row: bytes) -> int:
    try:
        return len(next(csv.reader([row.decode("utf-8", "replace")], strict=True), []))
    except csv.Error:
        return 0
