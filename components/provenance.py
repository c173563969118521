"""Where a panel's numbers come from and how old they are: the sources as one line and one state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from components.badges import badge_of
from formats import text

_STATES: Final = {"ok": "fresh", "waiting": "empty", "stale": "late", "unknown": "error"}
_WORST_FIRST: Final = ("error", "dead", "late", "fresh", "empty")
_BEST_FIRST: Final = ("fresh", "late", "dead", "empty", "error")
_SICK: Final = frozenset({"act", "warn"})
"""Tones of the states of sources that are in trouble."""

_DEAD_FACTOR: Final = 3.0
"""Fresh up to a source's threshold, late up to three of them, dead beyond."""


class Provenance(NamedTuple):
    """What a panel says about the data behind it.

    state                fresh, late, dead, empty or error
    source               the names of the sources, or that there is none
    as_of_ms             of the source that decides the state, epoch milliseconds
    stale_after_seconds  of the same source
    replay               the view stands at a chosen moment
    sick                 of sources side by side, the names of those in trouble
    """

    state: str
    source: str
    as_of_ms: int | None
    stale_after_seconds: float | None
    replay: bool
    sick: tuple[str, ...] = ()


_NOTHING: Final = Provenance("empty", "no source", None, None, replay=False)


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
        if (source is None or row.get("name") == source) and (tells_events(row) or not events_only)
    ]
    if not feeding:
        return _NOTHING._replace(replay=replay)
    states = _states(feeding, now_ms, replay=replay)
    worst = min(range(len(feeding)), key=lambda index: _WORST_FIRST.index(states[index]))
    return _decided_by(feeding[worst], states[worst], feeding, replay=replay)


def side_by_side(
    sources: Sequence[Mapping[str, Any]], *, now_ms: float, replay: bool = False
) -> Provenance:
    """Give the state of a panel that has a row for each of these sources: that of the best.

    Such a panel is no worse for a sick source among others: it tells of it, in its row and in
    `sick`. It is as old as what it heard last, so that it ages where nothing is heard any more.

    Args:
        sources: the rows of `/api/sources` that it shows.
        now_ms: as in `provenance`.
        replay: as in `provenance`.
    """
    if not sources:
        return _NOTHING._replace(replay=replay)
    states = _states(sources, now_ms, replay=replay)
    best = min(
        range(len(sources)),
        key=lambda index: (
            _BEST_FIRST.index(states[index]),
            -(sources[index].get("received_ms") or 0),
        ),
    )
    told = _decided_by(sources[best], states[best], sources, replay=replay)
    return told._replace(sick=sick_of(sources))


def tells_events(row: Mapping[str, Any]) -> bool:
    """Tell whether a source tells events; one that tells a state feeds no panel of orders."""
    return not row.get("is_state")


def sick_of(sources: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Give the names of the sources in trouble: late or worse, by their own word."""
    return tuple(
        str(row.get("name"))
        for row in sources
        if badge_of("source", row.get("state")).tone in _SICK
    )


def _states(sources: Sequence[Mapping[str, Any]], now_ms: float, *, replay: bool) -> list[str]:
    states = [panel_state(row, now_ms) for row in sources]
    if replay:
        return ["empty" if state == "empty" else "fresh" for state in states]
    return states


def _decided_by(
    row: Mapping[str, Any], state: str, sources: Sequence[Mapping[str, Any]], *, replay: bool
) -> Provenance:
    received = row.get("received_ms")
    return Provenance(
        state=state,
        source=", ".join(text(each.get("name"), 40) for each in sources),
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
