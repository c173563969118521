"""What one session did: its newest events, each with its line of the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dash import html

from components.cell import raw_cell, time_cell
from components.element import Props
from components.panel import panel, panel_props
from components.table import Column, table, table_props
from formats import MISSING, count, text
from pages.panels.order_rows import plain_number
from pages.panels.told import row_data, told_by, told_of

ID: Final = "session-timeline"
MOST_ROWS: Final = 100
_SAID: Final = ("reason", "text", "client_order_id")

COLUMNS: Final = (
    Column("time", "When", metric="events_ts_event", width=14),
    Column("kind", "What", metric="events_kind", width=13),
    Column("symbol", "Symbol", metric="events_symbol", width=10),
    Column("side", "Side", metric="events_side", width=6),
    Column("quantity", "Quantity", right=True, metric="events_quantity", width=9),
    Column("price", "Price", right=True, metric="events_price", width=10),
    Column("decision", "Decision", metric="events_decision", width=8),
    Column("said", "Said", metric="events_text", width=25),
    Column("raw", "", width=5),
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    hint = "Events of every source that name this session, up to the moment shown"
    body = table(f"{ID}-rows", COLUMNS, "Events of the session, the newest first")
    return panel(ID, "Execution", body, span=span, height="capped", hint=hint)


def props(view: Any, filters: Any, session_id: str) -> Props:
    """Give the newest events of the session."""
    events = told_of(view, "events", session_id, MOST_ROWS + 1)
    rows = [_row(row, view.at) for row in events.head(MOST_ROWS).to_dict("records")]
    caption = (
        f"The newest {count(len(rows))}; older ones left out" if len(events) > len(rows) else ""
    )
    more = "+" if len(events) > len(rows) else ""
    return {
        **panel_props(ID, told_by(view, filters, events), f"n = {count(len(rows))}{more}"),
        **table_props(
            f"{ID}-rows",
            COLUMNS,
            rows,
            none="No event names this session",
            caption=caption,
        ),
    }


def _row(row: Mapping[Any, Any], at: Any) -> dict[str, Any]:
    said = (text(row.get(name), 160) for name in _SAID)
    return {
        "_data": row_data({str(name): value for name, value in row.items()}),
        "time": time_cell(row.get("ts_event"), today=at),
        "kind": text(row.get("kind"), 40),
        "symbol": text(row.get("symbol"), 24),
        "side": text(row.get("side"), 12),
        "quantity": plain_number(row.get("quantity")),
        "price": plain_number(row.get("price")),
        "decision": text(row.get("decision"), 24),
        "said": next((words for words in said if words != MISSING), ""),
        "raw": raw_cell(row.get("raw_generation"), row.get("raw_offset"), row.get("source")),
    }
