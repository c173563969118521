"""The last rare events: halts, breakers, transitions, errors, alerts, sick health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

from dash import html

from components.cell import raw_cell, time_cell
from components.element import Props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import Column, table, table_props
from formats import MISSING, text

ID: Final = "notable"
MOST_ROWS: Final = 3
_TOO_MANY: Final = ("governance.sprt", "governance.alpha")
"""Told at every step of a test: the gauges show them."""

COLUMNS: Final = (
    Column("time", "When", width=18),
    Column("source", "Source", width=15),
    Column("what", "What", width=33),
    Column("text", "Said", width=28),
    Column("raw", "", width=6),
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    body = table(f"{ID}-rows", COLUMNS, "The last rare events, whatever the window")
    hint = "Halts, breakers, transitions, errors, alerts, sick health: whatever the window"
    return panel(ID, "Last notable", body, span=span, hint=hint)


def props(view: Any, origin: Provenance) -> Props:
    """Give the newest rare events."""
    rows = [_row(row, view.at) for row in _newest(view.notable_rows)]
    return {
        **panel_props(ID, origin),
        **table_props(
            f"{ID}-rows", COLUMNS, rows, none="No halt, error, alert or transition yet", caption=""
        ),
    }


def _newest(notable: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    shown = (row for row in reversed(notable) if row["kind"] not in _TOO_MANY)
    return list(islice(shown, MOST_ROWS))


def _row(row: Mapping[str, Any], at: Any) -> dict[str, Any]:
    said = next(
        (
            shown
            for shown in (text(row.get(name), 80) for name in ("text", "reason", "decision"))
            if shown != MISSING
        ),
        "",
    )
    return {
        "time": time_cell(row.get("ts_event"), today=at),
        "source": text(row.get("source"), 40),
        "what": text(row.get("code") or row.get("kind"), 48),
        "text": said,
        "raw": raw_cell(row.get("raw_generation"), row.get("raw_offset"), row.get("source")),
    }
