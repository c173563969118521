"""One run in eight numbers, and what it is: its meta file and the state that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from dash import html

from components.cell import age_cell, badge_cell, time_cell
from components.element import Props
from components.kpi_card import kpi_card, kpi_props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import Column, table, table_props
from formats import MISSING, count, number, percent, text
from metrics.thinned import thinned
from pages.panels.order_rows import plain_number
from pages.panels.told import row_data

ID: Final = "run-card"
SPARK_POINTS: Final = 40

_CARDS: Final = (
    ("equity", "Equity", "runs_equity", "After its last step"),
    ("pnl", "Realized P&L", "runs_realized_pnl", "After its last step"),
    ("unrealized", "Unrealized P&L", "runs_unrealized_pnl", "After its last step"),
    ("position", "Open position", "steps_position_quantity", "After its last step"),
    ("drawdown", "Drawdown", "runs_drawdown_ratio", "Now, from the peak of the whole run"),
    ("steps", "Steps", "runs_steps", "Of the whole run"),
    ("orders", "Orders", "runs_orders", "Filled ones; generated ones in steps that filled none"),
    ("blocked", "Blocked", "runs_blocked", "Orders that its risk check blocked"),
)
COLUMNS: Final = (
    Column("run", "Run", metric="runs_run_id", width=31),
    Column("state", "State", metric="runs_state", width=9),
    Column("mode", "Mode", metric="runs_mode", width=6),
    Column("symbol", "Symbol", metric="runs_symbol", width=8),
    Column("strategy", "Strategy", metric="runs_strategy_id", width=12),
    Column("timeframe", "Bars", metric="runs_timeframe", width=5),
    Column("started", "Started", metric="runs_ts_started", width=10),
    Column("finished", "Finished", metric="runs_ts_finished", width=10),
    Column("age", "Last event", metric="runs_ts_last_event", width=9),
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    cards = [
        kpi_card(f"{ID}-{key}", label, metric, hint=hint) for key, label, metric, hint in _CARDS
    ]
    strip = html.Div(cards, className="kpi-strip")
    facts = table(f"{ID}-rows", COLUMNS, "What the run is")
    return panel(ID, "Run", [strip, facts], span=span, height="facts")


def props(
    row: Mapping[str, Any],
    run_id: str,
    steps: pd.DataFrame,
    equity: pd.Series[float],
    at: Any,
    origin: Provenance,
) -> Props:
    """Give what is known of the run.

    Args:
        row: of the frame `runs`, empty where nobody tells of it at the moment.
        run_id: its name in the address.
        steps: its newest steps, the newest first.
        equity: its equity over time.
        at: the moment of the view.
        origin: where it comes from.
    """
    held = steps["position_quantity"].iloc[0] if len(steps) else None
    detail = row.get("detail")
    why = text(detail, 300) if isinstance(detail, str) else ""
    return {
        **panel_props(ID, origin, "" if row else "nobody tells of it at this moment"),
        **kpi_props(f"{ID}-equity", number(row.get("equity")), series=_course(equity)),
        **_card("pnl", number(row.get("realized_pnl"), signed=True)),
        **_card("unrealized", number(row.get("unrealized_pnl"), signed=True)),
        **_card("position", plain_number(held), _side(held)),
        **_card("drawdown", percent(row.get("drawdown_ratio"), 2)),
        **_card("steps", count(row.get("steps"))),
        **_card("orders", count(row.get("orders"))),
        **_card("blocked", count(row.get("blocked"))),
        **table_props(
            f"{ID}-rows", COLUMNS, [_facts(row, run_id, at, why, origin)], none="", caption=why
        ),
    }


def _course(equity: pd.Series[float]) -> pd.Series[float]:
    """Give the equity above its lowest point: from zero on, every course would look level."""
    points = thinned(equity, SPARK_POINTS)
    return points - points.min()


def _card(key: str, value: str, note: str = "") -> Props:
    return kpi_props(f"{ID}-{key}", value, note)


def _side(held: Any) -> str:
    if plain_number(held) == MISSING:
        return ""
    return "flat" if held == 0 else "long" if held > 0 else "short"


def _facts(
    row: Mapping[str, Any], run_id: str, at: Any, why: str, origin: Provenance
) -> dict[str, Any]:
    return {
        "_data": row_data(dict(row)),
        "run": text(run_id, 120),
        "state": badge_cell("run", row.get("state"), title=why),
        "mode": text(row.get("mode"), 24),
        "symbol": text(row.get("symbol"), 24),
        "strategy": text(row.get("strategy_id"), 60),
        "timeframe": text(row.get("timeframe"), 12),
        "started": time_cell(row.get("ts_started"), today=at),
        "finished": time_cell(row.get("ts_finished"), today=at),
        "age": age_cell(row.get("ts_last_event"), at, still=origin.replay),
    }
