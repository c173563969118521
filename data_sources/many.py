"""How many of something, in words."""

from __future__ import annotations


def many(n: int, word: str) -> str:
    """Return `1 line`, `2 lines`."""
    return f"{n} {word}" if n == 1 else f"{n} {word}s"
