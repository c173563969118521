"""What Quantum Trader trades, and what it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from demo.quantum_trader.counters import Counters
from demo.walk import Walk

SYMBOLS: Final = {
    "BTCUSDT": 95_000.0, "ETHUSDT": 3_100.0, "SOLUSDT": 142.0, "BNBUSDT": 905.0, "XRPUSDT": 2.21,
    "ADAUSDT": 0.52, "DOGEUSDT": 0.161, "AVAXUSDT": 16.4, "LINKUSDT": 13.9, "ALGOUSDT": 0.167,
    "NEARUSDT": 2.12, "ATOMUSDT": 2.93, "INJUSDT": 7.1, "APTUSDT": 3.05, "ARBUSDT": 0.27,
}  # fmt: skip


@dataclass
class Position:
    """An open position; *opened* is an ISO time."""

    side: str
    quantity: float
    entry_price: float
    opened: str
    peak: float
    trough: float

    def pnl_percent(self, price: float) -> float:
        """How far it is ahead, in percent."""
        move = price / self.entry_price - 1
        return (move if self.side == "LONG" else -move) * 100

    def state(self) -> dict[str, Any]:
        """As `trade_state.json` tells it."""
        return {
            "side": self.side,
            "qty": self.quantity,
            "avg_entry": self.entry_price,
            "peak": self.peak,
            "trough": self.trough,
            "opened_at": self.opened,
        }


@dataclass
class Book:
    """Prices, open positions by symbol, and what is counted of all that."""

    random: Random
    open: dict[str, Position] = field(default_factory=dict)
    prices: dict[str, Walk] = field(init=False)
    halted: bool = False
    counters: Counters = field(default_factory=Counters)

    def __post_init__(self) -> None:
        self.prices = {
            symbol: Walk(self.random, price, 0.0022, 2 if price > 100 else 4)
            for symbol, price in SYMBOLS.items()
        }

    def price(self, symbol: str, seconds: float) -> float:
        """The price at a moment."""
        return self.prices[symbol].at(seconds)
