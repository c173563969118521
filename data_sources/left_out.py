"""What an attached folder holds that is no source, told to a person: each file is accounted for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from data_sources.lines.explain import escaped_text

MOST_NAMED: Final = 20
"""So many are named one by one; the rest is told by reason."""
_MANY: Final = re.compile(r"(\d+) files? that ")
_ONE_LINE: Final = re.compile(r"\b1 line\b")
_NUMBER: Final = re.compile(r"\d+")


def many_files(number: int, why: str) -> str:
    """Why no file of a pattern is a source: `7 files that no kind of source reads`."""
    return f"{number} {'file' if number == 1 else 'files'} that {why}"


def left_out_rows(left_out: Mapping[Path, str]) -> Iterator[str]:
    """Lines for a person: the first are named, the rest is counted by reason and suffix.

    Args:
        left_out: file, folder or pattern → why it is no source.
    """
    told = list(left_out.items())
    for path, why in told[:MOST_NAMED]:
        yield escaped_text(f"  left out {path}: {why}")
    rest = told[MOST_NAMED:]
    if not rest:
        return
    yield f"  left out {sum(_number(why) for _, why in rest)} more, by reason:"
    groups: dict[tuple[str, str], list[tuple[Path, str]]] = {}
    for path, why in rest:
        reason = _NUMBER.sub("N", _ONE_LINE.sub("1 lines", _MANY.sub("", why, count=1)))
        groups.setdefault((reason, path.suffix), []).append((path, why))
    for (reason, suffix), own in groups.items():
        number = sum(_number(why) for _, why in own)
        named = f"*{suffix}" if suffix else "without a suffix"
        yield escaped_text(f"    {reason}: {number} {named}, such as {own[0][0]}")


def _number(why: str) -> int:
    """How many files a sentence tells of."""
    many = _MANY.match(why)
    return int(many[1]) if many else 1
