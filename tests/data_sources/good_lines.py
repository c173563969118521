"""A log of good lines, and a source that reads it at a clock that stands still."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from data_sources import JsonlSource, Reading

NOW_NS = 1_756_757_400 * 10**9
GOOD = b'{"event_code": "RISK.DENY", "ts_ns": %d, "details": {"reason": "R%d"}}'


def good(number: int) -> bytes:
    return GOOD % (1_756_757_303_115_233_280 + number, number)


def source(path: Path, **options: Any) -> JsonlSource:
    return JsonlSource(path, **{"dialect": "aurora", "clock": lambda: NOW_NS, **options})


def write(path: Path, *lines: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(b"".join(line + b"\n" for line in lines))
    return path


def reasons_of(reading: Reading) -> list[str]:
    return reading.frame["reason"].astype(object).tolist()
