"""Stock-Trader's own logic, as far as it cannot be said in `stock_trader.toml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from data_sources.dialects.signed_position import signed_position

Row = dict[str, Any]


def credible_cash(fields: Mapping[str, Any], row: Row) -> Row | None:
    """The point of a cycle without the cash that its bot repeats from before its trades.

    The bot keeps the account for a minute: after a trade it writes positions that it assumes beside
    the cash from before. Cash as high as the whole account while something is held is no cash.
    """
    if fields.get("positions") and row.get("cash") is not None and row["cash"] == row.get("equity"):
        return {**row, "cash": None, "buying_power": None}
    return row


FRAME_ROWS: Final[dict[str, Callable[[Mapping[str, Any], Row], Row | None]]] = {
    "credible_cash": credible_cash,
    "signed_position": signed_position,
}
