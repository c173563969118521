"""`alerts.jsonl` of a run: one alert a line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from data_sources.files.json_object import first
from data_sources.files.label import label
from data_sources.files.times import Times, timestamp
from data_sources.lines.raw import escaped
from data_sources.lines.strict import BadLineError, parse_line

ALERT_BYTES: Final = 2 << 20
"""Of a longer file the newest alerts count: the lines that begin in so many bytes."""
MOST_ALERTS: Final = 1_000
HEAD_BYTES: Final = 256
_SEVERITIES: Final = {
    "info": "info",
    "warn": "warning",
    "warning": "warning",
    "critical": "critical",
    "crit": "critical",
    "error": "critical",
}


@dataclass(slots=True)
class Alerts:
    """What the file holds: rows of the frame `alerts`, and the lines that were set aside.

    Offsets, the `raw_offset` of a row too, are places in the bytes that were parsed.

    bad  (offset, length, reason, head)
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    bad: list[tuple[int, int, str, str]] = field(default_factory=list)
    lines: int = 0
    blank: int = 0
    accepted: int = 0
    naive: int = 0
    untimed: int = 0


def severity(value: Any) -> str | None:
    """One of info, warning, critical; an unknown word stays visible."""
    word = (label(value) or "").lower()
    return _SEVERITIES.get(word, word) or None


def alerts_parser(zone: dt.tzinfo, clock: Callable[[], int]) -> Callable[[bytes], Alerts]:
    """A parser of the file, for `KeptFile`."""

    def parse(data: bytes) -> Alerts:
        times = Times(zone, clock())
        found = Alerts()
        start, end = 0, data.rfind(b"\n") + 1
        while start < end:
            stop = data.index(b"\n", start)
            _take(data[start:stop].rstrip(b"\r"), start, found, times)
            start = stop + 1
        if _is_whole(data[end:]):
            _take(data[end:], end, found, times)
        found.naive = times.naive
        found.rows = found.rows[-MOST_ALERTS:]
        return found

    return parse


def _is_whole(line: bytes) -> bool:
    """Whether a line without its newline is there already; a torn one is not bad, it is early."""
    try:
        parse_line(line.strip())
    except BadLineError:
        return False
    return True


def _take(line: bytes, offset: int, found: Alerts, times: Times) -> None:
    found.lines += 1
    if not line.strip():
        found.blank += 1
        return
    try:
        record = parse_line(line.strip())
    except BadLineError as error:
        found.bad.append((offset, len(line), error.reason, escaped(line[:HEAD_BYTES])))
        return
    found.accepted += 1
    ns = times.ns(first(record, "timestamp", "ts", "ts_event"))
    found.untimed += ns is None
    row = {
        "ts_event": timestamp(ns),
        "severity": severity(record.get("severity", "info")),
        "category": label(record.get("category")),
        "title": label(first(record, "rule_id", "title")),
        "body": label(first(record, "message", "body"), 4_096),
        "raw_offset": offset,
    }
    found.rows.append(row)
