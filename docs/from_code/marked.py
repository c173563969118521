"""Parts of a paper that come from the code, between two marks; what stands around is by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

PART: Final = re.compile(
    r"^(?P<begin>(?:<!--|#) generated: (?P<name>\w+)(?: -->)?)\n"
    r"(?P<body>.*?)"
    r"^(?P<end>(?:<!--|#) end(?: -->)?)$",
    re.MULTILINE | re.DOTALL,
)
"""`<!-- generated: options -->` … `<!-- end -->` in a page; in TOML `# generated: …` … `# end`."""


class PaperError(Exception):
    """A paper cannot be filled; the text names it and says what to do."""


def part(name: str) -> str:
    """The marks of a part of a page, with nothing between them yet."""
    return f"<!-- generated: {name} -->\n<!-- end -->"


def filled(text: str, parts: Mapping[str, str], paper: str) -> str:
    """The text with each marked part as the code tells it.

    Args:
        text: of the paper.
        parts: name → what stands between the marks.
        paper: its name, for the message.

    Raises:
        PaperError: a part has no marks, or marks have a name that the code does not know.
    """
    marked = [match["name"] for match in PART.finditer(text)]
    for name in parts:
        if marked.count(name) != 1:
            raise PaperError(
                f"{paper}: the part {name!r} must stand there once, and stands there "
                f"{marked.count(name)} times; its marks are\n{part(name)}"
            )
    for name in marked:
        if name not in parts:
            raise PaperError(f"{paper}: no part is named {name!r}; known: {', '.join(parts)}")
    return PART.sub(
        lambda match: f"{match['begin']}\n{parts[match['name']].strip()}\n{match['end']}", text
    )
