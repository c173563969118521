"""A simulated Stock-Trader: paper accounts that rotate among sectors, as their bot logs it."""

from demo.stock_trader.bot import StockTrader

__all__ = ["StockTrader"]
