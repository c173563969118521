"""Alpaca's JSON as rows of the agreed frames; a number it does not give is missing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

STATUSES: Final = {
    "pending_new": "submitted",
    "pending_review": "submitted",
    "new": "accepted",
    "accepted": "accepted",
    "accepted_for_bidding": "accepted",
    "held": "accepted",
    "pending_cancel": "accepted",
    "pending_replace": "accepted",
    "stopped": "accepted",
    "suspended": "accepted",
    "calculated": "filled",
    "done_for_day": "accepted",
    "partially_filled": "partially_filled",
    "filled": "filled",
    "canceled": "canceled",
    "replaced": "canceled",
    "expired": "expired",
    "rejected": "rejected",
}
"""Alpaca's word → ours; a word that is not here stays as it is, visible."""

Row = dict[str, Any]


class ShapeError(Exception):
    """An answer is JSON, but not of the shape that Alpaca documents."""


def table(answer: Any, what: str) -> Mapping[str, Any]:
    """Return an answer that must be an object.

    Raises:
        ShapeError: when it is something else.
    """
    if not isinstance(answer, dict):
        raise ShapeError(f"{what}: is a JSON {type(answer).__name__}, not an object")
    return answer


def rows(answer: Any, what: str) -> list[Mapping[str, Any]]:
    """Return an answer that must be a list of objects; `null` is none, or nothing would look empty.

    Raises:
        ShapeError: when it is something else.
    """
    if not isinstance(answer, list) or not all(isinstance(each, dict) for each in answer):
        raise ShapeError(f"{what}: is no list of objects")
    return answer


def account_row(account: Mapping[str, Any], environment: str | None) -> Row:
    """The row of `accounts`."""
    number = word(account.get("account_number"))
    if number and environment is None:
        environment = "paper" if number.startswith("PA") else None
    return {
        "account_id": number,
        "name": number,
        "environment": environment,
        "state": (word(account.get("status")) or "unknown").lower(),
        "equity": money(account.get("equity")),
        "currency": word(account.get("currency")),
    }


def blocked(account: Mapping[str, Any]) -> list[str]:
    """What an account says that it may not do, in words."""
    flags = ("trading_blocked", "account_blocked", "transfers_blocked", "trade_suspended_by_user")
    return [flag.replace("_", " ") for flag in flags if account.get(flag) is True]


def position_rows(positions: Iterable[Mapping[str, Any]], as_of: pd.Timestamp) -> list[Row]:
    """The rows of `positions`: quantities above zero, the side says which way."""
    found = []
    for each in positions:
        quantity = money(each.get("qty"))
        side = word(each.get("side"))
        if side is None and quantity is not None:
            side = "long" if quantity >= 0 else "short"
        found.append(
            {
                "symbol": word(each.get("symbol")),
                "position_side": side,
                "quantity": None if quantity is None else abs(quantity),
                "entry_price": money(each.get("avg_entry_price")),
                "current_price": money(each.get("current_price")),
                "unrealized_pnl": money(each.get("unrealized_pl")),
                "venue": word(each.get("exchange")),
                "as_of": as_of,
            }
        )
    return found


def order_row(order: Mapping[str, Any]) -> Row:
    """The row of an order; its reason is Alpaca's own status where ours says less."""
    told = (word(order.get("status")) or "unknown").lower()
    status = STATUSES.get(told, told)
    wanted, filled = money(order.get("qty")), money(order.get("filled_qty"))
    ends = [order.get(f"{what}_at") for what in ("filled", "canceled", "expired", "failed")]
    is_open = status in ("submitted", "accepted", "partially_filled")
    legs = [leg for leg in order.get("legs") or () if isinstance(leg, dict)]
    return {
        "client_order_id": word(order.get("client_order_id")),
        "venue_order_id": word(order.get("id")),
        "symbol": word(order.get("symbol")),
        "side": word(order.get("side")),
        "order_quantity": wanted,
        "filled_quantity": filled,
        "leaves_quantity": _leaves(wanted, filled, is_open=is_open),
        "limit_price": money(order.get("limit_price")),
        "average_fill_price": money(order.get("filled_avg_price")),
        "stop_loss_price": _first(leg.get("stop_price") for leg in legs),
        "take_profit_price": _first(leg.get("limit_price") for leg in legs),
        "mode": word(order.get("type")) or word(order.get("order_type")),
        "status": status,
        "reason": None if told == status else told,
        "ts_submitted": moment(order.get("submitted_at")) or moment(order.get("created_at")),
        "ts_closed": None if is_open else next(filter(None, map(moment, ends)), None),
        "ts_expires": moment(order.get("expires_at")),
    }


def equity_rows(history: Mapping[str, Any]) -> list[Row]:
    """The equity series of a portfolio history; days before the account was funded are no points.

    Raises:
        ShapeError: when its lists do not belong together.
    """
    times, values = history.get("timestamp") or [], history.get("equity") or []
    if not isinstance(times, list) or not isinstance(values, list) or len(times) != len(values):
        raise ShapeError("portfolio history: timestamp and equity are no lists of one length")
    found: list[Row] = []
    for seconds, value in zip(times, values, strict=True):
        equity = money(value)
        if equity is None or (equity == 0 and not found) or not isinstance(seconds, int):
            continue
        ts = pd.Timestamp(seconds, unit="s", tz="UTC").as_unit("ns")
        found.append({"ts_event": ts, "equity": equity})
    return found


def with_drawdown(points: list[Row]) -> list[Row]:
    """Equity points with their `drawdown_ratio`: against the highest so far, 0 or below."""
    peak = -math.inf
    found = []
    for point in points:
        equity = point["equity"]
        peak = max(peak, equity)
        found.append({**point, "drawdown_ratio": equity / peak - 1 if peak > 0 else None})
    return found


def price_rows(bars: Mapping[str, Any]) -> list[Row]:
    """The rows of `prices` of an answer of bars by symbol, ascending by time within each.

    Raises:
        ShapeError: when a symbol has no list of bars.
    """
    names = {"open": "o", "high": "h", "low": "l", "close": "c", "volume": "v"}
    found = []
    for symbol, own in sorted(bars.items()):
        for bar in rows(own or [], f"bars of {symbol}"):
            ts = moment(bar.get("t"))
            if ts is not None:
                prices = {name: money(bar.get(key)) for name, key in names.items()}
                found.append({"symbol": word(symbol), "ts_event": ts, **prices})
    return found


def money(value: Any) -> float | None:
    """A finite number; Alpaca writes money as text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def word(value: Any) -> str | None:
    """A text that says something; half a character pair, which no frame holds, becomes `?`."""
    if not isinstance(value, str) or not value:
        return None
    return value.encode("utf-8", "replace").decode("utf-8")


def moment(value: Any) -> pd.Timestamp | None:
    """An RFC 3339 time in UTC."""
    if not isinstance(value, str) or not value:
        return None
    try:
        ts = pd.Timestamp(value).as_unit("ns")
        return ts.tz_localize("UTC") if ts.tzinfo is None else ts.tz_convert("UTC")
    except (ValueError, OverflowError):
        return None


def _leaves(wanted: float | None, filled: float | None, *, is_open: bool) -> float | None:
    if not is_open:
        return 0.0
    return None if wanted is None else wanted - (filled or 0.0)


def _first(values: Iterable[Any]) -> float | None:
    return next((n for n in map(money, values) if n is not None), None)
