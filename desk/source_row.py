"""What `/api/sources` says of a source: its state, its counts, its ages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from desk.catching_up import is_behind
from desk.dialect import system_of
from desk.warned import warnings

if TYPE_CHECKING:
    from desk.origin import Origin

AHEAD_SECONDS: Final = 2.0
"""Clocks differ by less than that; beyond it, we say so."""


def source_row(origin: Origin, now_ns: int) -> dict[str, Any]:
    """Return the row of a source at a moment (nanoseconds UTC); ages in seconds, times RFC 3339."""
    counts, alive_ns = origin.counts, origin.alive_ns
    age = _age(alive_ns, now_ns)
    state, limit = origin.state, origin.patience_seconds(alive_ns)
    if state == "ok" and age is not None and age > limit:
        state = "stale"
    return {
        "name": origin.name,
        "kind": origin.kind,
        "is_state": origin.is_state,
        "dialect": origin.dialect,
        "system": system_of(origin) or None,
        "state": state,
        "problem": origin.problem or _ahead(origin),
        "url" if hasattr(origin.source, "url") else "path": origin.place,
        "account_id": origin.account_id,
        "lines_in": counts.lines_in,
        "accepted": counts.accepted - origin.duplicates,
        "quarantined": dict(counts.quarantined),
        "duplicates": counts.duplicates + origin.duplicates,
        "blank": counts.blank,
        "bytes_read": counts.bytes_read,
        "unread_bytes": counts.unread_bytes,
        "catching_up": is_behind(origin),
        "partial_bytes": counts.partial_bytes,
        "partial_age_seconds": _age(counts.partial_since_ns, now_ns),
        "partial_final": counts.partial_final,
        "nul_bytes": counts.nul_bytes,
        "missed": counts.missed,
        "generations": dict(counts.generations),
        "wakes_by": None if origin.wake is None else origin.wake.mode,
        "watch_rebuilds": None if origin.wake is None else origin.wake.rebuilds,
        "late": origin.late,
        "naive": counts.naive,
        "untimed": counts.untimed,
        "warnings": warnings(
            counts, getattr(origin.source, "timezone", None), origin.set_aside.last
        ),
        "newest_ts_event": rfc3339(origin.newest),
        "age_seconds": age,
        "stale_after_seconds": limit,
        "received_ms": _sign_of_life_ms(origin, now_ns),
    }


def rfc3339(moment: pd.Timestamp | None) -> str | None:
    """Return a moment in UTC as `/api/sources` writes it."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _ahead(origin: Origin) -> str | None:
    """Say that a line is dated later than it was read: the bot's clock, or ours, is wrong."""
    if origin.newest is None or origin.alive_ns is None:
        return None
    seconds = (origin.newest.value - origin.alive_ns) / 1e9
    if seconds <= AHEAD_SECONDS:
        return None
    return f"its newest line is dated {seconds:.0f} s ahead of this machine's clock"


def _sign_of_life_ms(origin: Origin, now_ns: int) -> int | None:
    """When the origin last showed life: an old log that was just read is still old."""
    if origin.alive_ns is None:
        return origin.received_ms
    return min(origin.alive_ns, now_ns) // 1_000_000


def _age(since_ns: int | None, now_ns: int) -> float | None:
    return None if since_ns is None else max(0.0, (now_ns - since_ns) / 1e9)
