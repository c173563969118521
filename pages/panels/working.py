"""Whether the bots work, which is more than that they answer; and whether the orders add up."""

from __future__ import annotations

from typing import Any, Final

from dash import html

from components.badges import badge_of
from components.element import Props, element
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import Column, table, table_props
from formats import age, count, seconds, text
from metrics.liveness import Liveness, liveness

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
    body = table(f"{ID}-rows", COLUMNS, "Bots by when they last decided or acted")
    hint = "A bot that answers but has not acted for three times its usual gap does not work"
    return panel(ID, "Alive and working?", body, span=span, hint=hint)


def props(view: Any, origin: Provenance) -> Props:
    """Give a row a bot, the worst first."""
    found: tuple[Liveness, ...] = view.measure(liveness)
    ordered = sorted(found, key=_rank)
    rows = [_row(one) for one in ordered[:MOST_ROWS]]
    hidden = len(ordered) - len(rows)
    caption = "Quiet beyond 3× the usual gap is not working"
    if hidden:
        caption += f"; {count(hidden)} better ones left out"
    return {
        **panel_props(ID, origin, f"n = {count(sum(one.n for one in found))} actions"),
        **table_props(f"{ID}-rows", COLUMNS, rows, none="No bot has acted yet", caption=caption),
    }


def _rank(one: Liveness) -> int:
    return _WORST_FIRST.index(one.state) if one.state in _WORST_FIRST else 0


def _row(one: Liveness) -> dict[str, Any]:
    state = badge_of("liveness", None if one.state == "unknown" else one.state)
    shown = "Too few actions" if one.state == "unknown" else state.text
    return {
        "_key": one.source,
        "_data": {"data_source": one.source},
        "source": text(one.source, 40),
        "state": element(
            "Span",
            f"{state.glyph} {shown}",
            className="badge-state",
            title=one.evidence or "nothing else says that it is alive",
            data_tone=state.tone,
        ),
        "quiet": f"{age(one.quiet_seconds)}",
        "gap": seconds(one.usual_gap_seconds),
    }
