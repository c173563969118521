"""Finds the line of a key in the text of a TOML file, for messages that name it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\-\"]+)\s*\]\]?")
_KEY = re.compile(r"\s*([\w\-\"]+)\s*=")


def line_of(text: str, path: tuple[str | int, ...]) -> int:
    """The 1-based line where the value at *path* is written, or the nearest header above it.

    Args:
        text: the file's text.
        path: keys and, for arrays of tables, 0-based indexes: `("rules", 2, "then", "kind")`.
    """
    best, depth = 1, 0
    for number, here in _places(text):
        shared = min(len(here), len(path))
        if shared > depth and here[:shared] == path[:shared]:
            best, depth = number, shared
    return best


@lru_cache(maxsize=4)
def _places(text: str) -> list[tuple[int, tuple[str | int, ...]]]:
    """The lines with a header or a key, and the path that is meant: a file is asked many times."""
    return list(_each_place(text))


def _each_place(text: str) -> Iterator[tuple[int, tuple[str | int, ...]]]:
    counts: dict[str, int] = {}
    prefix: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            prefix = _header_path(header, counts)
            yield number, prefix
        elif key := _KEY.match(line):
            yield number, (*prefix, key[1].strip('"'))


def _header_path(header: re.Match[str], counts: dict[str, int]) -> tuple[str | int, ...]:
    """The path of a header; below an array of tables its last entry is meant."""
    names = [part.strip('"') for part in header[2].split(".")]
    if header[1] == "[[":
        counts[header[2]] = counts.get(header[2], 0) + 1
    path: tuple[str | int, ...] = ()
    for depth, name in enumerate(names, start=1):
        path = (*path, name)
        count = counts.get(".".join(names[:depth]))
        path = path if count is None else (*path, count - 1)
    return path
