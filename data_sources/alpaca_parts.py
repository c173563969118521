"""The parts of what Alpaca knows, each asked by one call of its library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from data_sources.alpaca_rows import Row, equity_rows, price_rows, rows, table

if TYPE_CHECKING:
    from data_sources.alpaca_client import Clients

FAST: Final = ("account", "positions", "orders", "open_orders")
SLOW: Final = ("history", "clock", "bars")
MOST_ORDERS: Final = 500
CALENDAR_DAYS_PER_BAR: Final = 1.5


class Wish(NamedTuple):
    """Which bars are wanted: of what, how many days, from where."""

    symbols: tuple[str, ...]
    bars: int
    feed: str


def ask(part: str, clients: Clients, now: pd.Timestamp, wish: Wish) -> Any:
    """Ask for one part and return it as rows (account and clock: as the object itself).

    Raises:
        AlpacaError: when no usable answer came.
        ShapeError: when it is not as documented; ValueError when it is no JSON.
    """
    trading: Any = clients.trading
    if part == "account":
        return table(trading.get_account(), part)
    if part == "positions":
        return rows(trading.get_all_positions(), part)
    if part == "clock":
        return table(trading.get_clock(), part)
    if part == "bars":
        return _bar_rows(clients, now, wish)
    from alpaca.trading.requests import GetOrdersRequest, GetPortfolioHistoryRequest

    if part == "history":
        wanted = GetPortfolioHistoryRequest(period="1A", timeframe="1D")
        return equity_rows(table(trading.get_portfolio_history(wanted), part))
    status: Any = "open" if part == "open_orders" else "all"
    asked = GetOrdersRequest(status=status, limit=MOST_ORDERS, nested=True)
    return rows(trading.get_orders(asked), part)


def _bar_rows(clients: Clients, now: pd.Timestamp, wish: Wish) -> list[Row]:
    from alpaca.data.requests import StockBarsRequest
    from alpaca.data.timeframe import TimeFrame

    if not wish.symbols:
        return []
    days = pd.Timedelta(days=int(wish.bars * CALENDAR_DAYS_PER_BAR) + 7)
    # Adjusted for splits and dividends, as price caches are.
    options: Any = {"feed": wish.feed, "adjustment": "all"}
    asked = StockBarsRequest(
        symbol_or_symbols=list(wish.symbols),
        timeframe=TimeFrame.Day,
        start=(now - days).floor("s").to_pydatetime(),
        **options,
    )
    answer: Any = clients.data.get_stock_bars(asked)
    return price_rows(table(answer, "bars"))
