"""What was lost or guessed on the way, source by source, in words."""

from __future__ import annotations

from typing import Any, Final

from dash import html

from components.element import Props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import Column, table, table_props
from formats import count, text
from pages.panels.side_by_side import source_cell

ID: Final = "source-warnings"

COLUMNS: Final = (
    Column("source", "Source", width=24),
    Column("warning", "What to know", metric="sources_warnings", wrap=True, width=76),
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    hint = "The numbers of these sources are as good as what could be read of them"
    body = table(f"{ID}-rows", COLUMNS, "What was lost or guessed")
    return panel(ID, "Lost or guessed?", body, span=span, hint=hint)


def props(view: Any, origin: Provenance) -> Props:
    """Give a row for each thing to know of a source."""
    rows = [
        {
            "_data": {"source": text(row.get("name"), 40)},
            "source": source_cell(row.get("name"), origin),
            "warning": f"▲ {text(said, 300)}",
        }
        for row in view.sources
        for said in row.get("warnings") or ()
    ]
    return {
        **panel_props(ID, origin, f"n = {count(len(rows))}"),
        **table_props(
            f"{ID}-rows",
            COLUMNS,
            rows,
            none="Nothing was lost, and nothing had to be guessed",
            caption="Since the desk began to read, whatever the window and the moment",
        ),
    }
