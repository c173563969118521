"""The last steps of one run, the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from dash import html

from components.cell import time_cell
from components.element import Props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import Column, table, table_props
from formats import MISSING, count, number, text
from pages.panels.order_rows import plain_number
from pages.panels.told import none_kept, row_data

ID: Final = "run-steps"
MOST_ROWS: Final = 25

COLUMNS: Final = (
    Column("step", "Step", right=True, metric="steps_step", width=7),
    Column("time", "When", right=True, metric="steps_ts_event", width=15),
    Column("price", "Price", right=True, metric="steps_price", width=12),
    Column("position", "Position", right=True, metric="steps_position_quantity", width=11),
    Column("equity", "Equity", right=True, metric="steps_equity", width=12),
    Column("pnl", "Realized P&L", right=True, metric="steps_realized_pnl", width=12),
    Column("orders", "Orders", right=True, metric="steps_orders", width=7),
    Column("blocked", "Blocked", right=True, metric="steps_blocked", width=7),
    Column("reason", "Risk", metric="steps_reason", width=17),
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    body = table(f"{ID}-rows", COLUMNS, "Steps, the newest first")
    return panel(ID, "Last steps", body, span=span, height="capped")


def props(steps: pd.DataFrame, row: Mapping[str, Any], at: Any, origin: Provenance) -> Props:
    """Give the newest steps.

    Args:
        steps: rows of the frame `steps` of one run, the newest first.
        row: of the frame `runs`, empty where nobody tells of it at the moment.
        at: the moment of the view.
        origin: where they come from.
    """
    rows = [_row(row, at) for row in steps.head(MOST_ROWS).to_dict("records")]
    none = none_kept(row, "The run has no step yet")
    caption = f"The newest {count(len(rows))}" if rows else ""
    return {
        **panel_props(ID, origin, f"n = {count(len(rows))}"),
        **table_props(f"{ID}-rows", COLUMNS, rows, none=none, caption=caption),
    }


def _row(row: Mapping[Any, Any], at: Any) -> dict[str, Any]:
    reason = text(row.get("reason"), 120)
    return {
        "_data": row_data({str(name): value for name, value in row.items()}),
        "step": plain_number(row.get("step")),
        "time": time_cell(row.get("ts_event"), today=at),
        "price": plain_number(row.get("price")),
        "position": plain_number(row.get("position_quantity")),
        "equity": number(row.get("equity")),
        "pnl": number(row.get("realized_pnl"), signed=True),
        "orders": count(row.get("orders")),
        "blocked": count(row.get("blocked")),
        "reason": "" if reason == MISSING else reason,
    }
