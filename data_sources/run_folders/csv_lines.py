"""Takes broken lines out of CSV text, so that none of them swallows its neighbors."""

from __future__ import annotations

import csv
from typing import Final

LONGEST_LINE: Final = 1 << 18
MOST_JOINED: Final = 8
"""A quoted text goes on over at most so many lines."""
_QUOTE: Final = b'"'


def sound_lines(data: bytes, columns: int) -> tuple[bytes, int]:
    """The text without broken lines, and how many lines that were.

    A line is broken when it is longer than `LONGEST_LINE`, or when a quote opens in it that closes
    nowhere near. A text that is quoted over several lines is one row; its newlines become blanks.
    """
    quoted = _QUOTE in data
    lines = data.split(b"\n")
    if not quoted and max(map(len, lines)) <= LONGEST_LINE:
        return data, 0
    kept: list[bytes] = []
    bad = at = 0
    while at < len(lines):
        line = lines[at]
        if len(line) > LONGEST_LINE:
            bad += 1
        elif line.count(_QUOTE) % 2 == 0:
            kept.append(line)
        else:
            joined, taken = _joined(lines, at, columns)
            bad += joined is None
            kept += [joined] if joined is not None else []
            at += taken - 1
        at += 1
    return b"\n".join(kept), bad


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
