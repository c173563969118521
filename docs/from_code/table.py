"""Rows as a table of a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar inside a cell is escaped, so that it ends none."""
    lines = [_row(head), "|" + "---|" * len(head)]
    return "\n".join([*lines, *(_row(row) for row in rows)])


def code(text: object) -> str:
    """A text as code: `text`."""
    return f"`{text}`"


def codes(texts: Iterable[object], joint: str = ", ") -> str:
    """Texts as code, one behind the other."""
    return joint.join(code(text) for text in texts)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
