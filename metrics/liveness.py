"""Whether a bot works, which is more than that it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from metrics.base import metric
from metrics.rows import Table, rows_of

QUIET_FACTOR: Final = 3.0
"""A bot is quiet too long after this many times its own usual gap between two actions."""
SMALLEST_N: Final = 10
"""Actions that a usual gap must stand on."""
SHORTEST_QUIET_SECONDS: Final = 2.0
"""Bursts make a gap of microseconds, and lines arrive late: below this no silence is one."""

FAR_FACTOR: Final = 10.0
"""Times what a source's newest line may be old; older than that, nobody is said to work."""
FAR_SECONDS_MAX: Final = 86_400.0
"""What is far beyond an age that a line may reach, at most: no week for a night of silence."""

LONGEST_CLOSURE_SECONDS: Final = 10 * 86_400.0
"""No exchange is shut for longer: before an opening so long a silence has no excuse."""

_ALIVE_STATES: Final = ("ok",)


@dataclass(frozen=True, slots=True)
class Liveness:
    """How one bot is at a moment.

    state   `working`; `alive, not working`; `silent` (nothing says that it lives); `unknown`
            (too few actions to know its pace); `market closed`; `stale` (its pace has known such
            pauses, but its newest line is far older than its source may become)
    quiet_seconds       since its last decision or action; None when it never acted
    usual_gap_seconds   median gap between its actions; None when unknown
    n                   actions that the gap stands on
    evidence            what says that it is alive; None when nothing does
    """

    source: str
    state: str
    quiet_seconds: float | None
    usual_gap_seconds: float | None
    n: int
    evidence: str | None


@metric(unit="seconds", needs=("activity_rows", "sources", "at"))
def liveness(
    activity_rows: Table,
    sources: Sequence[Mapping[str, Any]],
    at: pd.Timestamp,
    *,
    closed_markets: frozenset[str] = frozenset(),
    opened: tuple[tuple[str, pd.Timestamp], ...] = (),
) -> tuple[Liveness, ...]:
    """Tell for each source that acts whether it works, by three times its own usual gap.

    Unit of the ages: seconds. Alive is who answers its health check with ok, or still writes
    events (heartbeats, health) while it no longer decides. A health check is of the source that
    has its account; one without an account is of the only source that acts. Sources named in
    `closed_markets` may be quiet; for those named in `opened` quiet counts from when their market
    opened.
    A log with long pauses in it has a long usual gap: it is not called working where its newest
    line is ten times older than the source may become, or a day more than that.
    """
    since = dict(opened)
    by_name = {str(row.get("name")): row for row in sources}
    found, acting = [], rows_of(activity_rows)
    checks = _healthy(sources)
    for row in acting:
        name = str(row.get("source"))
        closed = name in closed_markets
        own = by_name.get(name, {})
        check = _check_of(own, checks, alone=len(acting) == 1)
        found.append(_one(name, row, own, at, check=check, since=since.get(name), closed=closed))
    return tuple(found)


def _one(
    name: str,
    row: Mapping[Any, Any],
    source: Mapping[str, Any],
    at: pd.Timestamp,
    *,
    check: str | None,
    since: pd.Timestamp | None,
    closed: bool,
) -> Liveness:
    n, gap = int(row.get("n") or 0), _known(row.get("usual_gap_seconds"))
    quiet = _seconds_since(row.get("ts_last_action"), at)
    limit = None if gap is None else max(QUIET_FACTOR * gap, SHORTEST_QUIET_SECONDS)
    heard = _seconds_since(row.get("ts_last_event"), at)
    evidence = check
    if check is None and heard is not None and limit is not None and heard <= limit:
        evidence = f"{name} still writes events"
    opened = _seconds_since(since, at)
    if quiet is None or limit is None or n < SMALLEST_N:
        state = "unknown"
    elif (quiet if opened is None else min(quiet, opened)) <= limit:
        state = "stale" if _is_far(source, heard, opened) else "working"
    elif closed:
        state = "market closed"
    else:
        state = "alive, not working" if evidence else "silent"
    return Liveness(name, state, quiet, gap, n, evidence)


def _healthy(sources: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Give the health checks that answer ok."""
    checks = (row for row in sources if row.get("kind") == "health")
    return [row for row in checks if row.get("state") in _ALIVE_STATES]


def _check_of(
    own: Mapping[str, Any], checks: Sequence[Mapping[str, Any]], *, alone: bool
) -> str | None:
    """Give the health check that says that a bot is alive: not that of another bot."""
    for check in checks:
        accounts = own.get("account_id"), check.get("account_id")
        if alone if None in accounts else accounts[0] == accounts[1]:
            return f"health check {check.get('name')} answers ok"
    return None


def _is_far(
    source: Mapping[str, Any], heard_seconds: float | None, opened_seconds: float | None
) -> bool:
    """Whether the newest line is much older than the source may become, a closed market aside."""
    allowed: float | None = _known(source.get("stale_after_seconds"))
    if allowed is None or heard_seconds is None:
        return False
    if opened_seconds is not None and heard_seconds <= LONGEST_CLOSURE_SECONDS:
        heard_seconds = min(heard_seconds, opened_seconds)
    return heard_seconds > allowed + min((FAR_FACTOR - 1) * allowed, FAR_SECONDS_MAX)


def _seconds_since(moment: Any, at: pd.Timestamp) -> float | None:
    return None if _known(moment) is None else float((at - moment).total_seconds())


def _known(value: Any) -> Any:
    return None if value is None or value is pd.NaT or value is pd.NA or value != value else value
