"""Whether the bots work, which is more than that they answer; and whether the orders add up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from dash import html

from components.cell import age_cell, badge_cell
from components.element import Props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import Column, table, table_props
from formats import count, seconds, text
from metrics.liveness import Liveness, liveness
from pages.panels import notable

ID: Final = "working"
MOST_ROWS: Final = 4
_WORST_FIRST: Final = ("alive, not working", "silent", "unknown", "market closed", "working")

COLUMNS: Final = (
    Column("source", "Bot"),
    Column("state", "State", metric="liveness_state"),
    Column("quiet", "Last acted", right=True, metric="liveness_quiet_seconds"),
    Column("gap", "Usual gap", right=True, metric="liveness_usual_gap_seconds"),
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    body = [
        table(f"{ID}-rows", COLUMNS, "Bots by when they last decided or acted"),
        notable.layout(),
    ]
    hint = "A bot that answers but has not acted for three times its usual gap does not work"
    return panel(ID, "Alive and working?", body, span=span, hint=hint)


def props(view: Any, origin: Provenance) -> Props:
    """Give a row a bot, the worst first."""
    found: tuple[Liveness, ...] = view.measure(liveness)
    ordered = sorted(found, key=_rank)
    rows = [_row(one, view.at, still=origin.replay) for one in ordered[:MOST_ROWS]]
    hidden = len(ordered) - len(rows)
    caption = f"{count(hidden)} better ones left out" if hidden else ""
    return {
        **notable.props(view),
        **panel_props(ID, origin, f"n = {count(sum(one.n for one in found))} actions"),
        **table_props(f"{ID}-rows", COLUMNS, rows, none="No bot has acted yet", caption=caption),
    }


def _rank(one: Liveness) -> int:
    return _WORST_FIRST.index(one.state) if one.state in _WORST_FIRST else 0


def _row(one: Liveness, at: Any, *, still: bool) -> dict[str, Any]:
    quiet = None if one.quiet_seconds is None else timedelta(seconds=one.quiet_seconds)
    evidence = one.evidence or "nothing else says that it is alive"
    if one.state == "unknown":
        state = badge_cell("liveness", None, title=evidence, shown="Too few actions")
    else:
        state = badge_cell("liveness", one.state, title=evidence)
    return {
        "_data": {"source": text(one.source, 40)},
        "source": text(one.source, 40),
        "state": state,
        "quiet": age_cell(None if quiet is None else at - quiet, at, still=still),
        "gap": seconds(one.usual_gap_seconds),
    }
