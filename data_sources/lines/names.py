"""What a file's name says: which log it belongs to, whether it was rotated, whether compressed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

PATTERNS: Final = ("*.jsonl", "*.jsonl.gz", "*.ndjson", "*.ndjson.gz")

_DATE = r"[.-]\d{4}-?\d{2}-?\d{2}(?:[._T-]?\d{2}(?:-?\d{2}){0,2})?"
_ROTATED = re.compile(
    rf"(?P<live>.+?)(?:(?:{_DATE}|\.\d{{1,6}})(?:\.part\d+)?(?:\.\w{{1,8}})?)?(?P<gz>\.gz)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class LogName:
    """live: the name that is written to; rotated: this name is not it; compressed: ends in .gz."""

    live: str
    rotated: bool
    compressed: bool


@lru_cache(maxsize=65536)
def log_name(name: str, patterns: tuple[str, ...]) -> LogName | None:
    """What the name of a file means, or None when it is no log by these patterns.

    Known rotations of `name.jsonl`: `name.jsonl.1`, `name.jsonl-20250903`,
    `name.jsonl.2025-09-03_14`, `name.jsonl.20250903.141500.part2.jsonl`, each also with `.gz`.
    """
    if name.endswith(".lock"):
        return None
    match = _ROTATED.fullmatch(name)
    live = match["live"] if match else name
    if live != name and _fits(live, patterns):
        return LogName(live, rotated=True, compressed=name.endswith(".gz"))
    if not _fits(name, patterns):
        return None
    compressed = name.endswith(".gz")
    return LogName(name.removesuffix(".gz"), rotated=compressed, compressed=compressed)


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
