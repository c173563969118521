"""The last rare events: halts, breakers, transitions, errors, alerts, sick health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

from components.cell import raw_cell, time_cell
from components.element import Props
from components.table import Column, table, table_props
from formats import MISSING, text

ID: Final = "notable"
MOST_ROWS: Final = 3
_TOO_MANY: Final = ("governance.sprt", "governance.alpha")
"""Told at every step of a test: the gauges show them."""

COLUMNS: Final = (
    Column("time", "Last notable", width=23),
    Column("what", "What", width=39),
    Column("text", "Said", width=28),
    Column("raw", "", width=10),
)


def layout() -> Any:
    """Give the table, for a panel that has room for it."""
    return table(f"{ID}-rows", COLUMNS, "The last rare events, whatever the window")


def props(view: Any) -> Props:
    """Give the newest rare events."""
    rows = [_row(row) for row in _newest(view.notable_rows)]
    return table_props(
        f"{ID}-rows", COLUMNS, rows, none="No halt, error, alert or transition yet", caption=""
    )


def _newest(notable: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    shown = (row for row in reversed(notable) if row["kind"] not in _TOO_MANY)
    return list(islice(shown, MOST_ROWS))


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    said = next(
        (
            shown
            for shown in (text(row.get(name), 80) for name in ("text", "reason", "decision"))
            if shown != MISSING
        ),
        "",
    )
    return {
        "time": time_cell(row.get("ts_event")),
        "what": text(row.get("code"), 48),
        "text": said,
        "raw": raw_cell(row.get("raw_generation"), row.get("raw_offset"), row.get("source")),
    }
