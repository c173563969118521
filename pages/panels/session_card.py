"""One session in eight numbers and words, and what it is: the line of the registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
from dash import html

from components.badges import badge_of
from components.cell import badge_cell, time_cell
from components.element import Props
from components.kpi_card import kpi_age_props, kpi_card, kpi_props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import Column, table, table_props
from formats import MISSING, count, number, percent, text
from pages.panels.told import row_data

ID: Final = "session-card"
_TONES: Final = {"warn": "warn", "act": "act"}

_CARDS: Final = (
    ("status", "Status", "sessions_status", "What its file says of it"),
    ("pnl", "Realized P&L", "sessions_realized_pnl", "Of the whole session"),
    ("drawdown", "Max drawdown", "sessions_max_drawdown_ratio", "The deepest loss from a peak"),
    ("orders", "Orders", "sessions_orders", "Of the whole session"),
    ("positions", "Open positions", "sessions_open_positions", "As its file left them"),
    ("notional", "Notional", "sessions_total_notional", "Of its open positions"),
    ("risk", "Risk", "sessions_risk_state", "What its risk check said at last"),
    ("alert", "Last alert", "session_last_severity", "The severity of its newest alert"),
)
COLUMNS: Final = (
    Column("session", "Session", metric="sessions_session_id", width=25),
    Column("mode", "Mode", metric="sessions_mode", width=8),
    Column("symbol", "Symbol", metric="sessions_symbol", width=9),
    Column("strategy", "Strategy", metric="sessions_strategy_id", width=13),
    Column("started", "Started", metric="sessions_ts_started", width=12),
    Column("finished", "Finished", metric="sessions_ts_finished", width=12),
    Column("source", "Told by", width=12),
    Column("account", "Account", width=9),
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    cards = [
        kpi_card(f"{ID}-{key}", label, metric, hint=hint, aged=key == "alert")
        for key, label, metric, hint in _CARDS
    ]
    strip = html.Div(cards, className="kpi-strip")
    facts = table(f"{ID}-rows", COLUMNS, "What the session is")
    return panel(ID, "Session", [strip, facts], span=span, height="facts")


def props(
    row: Mapping[str, Any],
    session_id: str,
    alerts: Sequence[Mapping[str, Any]],
    at: Any,
    origin: Provenance,
) -> Props:
    """Give what is known of the session.

    Args:
        row: of the frame `sessions`, empty where events alone name the session.
        session_id: its name in the address.
        alerts: its alerts, the newest first.
        at: the moment of the view.
        origin: where the row comes from.
    """
    known = "" if row else "no registry tells of it; its events do"
    detail = row.get("detail")
    said = text(detail, 200) if isinstance(detail, str) else known
    newest = alerts[0] if alerts else {}
    return {
        **panel_props(ID, origin, known),
        **_state("status", "session", row.get("status")),
        **_card("pnl", number(row.get("realized_pnl"), signed=True)),
        **_card("drawdown", percent(row.get("max_drawdown_ratio"), 2)),
        **_card("orders", count(row.get("orders"))),
        **_card("positions", count(row.get("open_positions"))),
        **_card("notional", number(row.get("total_notional"))),
        **_state("risk", "risk", row.get("risk_state")),
        **_state("alert", "severity", newest.get("severity"), _said(newest)),
        **kpi_age_props(f"{ID}-alert", newest.get("ts_event"), at, still=origin.replay),
        **table_props(
            f"{ID}-rows",
            COLUMNS,
            [_facts(row, session_id, at)],
            none="",
            caption=said,
        ),
    }


def _card(key: str, value: str) -> Props:
    return kpi_props(f"{ID}-{key}", value)


def _state(key: str, field: str, value: Any, note: str = "") -> Props:
    """Give a state as a card's large word; where nothing is told it is missing, never green."""
    if text(value, 40) == MISSING:
        return kpi_props(f"{ID}-{key}", MISSING, note)
    state = badge_of(field, value)
    tone = _TONES.get(state.tone, "neutral")
    return kpi_props(f"{ID}-{key}", f"{state.glyph} {state.text}", note, tone=tone)


def _said(newest: Mapping[str, Any]) -> str:
    """Give what the newest alert said; its age stands before that."""
    if not newest:
        return "no alert"
    title = text(newest.get("title"), 80)
    return f"at no told time: {title}" if pd.isna(newest.get("ts_event")) else f" · {title}"


def _facts(row: Mapping[str, Any], session_id: str, at: Any) -> dict[str, Any]:
    return {
        "_data": row_data(dict(row)),
        "session": text(session_id, 120),
        "mode": badge_cell("environment", row.get("mode"), shown=text(row.get("mode"), 24))
        if row.get("mode") == "live"
        else text(row.get("mode"), 24),
        "symbol": text(row.get("symbol"), 24),
        "strategy": text(row.get("strategy_id"), 60),
        "started": time_cell(row.get("ts_started"), today=at),
        "finished": time_cell(row.get("ts_finished"), today=at),
        "source": text(row.get("source"), 40),
        "account": text(row.get("account_id"), 40),
    }
