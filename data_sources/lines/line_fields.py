"""What stands in one line: the fields of its JSON object, or its text where logs are mixed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from data_sources.dialects.dialect import Dialect
from data_sources.dialects.text_pattern import FOUND, TEXT, TextPattern
from data_sources.lines.strict import BadLineError, parse_line

_HARMFUL: Final = frozenset({"utf8", "surrogate", "nul", "bom_midfile", "strlen"})
"""What makes a line of text as bad as a line of JSON."""
_LOOKED_AT: Final = 2_000
"""A pattern sees no more characters of a text than these."""


def fields_of(line: bytes, dialect: Dialect) -> dict[str, Any]:
    """The fields of a line without its newline.

    Where the dialect says `text_lines`, a line that does not begin like an object is taken as text:
    `{"@text": the line}`. A line that does, and is none, is torn and stays bad.

    Raises:
        BadLineError: with the reason.
    """
    try:
        return parse_line(line)
    except BadLineError as e:
        text = line.strip()
        if not dialect.text_lines or e.reason in _HARMFUL or text.startswith(b"{"):
            raise
        return {TEXT: text.decode()}


def with_found(fields: dict[str, Any], patterns: tuple[TextPattern, ...]) -> dict[str, Any]:
    """The fields, and as `@found` what the patterns see in their texts; the first one wins."""
    found: dict[str, str] = {}
    for pattern in patterns:
        text = _text(fields, pattern)
        match = pattern.regex.search(text[:_LOOKED_AT]) if text else None
        if match:
            found = {**{k: v for k, v in match.groupdict().items() if v is not None}, **found}
    return {**fields, FOUND: found} if found else fields


def as_told(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as they stood in the line."""
    return {key: value for key, value in fields.items() if key != FOUND}


def _text(fields: Mapping[str, Any], pattern: TextPattern) -> str | None:
    texts = (fields.get(key) for key in pattern.keys)
    return next((text for text in texts if isinstance(text, str)), None)
