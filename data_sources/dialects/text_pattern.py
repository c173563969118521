"""What a dialect sees inside texts: the tables `[[record.texts]]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from data_sources.dialects.reader import Reader, Where

TEXT: Final = "@text"
"""The only key of a line that is no JSON, where the dialect says `text_lines = true`."""
FOUND: Final = "@found"
"""The key below which the named groups of the patterns stand."""


@dataclass(frozen=True, slots=True)
class TextPattern:
    """keys: the first that holds a text is searched; regex: its named groups are what is found."""

    keys: tuple[str, ...]
    regex: re.Pattern[str]


def text_patterns(reader: Reader) -> tuple[TextPattern, ...]:
    """The patterns of a dialect, in order.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    base: Where = ("record", "texts")
    found = []
    for index in range(len(reader.entries(base, []))):
        where: Where = (*base, index)
        reader.only(where, {"keys", "pattern"})
        keys = tuple(path.text for path in reader.paths((*where, "keys")))
        try:
            regex = re.compile(reader.text((*where, "pattern")))
        except re.error as e:
            reader.refuse((*where, "pattern"), f"is no regular expression: {e}")
        if not regex.groupindex:
            reader.refuse((*where, "pattern"), "must have named groups, such as (?P<symbol>\\w+)")
        found.append(TextPattern(keys, regex))
    return tuple(found)
