"""The runs that run folders and bots tell, the newest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from dash import html

from components.cell import age_cell, badge_cell
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

ID: Final = "runs-table"
MOST_ROWS: Final = 50
STATES: Final = ("active", "stale", "finished", "empty", "unreadable", "ok", "degraded")
"""Of run folders; the last two of bots that say of themselves how they run."""
KINDS: Final = ("runs",)

COLUMNS: Final = (
    Column("run", "Run", metric="runs_run_id", width=29),
    Column("state", "State", metric="runs_state", width=8.5),
    Column("mode", "Mode", metric="runs_mode", width=6),
    Column("symbol", "Symbol", metric="runs_symbol", width=7),
    Column("strategy", "Strategy", metric="runs_strategy_id", width=10.5),
    Column("timeframe", "Bars", metric="runs_timeframe", width=4.5),
    Column("age", "Last event", right=True, metric="runs_ts_last_event", width=7.5),
    Column("equity", "Equity", right=True, metric="runs_equity", width=8),
    Column("pnl", "Realized P&L", right=True, metric="runs_realized_pnl", width=8.5),
    Column("drawdown", "Drawdown", right=True, metric="runs_drawdown_ratio", width=7),
    Column("orders", "Orders", right=True, metric="runs_orders", width=5.5),
    Column("blocked", "Blocked", right=True, metric="runs_blocked", width=5.5),
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    hint = (
        "Active: its newest step is younger than ten minutes, or than one and a half of its "
        "batches. Stale: older, and it never said that it is over. Drawdown: now, from its peak"
    )
    body = table(f"{ID}-rows", COLUMNS, "Runs, the newest first")
    return panel(ID, "Runs", body, span=span, height="capped", hint=hint)


def props(view: Any, filters: Any) -> Props:
    """Give the newest runs that the filters leave, and how many more there are."""
    whole = told_frame(view, "runs")
    left = chosen(whole, mode=filters.mode, state=own_word(filters.status, STATES))
    rows = newest_first(left, ("ts_last_event", "ts_started"), MOST_ROWS)
    origin = told_by(view, filters, whole, KINDS)
    twice = told_twice(whole, "run_id")
    return {
        **panel_props(ID, origin, samples(len(left), len(whole))),
        **table_props(
            f"{ID}-rows",
            COLUMNS,
            [_row(row, view.at, twice, still=origin.replay) for row in rows],
            none=none_told("run", "state", len(whole), origin.source),
            caption=left_out(len(rows), len(left)),
        ),
    }


def _row(row: Mapping[str, Any], at: Any, twice: Collection[str], *, still: bool) -> dict[str, Any]:
    detail = row.get("detail")
    source = row.get("source") if row.get("run_id") in twice else None
    return {
        "_data": row_data(dict(row)),
        "run": id_cell("run", row.get("run_id"), "Show this run", source),
        "mode": mode_cell(row.get("mode")),
        "state": badge_cell(
            "run", row.get("state"), title=text(detail, 300) if isinstance(detail, str) else ""
        ),
        "symbol": text(row.get("symbol"), 24),
        "strategy": text(row.get("strategy_id"), 40),
        "timeframe": text(row.get("timeframe"), 12),
        "age": age_cell(row.get("ts_last_event"), at, still=still),
        "equity": number(row.get("equity")),
        "pnl": number(row.get("realized_pnl"), signed=True),
        "drawdown": percent(row.get("drawdown_ratio"), 2),
        "orders": count(row.get("orders")),
        "blocked": count(row.get("blocked")),
    }
