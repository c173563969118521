"""The sessions that registries tell, the newest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from dash import html

from components.cell import badge_cell, time_cell
from components.element import Props
from components.panel import panel, panel_props
from components.table import Column, table, table_props
from formats import count, number, percent, text
from pages.panels.told import (
    chosen,
    id_cell,
    left_out,
    mode_cell,
    newest_first,
    none_told,
    own_word,
    row_data,
    samples,
    told_by,
    told_frame,
    told_twice,
)

ID: Final = "sessions-table"
MOST_ROWS: Final = 50
STATUSES: Final = ("started", "completed", "failed", "aborted")
KINDS: Final = ("sessions",)

COLUMNS: Final = (
    Column("session", "Session", metric="sessions_session_id", width=22),
    Column("status", "Status", metric="sessions_status", width=8.2),
    Column("mode", "Mode", metric="sessions_mode", width=5.6),
    Column("risk", "Risk", metric="sessions_risk_state", width=7.8),
    Column("symbol", "Symbol", metric="sessions_symbol", width=6.2),
    Column("strategy", "Strategy", metric="sessions_strategy_id", width=9.2),
    Column("started", "Started", right=True, metric="sessions_ts_started", width=10.3),
    Column("finished", "Finished", right=True, metric="sessions_ts_finished", width=10.3),
    Column("pnl", "Realized P&L", right=True, metric="sessions_realized_pnl", width=8.4),
    Column("drawdown", "Max loss", right=True, metric="sessions_max_drawdown_ratio", width=5.8),
    Column("orders", "Orders", right=True, metric="sessions_orders", width=6.2),
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    hint = "Max loss: the deepest drawdown from a peak, 0 or below. Risk: what its own check said"
    body = table(f"{ID}-rows", COLUMNS, "Sessions, the newest first")
    return panel(ID, "Sessions", body, span=span, height="capped", hint=hint)


def props(view: Any, filters: Any) -> Props:
    """Give the newest sessions that the filters leave, and how many more there are."""
    whole = told_frame(view, "sessions")
    left = chosen(whole, mode=filters.mode, status=own_word(filters.status, STATUSES))
    rows = newest_first(left, ("ts_started", "ts_finished"), MOST_ROWS)
    origin = told_by(view, filters, whole, KINDS)
    twice = told_twice(whole, "session_id")
    return {
        **panel_props(ID, origin, samples(len(left), len(whole))),
        **table_props(
            f"{ID}-rows",
            COLUMNS,
            [_row(row, view.at, twice) for row in rows],
            none=none_told("session", "status", len(whole), origin.source),
            caption=left_out(len(rows), len(left)),
        ),
    }


def _row(row: Mapping[str, Any], at: Any, twice: Collection[str]) -> dict[str, Any]:
    detail = row.get("detail")
    source = row.get("source") if row.get("session_id") in twice else None
    return {
        "_data": row_data(dict(row)),
        "session": id_cell("session", row.get("session_id"), "Show this session", source),
        "mode": mode_cell(row.get("mode")),
        "status": badge_cell(
            "session",
            row.get("status"),
            title=text(detail, 300) if isinstance(detail, str) else "",
        ),
        "risk": badge_cell("risk", row.get("risk_state")),
        "symbol": text(row.get("symbol"), 24),
        "strategy": text(row.get("strategy_id"), 40),
        "started": time_cell(row.get("ts_started"), today=at),
        "finished": time_cell(row.get("ts_finished"), today=at),
        "pnl": number(row.get("realized_pnl"), signed=True),
        "drawdown": percent(row.get("max_drawdown_ratio"), 2),
        "orders": count(row.get("orders")),
    }
