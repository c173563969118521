"""The orders that wait: in flight or open, the oldest first, whatever the window."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from dash import html

from components.element import Props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import table, table_props
from formats import age, count
from metrics.pending import Pending, pending
from pages.panels.order_rows import COLUMNS, order_row

ID: Final = "open-orders"
MOST_ROWS: Final = 25


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    return panel(
        ID,
        "Open orders",
        table(f"{ID}-rows", COLUMNS, "Orders open now"),
        span=span,
        height="capped",
    )


def props(view: Any, origin: Provenance, selected: str | None) -> Props:
    """Give the oldest open orders."""
    orders = view.waiting_order_columns
    waiting: Pending = view.measure(pending)
    rows = [
        order_row(row, view.at, selected, still=origin.replay)
        for row in orders.rows(np.arange(min(MOST_ROWS, len(orders))))
    ]
    hidden = len(orders) - len(rows)
    caption = f"The oldest {count(len(rows))}; {count(hidden)} younger left out" if hidden else ""
    median = f", median age {age(waiting.median_age_seconds)}" if rows else ""
    return {
        **panel_props(ID, origin, f"n = {count(len(orders))}{median}"),
        **table_props(f"{ID}-rows", COLUMNS, rows, none="No order is open", caption=caption),
    }
