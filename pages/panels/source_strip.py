"""The sources in a few words each: state, age, lines read and set aside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dash import html

from components.badges import badge_of
from components.element import Props, element
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import Column, table, table_props
from formats import age, count, text

ID: Final = "sources"
MOST_ROWS: Final = 5

COLUMNS: Final = (
    Column("name", "Source"),
    Column("state", "State", metric="sources_state"),
    Column("age", "Age", right=True, metric="sources_age_seconds"),
    Column("accepted", "Lines", right=True, metric="sources_accepted"),
    Column("quarantined", "Set aside", right=True, metric="sources_quarantined"),
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    return panel(ID, "Sources", table(f"{ID}-rows", COLUMNS, "Sources attached"), span=span)


def props(view: Any, origin: Provenance) -> Props:
    """Give a row a source, those in trouble first."""
    ordered = sorted(view.sources, key=lambda row: row.get("state") in {"ok", "waiting"})
    rows = [_row(row, view.at) for row in ordered[:MOST_ROWS]]
    hidden = len(ordered) - len(rows)
    caption = f"{count(hidden)} more on the quality page" if hidden else "All of them"
    return {
        **panel_props(ID, origin, f"{count(len(ordered))} attached"),
        **table_props(f"{ID}-rows", COLUMNS, rows, none="Nothing is attached", caption=caption),
    }


def _row(row: Mapping[str, Any], at: Any) -> dict[str, Any]:
    name = text(row.get("name"), 40)
    state = badge_of("source", row.get("state"))
    quarantined = row.get("quarantined")
    received = row.get("received_ms")
    old = None if received is None else at.timestamp() - received / 1000.0
    return {
        "_key": name,
        "_data": {"data_source": name},
        "name": name,
        "state": element(
            "Span",
            f"{state.glyph} {state.text}",
            className="badge-state",
            data_tone=state.tone,
            title=text(row.get("problem"), 300) if row.get("problem") else "",
        ),
        "age": age(old),
        "accepted": count(row.get("accepted")),
        "quarantined": count(sum(quarantined.values())) if quarantined is not None else count(None),
    }
