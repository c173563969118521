"""Executions paired into closed round trips: first in, first out, by quantity."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

COLUMNS: Final = {
    "symbol": "str",
    "position_side": "str",
    "quantity": "float64",
    "ts_opened": "datetime64[ns, UTC]",
    "ts_closed": "datetime64[ns, UTC]",
    "entry_price": "float64",
    "exit_price": "float64",
    "pnl": "float64",
    "pnl_ratio": "float64",
    "currency": "str",
    "strategy_id": "str",
    "source": "str",
    "account_id": "str",
    "raw_generation": "str",
    "raw_offset": "Int64",
}
_SMALLEST: Final = 1e-9
"""Quantities below this are what rounding left over."""


@dataclass(frozen=True, slots=True)
class RoundTrips:
    """What executions add up to.

    trades   closed round trips, in the order they closed; the columns of the `trades` frame
    orphans  executions, or what is left of them, that closed what was never opened here
    open     what was opened and not closed yet
    """

    trades: pd.DataFrame
    orphans: pd.DataFrame
    open: pd.DataFrame


def round_trips(executions: pd.DataFrame) -> RoundTrips:
    """Pair each sell with the oldest buys of its symbol that are not used up, by quantity.

    Where executions tell `position_effect`, what opens and closes is theirs to say, and a sell that
    opens is closed by buys. Where they do not, a sell of more than was bought leaves an orphan of
    the rest: nothing is sold short then, because a log that begins late looks the same. Executions
    without symbol, side, quantity or price pair with nothing and are left out. Source, account and
    session folder are separate books.

    Args:
        executions: `ts_event, symbol, side (buy|sell), quantity, price` and, where known, `source,
            account_id, session_id, strategy_id, currency, position_effect (open|close)` and trace;
            any order.
    """
    books: dict[tuple[Any, ...], deque[dict[str, Any]]] = {}
    trades: list[dict[str, Any]] = []
    orphans: list[dict[str, Any]] = []
    for each in _ascending(executions):
        position, opens = _meaning(each)
        key = tuple(each.get(n) for n in ("source", "account_id", "session_id", "symbol"))
        book = books.setdefault((*key, position), deque())
        if opens:
            book.append(dict(each))
            continue
        left = float(each["quantity"])
        while book and left > _SMALLEST:
            taken = min(left, book[0]["quantity"])
            trades.append(_trade(book[0], each, taken, position))
            left -= taken
            book[0]["quantity"] -= taken
            if book[0]["quantity"] <= _SMALLEST:
                book.popleft()
        if left > _SMALLEST:
            orphans.append({**each, "quantity": left})
    still = [lot for book in books.values() for lot in book]
    columns = list(executions.columns)
    return RoundTrips(
        _frame(trades), pd.DataFrame(orphans, columns=columns), pd.DataFrame(still, columns=columns)
    )


def first_buy_pairs(executions: pd.DataFrame) -> pd.DataFrame:
    """Pair as Stock-Trader's own dashboard did, to show beside the truth.

    Each sell meets the first buy of its symbol ever, which is never used up; quantities are
    ignored, and a sell before any buy is left out.
    """
    first: dict[Any, dict[str, Any]] = {}
    trades = []
    for each in _ascending(executions):
        if each["side"] == "buy":
            first.setdefault(each["symbol"], each)
        elif each["symbol"] in first:
            trades.append(_trade(first[each["symbol"]], each, float(each["quantity"])))
    return _frame(trades)


def _ascending(executions: pd.DataFrame) -> list[dict[str, Any]]:
    needed = ["symbol", "side", "quantity", "price"]
    if not {"ts_event", *needed} <= set(executions.columns):
        return []
    known = executions.dropna(subset=needed)
    known = known[known["side"].isin(["buy", "sell"]) & (known["quantity"] > 0)]
    known = known.sort_values("ts_event", kind="stable").astype(object)
    rows = known.where(known.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _meaning(each: dict[str, Any]) -> tuple[str, bool]:
    """Return whose book an execution is of, long or short, and whether it opens a position."""
    buys, effect = each["side"] == "buy", each.get("position_effect")
    if effect not in ("open", "close"):
        return "long", buys
    return "long" if buys == (effect == "open") else "short", effect == "open"


def _trade(
    opened: dict[str, Any], closed: dict[str, Any], quantity: float, position: str = "long"
) -> dict[str, Any]:
    entry, leaving = float(opened["price"]), float(closed["price"])
    sign = 1 if position == "long" else -1
    trace = ("source", "account_id", "raw_generation", "raw_offset", "symbol", "currency")
    return {
        **{name: closed.get(name) for name in trace},
        "strategy_id": closed.get("strategy_id") or opened.get("strategy_id"),
        "position_side": position,
        "quantity": quantity,
        "ts_opened": opened["ts_event"],
        "ts_closed": closed["ts_event"],
        "entry_price": entry,
        "exit_price": leaving,
        "pnl": sign * (leaving - entry) * quantity,
        "pnl_ratio": sign * (leaving / entry - 1) if entry > 0 else None,
    }


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    for name, dtype in COLUMNS.items():
        column: Any = found[name]
        if name.startswith("ts_"):
            found[name] = pd.to_datetime(column, utc=True).dt.as_unit("ns")
        else:
            found[name] = column.astype(dtype)
    return found
