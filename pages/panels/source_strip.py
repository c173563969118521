"""The sources side by side: how each one is, and what it did in the window; sick ones first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Final

from dash import html

from components.badges import badge_of
from components.cell import Cell, age_cell, badge_cell, query_cell
from components.element import Props
from components.panel import panel, panel_props
from components.provenance import Provenance, tells_events
from components.table import Column, table, table_props
from formats import MISSING, age, count, seconds, text
from metrics.by_source import SourceCounts, counts_by_source, open_orders_by_source
from metrics.liveness import Liveness, liveness

ID: Final = "sources"
_SHORT_GAP_SECONDS: Final = 120.0
_WORST_FIRST: Final = ("act", "warn", "unknown", "neutral", "good")

COLUMNS: Final = (
    Column("name", "Source", metric="sources_name", width=16.4),
    Column("system", "System", width=13.3),
    Column("state", "State", metric="sources_state", width=11.2),
    Column("works", "Works?", metric="liveness_state", width=14.5),
    Column("age", "Age", right=True, metric="sources_age_seconds", width=9.3),
    Column("events", "Events", right=True, metric="sources_events", width=7.6),
    Column("submitted", "Submitted", right=True, metric="sources_submitted", width=8.9),
    Column("filled", "Filled", right=True, metric="sources_filled", width=6.2),
    Column("denied", "Denied", right=True, metric="sources_denied", width=6.7),
    Column("open", "Open", right=True, metric="sources_open_orders", width=5.9),
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    hint = (
        "Events and opening orders of the window; open ones whatever the window. A bot that "
        "answers but has not acted for three times its usual gap does not work"
    )
    body = table(f"{ID}-rows", COLUMNS, "Sources attached")
    return panel(ID, "Source by source", body, span=span, height="grow", hint=hint)


def props(view: Any, origin: Provenance, chosen: str | None) -> Props:
    """Give a row a source, those in trouble first; a chosen one is marked and alone counted."""
    counts: dict[str, SourceCounts] = view.measure(counts_by_source)
    waiting: dict[str, int] = view.measure(open_orders_by_source)
    acting = {one.source: one for one in _acting(view)}
    at, ranked = view.at, [(_rank(row, acting), row) for row in view.sources]
    rows = [
        _row(row, acting.get(str(row.get("name"))), at, still=origin.replay)
        | _counted(row, counts, waiting, chosen)
        | _choice(row, chosen)
        for _, row in sorted(ranked, key=itemgetter(0))
    ]
    sick = sum(rank < _WORST_FIRST.index("unknown") for rank, _ in ranked)
    said = f"{count(len(rows))} attached, {count(sick) if sick else 'none'} sick"
    caption = f"Counted is {text(chosen, 40)} alone" if chosen else ""
    return {
        **panel_props(ID, origin, said),
        **table_props(f"{ID}-rows", COLUMNS, rows, none="Nothing is attached", caption=caption),
    }


def _acting(view: Any) -> tuple[Liveness, ...]:
    """Give whether each bot works; one whose market is closed may be quiet."""
    ask = view.desk.get("markets")
    markets: dict[str, Any] = ask() if ask is not None else {}
    closed = frozenset(name for name, since in markets.items() if since is None)
    opened = tuple(sorted((name, since) for name, since in markets.items() if since is not None))
    found: tuple[Liveness, ...] = view.measure(liveness, closed_markets=closed, opened=opened)
    return found


def _rank(row: Mapping[str, Any], acting: Mapping[str, Liveness]) -> int:
    """Give the place of a source's worse side: how it is read, or whether its bot works."""
    tones = [badge_of("source", row.get("state")).tone]
    one = acting.get(str(row.get("name")))
    if one is not None and one.state != "unknown":
        tones.append(badge_of("liveness", one.state).tone)
    return min(map(_WORST_FIRST.index, tones))


def _row(row: Mapping[str, Any], one: Liveness | None, at: Any, *, still: bool) -> dict[str, Any]:
    warned = [row.get("problem"), *(row.get("warnings") or ())]
    said = "; ".join(str(each) for each in warned if each)
    received = row.get("received_ms")
    heard = None if received is None else datetime.fromtimestamp(received / 1000.0, UTC)
    system = text(row.get("system") or row.get("kind"), 24)
    return {
        "_data": {"source": text(row.get("name"), 40)},
        "system": system,
        "state": badge_cell("source", row.get("state"), title=said, shown=_state(row)),
        "works": _works(one),
        "age": age_cell(heard, at, still=still),
    }


def _state(row: Mapping[str, Any]) -> str:
    """Give the words of a state, with a flag where Quality has more to say."""
    return f"{badge_of('source', row.get('state')).text}{' ⚑' if row.get('warnings') else ''}"


def _works(one: Liveness | None) -> Cell | str:
    """Give whether a bot works, in a word; what that stands on is told to who points at it."""
    if one is None:
        return MISSING
    if one.state == "unknown":
        return badge_cell("liveness", None, title=f"{one.n} actions are too few", shown="few acts")
    acted = f"last acted {age(one.quiet_seconds)} before, usual gap {_gap(one.usual_gap_seconds)}"
    if one.state == "stale":
        said = f"its newest line is too old: {acted}"
    else:
        said = f"{one.state}: {acted}; {one.evidence or 'nothing else says that it is alive'}"
    return badge_cell("liveness", one.state, title=said)


def _gap(usual_seconds: float | None) -> str:
    """Give a usual gap: seconds with their parts while it is short, else as an age."""
    is_short = usual_seconds is None or usual_seconds < _SHORT_GAP_SECONDS
    return seconds(usual_seconds) if is_short else age(usual_seconds)


def _choice(row: Mapping[str, Any], chosen: str | None) -> dict[str, Any]:
    """Give the name as a link that chooses the source, or all of them again."""
    name = str(row.get("name"))
    if name == chosen:
        return {"_selected": True, "name": query_cell(name, "Show all sources again", source="")}
    return {"name": query_cell(name, "Only this source", source=name)}


def _counted(
    row: Mapping[str, Any],
    counts: Mapping[str, SourceCounts],
    waiting: Mapping[str, int],
    chosen: str | None,
) -> dict[str, str]:
    """Give what it did in the window: nothing where it tells no events or is not looked at."""
    name = str(row.get("name"))
    is_counted = chosen in (None, name) and tells_events(row)
    told = counts.get(name)
    if not is_counted or (told is None and row.get("newest_ts_event") is None):
        return dict.fromkeys(("events", "submitted", "filled", "denied", "open"), MISSING)
    found = told or SourceCounts(0, 0, 0, 0)
    return {
        "events": count(found.events),
        "submitted": count(found.submitted),
        "filled": count(found.filled),
        "denied": count(found.denied),
        "open": count(waiting.get(name, 0)),
    }
