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
        regex = _regex(reader, (*where, "pattern"))
        if not regex.groupindex:
            reader.refuse((*where, "pattern"), "must have named groups, such as (?P<symbol>\\w+)")
        found.append(TextPattern(keys, regex))
    return tuple(found)


def text_signs(reader: Reader) -> tuple[re.Pattern[str], ...]:
    """What a line of text shows when it is of the dialect; any of them is enough.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    base: Where = ("record", "text_signs")
    if not reader.has(base):
        return ()
    if not reader.flag(("record", "text_lines")):
        reader.refuse(base, "needs text_lines = true: lines of text are bad lines without it")
    return tuple(_regex(reader, (*base, index)) for index in range(len(reader.entries(base))))


def _regex(reader: Reader, where: Where) -> re.Pattern[str]:
    try:
        return re.compile(reader.text(where))
    except re.error as e:
        reader.refuse(where, f"is no regular expression: {e}")
