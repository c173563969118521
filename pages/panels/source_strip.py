"""The sources in a few words each: state, age, lines read and set aside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from dash import html

from components.cell import age_cell, badge_cell
from components.element import Props
from components.panel import panel, panel_props
from components.provenance import STATE_KINDS, Provenance
from components.table import Column, table, table_props
from formats import count, text

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
    rows = [_row(row, view.at, still=origin.replay) for row in ordered[:MOST_ROWS]]
    hidden = len(ordered) - len(rows)
    caption = f"{count(hidden)} more on the quality page" if hidden else ""
    return {
        **panel_props(ID, origin, f"{count(len(ordered))} attached"),
        **table_props(f"{ID}-rows", COLUMNS, rows, none="Nothing is attached", caption=caption),
    }


def _row(row: Mapping[str, Any], at: Any, *, still: bool) -> dict[str, Any]:
    name = text(row.get("name"), 40)
    problem = row.get("problem")
    quarantined = row.get("quarantined")
    reads_lines = quarantined is not None and row.get("kind") not in STATE_KINDS
    received = row.get("received_ms")
    heard = None if received is None else datetime.fromtimestamp(received / 1000.0, UTC)
    return {
        "_data": {"source": name},
        "name": name,
        "state": badge_cell(
            "source", row.get("state"), title=text(problem, 300) if problem else ""
        ),
        "age": age_cell(heard, at, still=still),
        "accepted": count(row.get("accepted") if reads_lines else None),
        "quarantined": count(sum(quarantined.values()) if reads_lines else None),
    }
