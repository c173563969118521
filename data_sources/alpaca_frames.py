"""What was heard of Alpaca as the agreed frames."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any, Final

import pandas as pd

from data_sources.alpaca_parts import MOST_ORDERS
from data_sources.alpaca_rows import (
    Row,
    account_row,
    moment,
    money,
    order_row,
    position_rows,
    with_drawdown,
)
from data_sources.frames import COUNT, NUMBER, TIME, WORD, shaped

ORDER_COLUMNS: Final = {
    "client_order_id": WORD,
    "venue_order_id": WORD,
    "symbol": WORD,
    "side": WORD,
    "order_quantity": NUMBER,
    "filled_quantity": NUMBER,
    "leaves_quantity": NUMBER,
    "limit_price": NUMBER,
    "average_fill_price": NUMBER,
    "stop_loss_price": NUMBER,
    "take_profit_price": NUMBER,
    "mode": WORD,
    "status": WORD,
    "route": WORD,
    "strategy_id": WORD,
    "reason": WORD,
    "ts_submitted": TIME,
    "ts_accepted": TIME,
    "ts_first_fill": TIME,
    "ts_closed": TIME,
    "ts_expires": TIME,
    "order_ack_seconds": NUMBER,
    "first_fill_seconds": NUMBER,
    "source": WORD,
    "account_id": WORD,
    "raw_generation": WORD,
    "raw_offset": COUNT,
}
"""The columns of the desk's orders, with their dtypes."""

Heard = Mapping[str, tuple[Any, pd.Timestamp]]
"""Part → its newest good rows, and when they came."""


def frames_of(
    heard: Heard, source: str, account_id: str, environment: str | None
) -> dict[str, pd.DataFrame]:
    """Return the frames of all parts that were ever heard; a part never heard has no frame."""
    if "account" not in heard:
        return {}
    account, as_of = heard["account"]
    row = account_row(account, environment)
    row["account_id"] = account_id or row["account_id"]
    owner = {"source": source, "account_id": row["account_id"]}
    found = {"accounts": shaped("accounts", [row], **owner)}
    if "positions" in heard:
        held = position_rows(*heard["positions"])
        found["positions"] = shaped("positions", held, **owner)
    if "orders" in heard or "open_orders" in heard:
        found["orders"] = _orders(heard, owner)
    found["equity"] = shaped("equity", _equity(heard, account, as_of, row), **owner)
    if "bars" in heard:
        found["prices"] = shaped("prices", heard["bars"][0], **owner)
    return found


def whole_frames(heard: Heard, failing: Container[str]) -> frozenset[str]:
    """Return which frames hold all that the broker has now: not orders above what it lists."""
    parts = {"positions": ("positions",), "orders": ("orders", "open_orders")}
    found = {
        name
        for name, asked in parts.items()
        if all(part in heard and part not in failing for part in asked)
    }
    if "open_orders" in heard and len(heard["open_orders"][0]) >= MOST_ORDERS:
        found.discard("orders")
    return frozenset(found)


def clock_told(clock: Mapping[str, Any]) -> str:
    """Return what the broker's clock says in one line."""
    is_open = clock.get("is_open") is True
    until = moment(clock.get("next_close" if is_open else "next_open"))
    told = "" if until is None else f" until {until:%Y-%m-%dT%H:%MZ}"
    return f"the broker's market is {'open' if is_open else 'closed'}{told}"


def _equity(heard: Heard, account: Mapping[str, Any], as_of: pd.Timestamp, row: Row) -> list[Row]:
    points = list(heard["history"][0]) if "history" in heard else []
    if row["equity"] is not None:
        told = {name: money(account.get(name)) for name in ("cash", "buying_power")}
        points.append({"ts_event": as_of, "equity": row["equity"], **told})
    return with_drawdown([{**point, "currency": row["currency"]} for point in points])


def _orders(heard: Heard, owner: dict[str, Any]) -> pd.DataFrame:
    """Past and open orders, each once: what is open was asked last and counts."""
    told = {
        str(order.get("id")): {**owner, **order_row(order)}
        for part in ("orders", "open_orders")
        for order in (heard[part][0] if part in heard else ())
    }
    found = pd.DataFrame(list(told.values()), columns=list(ORDER_COLUMNS))
    for name, dtype in ORDER_COLUMNS.items():
        column: Any = found[name]
        if dtype == TIME:
            found[name] = pd.to_datetime(column, utc=True).dt.as_unit("ns")
        else:
            found[name] = column.astype(dtype)
    return found.sort_values("ts_submitted", kind="stable").reset_index(drop=True)
