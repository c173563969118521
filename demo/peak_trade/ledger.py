"""A small account that trades one symbol by its trend, as any of the runs does."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from random import Random

from demo.walk import Walk

FEE_RATIO = 0.0002


@dataclass
class Ledger:
    """Cash, position and profit; `step()` goes on by one price.

    signal    -1, 0 or 1; traded: what the newest step bought (above 0) or sold
    """

    random: Random
    walk: Walk
    cash: float = 10_000.0
    position: float = 0.0
    entry_price: float = 0.0
    realized: float = 0.0
    fees: float = 0.0
    peak: float = 10_000.0
    signal: int = 0
    traded: float = 0.0
    blocked: bool = False
    price: float = 0.0
    seen: deque[float] = field(default_factory=lambda: deque(maxlen=30))

    @property
    def unrealized(self) -> float:
        """The profit of the open position."""
        return self.position * (self.price - self.entry_price)

    @property
    def equity(self) -> float:
        """Cash and what the position is worth."""
        return self.cash + self.position * self.price

    @property
    def drawdown_ratio(self) -> float:
        """How far it is below its peak, 0 or above."""
        return 1 - self.equity / self.peak

    def step(self, seconds: float) -> bool:
        """Look at the price of a moment; return whether the signal changed."""
        self.price = self.walk.at(seconds)
        self.seen.append(self.price)
        before, self.traded, self.blocked = self.signal, 0.0, False
        if len(self.seen) >= 8 and self.random.random() < 0.35:
            recent = sum(list(self.seen)[-4:]) / 4
            self.signal = 1 if recent > sum(self.seen) / len(self.seen) else 0
        changed = self.signal != before
        if changed:
            self.blocked = self.random.random() < 0.15
            if not self.blocked:
                wanted = round(self.signal * 0.5 * self.equity / self.price, 4)
                self._trade(wanted - self.position)
        self.peak = max(self.peak, self.equity)
        return changed

    def _trade(self, quantity: float) -> None:
        if not quantity:
            return
        fee = abs(quantity) * self.price * FEE_RATIO
        self.fees += fee
        self.cash -= quantity * self.price + fee
        if quantity < 0:
            self.realized += -quantity * (self.price - self.entry_price)
        else:
            self.entry_price = self.price
        self.realized -= fee
        self.position = round(self.position + quantity, 4)
        self.traded = quantity
