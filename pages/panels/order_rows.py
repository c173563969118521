"""An order as a row of a table, and the key by which an address names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from components.cell import Cell, age_cell, badge_cell, query_cell, raw_cell, time_cell
from components.duration import duration
from components.table import Column
from formats import MISSING, milliseconds, number, text

COLUMNS: Final = (
    Column("order", "Order", metric="orders_client_order_id", width=17.5),
    Column("symbol", "Symbol", metric="orders_symbol", width=7),
    Column("side", "Side", metric="orders_side", width=5),
    Column("quantity", "Quantity", right=True, metric="orders_order_quantity", width=6),
    Column("filled", "Filled", right=True, metric="orders_filled_quantity", width=6),
    Column("price", "Limit", right=True, metric="orders_limit_price", width=6),
    Column("status", "Status", metric="orders_status", width=10),
    Column("route", "Route", metric="orders_route", width=4.5),
    Column("submitted", "Submitted", right=True, metric="orders_ts_submitted", width=7.5),
    Column("ack", "Ack ms", right=True, metric="orders_order_ack_seconds", width=5.5),
    Column("fill", "First fill ms", right=True, metric="orders_first_fill_seconds", width=6.5),
    Column("age", "Age or life", right=True, metric="orders_age_seconds", width=7),
    Column("reason", "Reason", metric="orders_reason", width=8.5),
    Column("raw", "", width=3),
)


def order_row(
    order: Mapping[str, Any], at: Any, selected: str | None, *, still: bool
) -> dict[str, Any]:
    """Give the cells of one order.

    Args:
        order: a row of the orders frame as a dict.
        at: the moment of the view; an ended order shows how long it lived.
        selected: the key of the order that the address names, or None.
        still: ages stand, because a chosen moment in the past is looked at.
    """
    key = order_key(order)
    name = _first_text(order.get("client_order_id"), order.get("venue_order_id")) or "no id told"
    effect = "close " if order.get("position_effect") == "close" else ""
    return {
        "_selected": selected is not None and names_order(order, selected),
        "_data": {"source": text(order.get("source"), 40)},
        "order": query_cell(name, "Show its life", order=key),
        "symbol": text(order.get("symbol"), 24),
        "side": effect + text(order.get("side"), 12),
        "quantity": plain_number(order.get("order_quantity")),
        "filled": plain_number(order.get("filled_quantity")),
        "price": plain_number(order.get("limit_price")),
        "status": badge_cell("order", order.get("status")),
        "route": text(order.get("route"), 12),
        "submitted": time_cell(order.get("ts_submitted"), today=at),
        "ack": milliseconds(order.get("order_ack_seconds"), unit=False),
        "fill": milliseconds(order.get("first_fill_seconds"), unit=False),
        "age": _age(order, at, still=still),
        "reason": text(order.get("reason"), 60),
        "raw": raw_cell(order.get("raw_generation"), order.get("raw_offset"), order.get("source")),
    }


def order_key(order: Mapping[str, Any]) -> str:
    """Give the name of an order in an address: its own id, the venue's, else its first line."""
    own = _first_text(order.get("client_order_id"), order.get("venue_order_id"))
    return own or f"{order.get('raw_generation')}:{order.get('raw_offset')}"


def names_order(order: Mapping[str, Any], key: str) -> bool:
    """Tell whether an address's key means this order."""
    line = f"{order.get('raw_generation')}:{order.get('raw_offset')}"
    return key in (order.get("client_order_id"), order.get("venue_order_id"), line)


def find_order(orders: pd.DataFrame, key: str) -> dict[str, Any] | None:
    """Give the newest order that a key means, or None."""
    if orders.empty:
        return None
    found = (orders["client_order_id"] == key) | (orders["venue_order_id"] == key)
    found = found.fillna(False).astype(bool)
    if not found.any() and ":" in key:
        generation, _, offset = key.rpartition(":")
        found = (orders["raw_generation"] == generation) & (
            orders["raw_offset"].astype(str) == offset
        )
    chosen = orders[found].tail(1).to_dict("records")
    return {str(name): value for name, value in chosen[0].items()} if chosen else None


def _age(order: Mapping[str, Any], at: Any, *, still: bool) -> Cell | str:
    since, end = order.get("ts_submitted"), order.get("ts_closed")
    if since is None or since != since:
        since = order.get("ts_accepted")
    if end is None or end != end:
        return age_cell(since, at, still=still)
    if since is None or since != since:
        return MISSING
    return duration((end - since).total_seconds())


def plain_number(value: Any) -> str:
    """Give a quantity or price with the decimals it has, at most eight."""
    shown = number(value, 8)
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _first_text(*values: Any) -> str:
    return next((value for value in values if isinstance(value, str) and value), "")
