"""The orders of the window that have ended, the newest first."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from dash import html

from components.element import Props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import table, table_props
from formats import count
from pages.panels.order_rows import COLUMNS, order_row

ID: Final = "recent-orders"
MOST_ROWS: Final = 25


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    return panel(
        ID, "Ended orders", table(f"{ID}-rows", COLUMNS, "Orders ended"), span=span, height="capped"
    )


def props(view: Any, origin: Provenance, selected: str | None) -> Props:
    """Give the newest ended orders."""
    orders = view.order_columns
    closed = orders["ts_closed"]
    ended = np.flatnonzero(closed.notna())
    oldest_first = ended[np.argsort(closed.asi8[ended], kind="stable")]
    rows = [
        order_row(row, view.at, selected, still=origin.replay)
        for row in orders.rows(oldest_first[-MOST_ROWS:][::-1])
    ]
    hidden = len(ended) - len(rows)
    caption = f"The newest {count(len(rows))}; {count(hidden)} older left out" if hidden else ""
    return {
        **panel_props(ID, origin, f"n = {count(len(ended))}"),
        **table_props(
            f"{ID}-rows", COLUMNS, rows, none="No order ended in this window", caption=caption
        ),
    }
