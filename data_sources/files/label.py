"""Names and texts of an origin, made harmless: one line, printable, of a decent length."""

from __future__ import annotations

import os
from typing import Any, Final

LONGEST_LABEL: Final = 256


def label(value: Any, longest: int = LONGEST_LABEL) -> str | None:
    """A text of one line; None for an empty text and for what is no text or number.

    Control characters, line and direction marks and lone surrogates become escapes.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value)[: longest + 1]
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return (text if len(text) <= longest else text[: longest - 1] + "…") or None


def file_label(name: str) -> str:
    """The name of a file or folder; bytes that are no UTF-8 become escapes."""
    readable = os.fsencode(name).decode("utf-8", "backslashreplace")
    return label(readable) or "?"
