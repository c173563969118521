"""Where a panel's numbers come from and how old they are: the sources as one line and one state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from formats import text

_STATES: Final = {"ok": "fresh", "waiting": "empty", "stale": "late", "unknown": "error"}
_WORST_FIRST: Final = ("error", "dead", "late", "fresh", "empty")
STATE_KINDS: Final = frozenset(
    {
        *("accounts", "alpaca", "health", "json_file", "marker", "parquet", "rest"),
        *("log_folder", "runs", "sessions"),
    }
)
"""Kinds of sources that tell a state and no events: they do not feed the panels of orders."""

_DEAD_FACTOR: Final = 3.0
"""Fresh up to a source's threshold, late up to three of them, dead beyond."""


class Provenance(NamedTuple):
    """What a panel says about the data behind it."""

    state: str
    source: str
    as_of_ms: int | None
    stale_after_seconds: float | None
    replay: bool


def provenance(
    sources: Iterable[Mapping[str, Any]],
    *,
    now_ms: float,
    source: str | None = None,
    replay: bool = False,
    events_only: bool = True,
) -> Provenance:
    """Give the state of a panel fed by these sources: the worst of them, by its own threshold.

    Args:
        sources: rows of `/api/sources` with `stale_after_seconds` and `received_ms`.
        now_ms: the moment of the view, epoch milliseconds.
        source: only this one, when the viewer filters by source.
        replay: the view stands at a chosen moment, where nothing grows old.
        events_only: leave out sources that tell states instead of events.
    """
    feeding = [
        row
        for row in sources
        if (source is None or row.get("name") == source)
        and not (events_only and row.get("kind") in STATE_KINDS)
    ]
    if not feeding:
        return Provenance("empty", "no source", None, None, replay)
    states = [panel_state(row, now_ms) for row in feeding]
    if replay:
        states = ["empty" if state == "empty" else "fresh" for state in states]
    worst = min(range(len(feeding)), key=lambda index: _WORST_FIRST.index(states[index]))
    row = feeding[worst]
    names = ", ".join(text(row.get("name"), 40) for row in feeding)
    received = row.get("received_ms")
    return Provenance(
        state=states[worst],
        source=names,
        as_of_ms=None if received is None else int(received),
        stale_after_seconds=row.get("stale_after_seconds"),
        replay=replay,
    )


def panel_state(row: Mapping[str, Any], now_ms: float) -> str:
    """Give one source's state as a panel's: fresh, late, dead, empty or error."""
    state = _STATES.get(str(row.get("state")), "error")
    received, limit = row.get("received_ms"), row.get("stale_after_seconds")
    if state in {"error", "empty"} or received is None or not limit:
        return state
    age_seconds = (now_ms - received) / 1000.0
    if age_seconds > _DEAD_FACTOR * limit:
        return "dead"
    return "late" if age_seconds > limit else state
