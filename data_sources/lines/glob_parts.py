"""Whether folders lie where a glob says."""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePosixPath


@lru_cache(maxsize=4096)
def matches(inside: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Whether folder names match a glob's folder parts; `**` stands for any number of folders."""
    if not pattern:
        return not inside
    if pattern[0] == "**":
        return matches(inside, pattern[1:]) or bool(inside and matches(inside[1:], pattern))
    fits = bool(inside) and PurePosixPath(inside[0]).match(pattern[0])
    return fits and matches(inside[1:], pattern[1:])
