"""What stands in one line: the fields of its JSON object, or its text where logs are mixed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from data_sources.dialects.dialect import Dialect
from data_sources.dialects.text_pattern import FOUND, TEXT, TextPattern
from data_sources.lines.prefixed import parse_prefixed
from data_sources.lines.strict import BadLineError
from data_sources.streams.saved import live_fields

_HARMFUL: Final = frozenset({"utf8", "surrogate", "nul", "bom_midfile", "strlen"})
"""What makes a line of text as bad as a line of JSON."""
_LOOKED_AT: Final = 2_000
"""A pattern sees no more characters of a text than these."""


def fields_of(line: bytes, dialect: Dialect) -> dict[str, Any]:
    """The fields of a line without its newline.

    Where the dialect says `text_lines`, a line that does not begin like an object is taken as text:
    `{"@text": the line}`. A line that does, and is none, is torn and stays bad. Where lines are
    saved entries of streams, their fields are those that a live entry has.

    Raises:
        BadLineError: with the reason.
    """
    try:
        return told_fields(parse_prefixed(line), dialect)
    except BadLineError as e:
        text = line.strip()
        if not dialect.text_lines or e.reason in _HARMFUL or text.startswith(b"{"):
            raise
        return {TEXT: text.decode()}


def told_fields(fields: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    """The fields of a parsed line as the dialect's paths look at them.

    Raises:
        BadLineError: when a saved entry holds what no entry may.
    """
    return fields if dialect.saved is None else live_fields(fields, dialect.saved)


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
    for key in pattern.keys:
        text = fields.get(key)
        if isinstance(text, str):
            return text
    return None
