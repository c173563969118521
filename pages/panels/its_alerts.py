"""The alerts of one session or run, the newest first; the newest says how grave it is now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dash import html

from components.cell import badge_cell, time_cell
from components.element import Props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import Column, table, table_props
from formats import count, text
from pages.panels.told import left_out, row_data

ID: Final = "its-alerts"
MOST_ROWS: Final = 50
LOOKED_AT: Final = 1_000
"""Alerts that are counted. Of a session one more is asked for; a run's source gives no more."""

COLUMNS: Final = (
    Column("time", "When", metric="alerts_ts_event", width=17),
    Column("severity", "Severity", metric="alerts_severity", width=17),
    Column("category", "Category", metric="alerts_category", width=13),
    Column("title", "Title", metric="alerts_title", width=23),
    Column("body", "Said", metric="alerts_body", width=30),
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    body = table(f"{ID}-rows", COLUMNS, "Alerts, the newest first")
    return panel(ID, "Alerts", body, span=span, height="capped narrow")


def props(
    alerts: list[dict[str, Any]], at: Any, origin: Provenance, *, most: int = LOOKED_AT + 1
) -> Props:
    """Give the alerts.

    Args:
        alerts: rows of the frame `alerts`, the newest first.
        at: the moment of the view.
        origin: where they come from.
        most: so many were asked for, or are kept: where there are as many, there may be more.
    """
    rows = [_row(row, at) for row in alerts[:MOST_ROWS]]
    counted, caption = count(len(alerts)), left_out(len(rows), len(alerts))
    if len(alerts) >= most:
        counted = f"{count(LOOKED_AT)}+"
        caption = f"The newest {count(len(rows))}; older ones left out"
    return {
        **panel_props(ID, origin, f"n = {counted}"),
        **table_props(f"{ID}-rows", COLUMNS, rows, none="No alert", caption=caption),
    }


def _row(row: Mapping[str, Any], at: Any) -> dict[str, Any]:
    return {
        "_data": row_data(dict(row)),
        "time": time_cell(row.get("ts_event"), today=at),
        "severity": badge_cell("severity", row.get("severity")),
        "category": text(row.get("category"), 40),
        "title": text(row.get("title"), 120),
        "body": text(row.get("body"), 300),
    }
