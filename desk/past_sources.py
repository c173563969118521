"""The sources as they were at a chosen moment: what is known of then, and nothing of later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

from desk.origin import Origin
from desk.source_row import rfc3339

_QUIET: Final = ("ok", "waiting", "unknown")
"""States of a stream that its own lines decide at a moment: heard by then, and how long before."""

UNTIMED: Final = (
    "no line carries a time, so whether it wrote then is not known; let its writer add one"
)


def rows_at(
    origins: Iterable[Origin], heard: Mapping[str, int], at_ns: int, now_ns: int
) -> list[dict[str, Any]]:
    """Return the rows of `/api/sources` as of a moment; counts of lines stay those of now.

    `state`, `problem`, `age_seconds`, `received_ms` and `newest_ts_event` are those of the moment,
    None or `unknown` where nothing was kept of it.

    Args:
        origins: the sources.
        heard: source → its newest event up to the moment, int64 ns.
        at_ns: the moment; one that is still to come is as now, only later.
        now_ns: the wall clock.
    """
    if at_ns >= now_ns:
        return [origin.row(at_ns) for origin in origins]
    return [_row_at(origin, heard.get(origin.name), at_ns) for origin in origins]


def _row_at(origin: Origin, heard_ns: int | None, at_ns: int) -> dict[str, Any]:
    row = origin.row(at_ns)
    state, problem = origin.state_at(at_ns)
    alive_ns = heard_ns
    # Of a polled one that waited, what it has told since is older than its being heard.
    heard_since = origin.is_state and state == "waiting"
    if origin.alive_ns is not None and origin.alive_ns <= at_ns and not heard_since:
        alive_ns = origin.alive_ns
    elif origin.is_untimed:
        alive_ns = origin.hearings.by(at_ns)
    age = None if alive_ns is None else (at_ns - alive_ns) / 1e9
    if not origin.is_state and state in _QUIET:
        state = "waiting" if age is None else "ok"
        if state == "waiting" and origin.is_untimed:
            state, problem = "unknown", UNTIMED
    if state == "ok" and age is not None and age > origin.patience_seconds(alive_ns):
        state = "stale"
    newest = origin.newest
    if newest is None or newest.value > at_ns or heard_since:
        newest = None if heard_ns is None else pd.Timestamp(heard_ns, unit="ns", tz="UTC")
    return {
        **row,
        "state": state,
        "problem": problem,
        "age_seconds": age,
        "stale_after_seconds": origin.patience_seconds(alive_ns),
        "received_ms": None if alive_ns is None else alive_ns // 1_000_000,
        "newest_ts_event": rfc3339(newest),
    }
