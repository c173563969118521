"""The first lines of a log, plain or compressed: how many are none of JSON."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Final, NamedTuple

from data_sources.files.json_object import json_object
from data_sources.files.plain import read_plain

MOST_LINES: Final = 1_000
MOST_BYTES: Final = 4 << 20
"""Of one log, unfolded: what a thousand lines are longer than is left unread."""


class Head(NamedTuple):
    """Lines of the head of a log but blank ones, and how many of them are no JSON object."""

    lines: int
    bad: int


def head_of(path: Path, *, packed: bool) -> Head:
    """Count the first 1,000 lines of a log, of at most 4 MiB.

    A last line without an end is left out: its writer may be at it, or we stopped reading in it.

    Raises:
        OSError: it cannot be opened or read, or is no whole gzip.
    """
    data, _ = read_plain(path, MOST_BYTES)
    data = _unfolded(data) if packed else data
    lines = data.split(b"\n")[:-1][:MOST_LINES]
    told = [line for line in lines if line.strip()]
    return Head(len(told), sum(map(_is_bad, told)))


def _unfolded(data: bytes) -> bytes:
    """The first bytes of what was compressed; a file that is cut off tells what it has."""
    try:
        return zlib.decompressobj(31).decompress(data, MOST_BYTES)
    except zlib.error as error:
        raise OSError(f"is no gzip ({error})") from None


def _is_bad(line: bytes) -> bool:
    try:
        json_object(line)
    except ValueError:
        return True
    return False
