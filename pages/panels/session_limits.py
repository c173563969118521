"""The risk limits of one session as its check left them, the fullest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from dash import html

from components.cell import badge_cell, bar_cell
from components.element import Props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import Column, table, table_props
from formats import count, number, percent, text
from pages.panels.told import row_data

ID: Final = "session-limits"

COLUMNS: Final = (
    Column("limit", "Limit", metric="session_limits_limit_name", width=27),
    Column("value", "Value", right=True, metric="session_limits_value", width=15),
    Column("of", "Limit value", right=True, metric="session_limits_limit_value", width=15),
    Column("used", "Used", right=True, metric="session_limits_used_ratio", width=15),
    Column("bar", "", width=9),
    Column("state", "State", metric="session_limits_state", width=19),
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    body = table(f"{ID}-rows", COLUMNS, "Risk limits of the session")
    return panel(ID, "Risk limits", body, span=span)


def props(limits: pd.DataFrame, origin: Provenance) -> Props:
    """Give the limits.

    Args:
        limits: rows of the frame `session_limits` of one session.
        origin: where they come from.
    """
    if not limits.empty:
        limits = limits.sort_values("used_ratio", ascending=False, kind="stable")
    rows = [_row(row) for row in limits.to_dict("records")]
    none = "Its file tells no risk limit: nothing is known, not green"
    return {
        **panel_props(ID, origin, f"n = {count(len(rows))}"),
        **table_props(f"{ID}-rows", COLUMNS, rows, none=none, caption=""),
    }


def _row(row: Mapping[Any, Any]) -> dict[str, Any]:
    used = row.get("used_ratio")
    known = isinstance(used, float) and used == used
    return {
        "_data": {
            **row_data({str(name): value for name, value in row.items()}),
            "limit": text(row.get("limit_name"), 60),
        },
        "limit": text(row.get("limit_name"), 60),
        "value": number(row.get("value")),
        "of": number(row.get("limit_value")),
        "used": percent(used),
        "bar": bar_cell(used) if known and used is not None else "",
        "state": badge_cell("risk", row.get("state")),
    }
