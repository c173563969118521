"""The whole of RICK: its narrators, and the broker events that its Arena tells."""

from __future__ import annotations

from random import Random

from demo.rick.narration import engine, prototype, supervise
from demo.rick.orders import FOREX, trade
from demo.script import Script
from demo.walk import Walk


class Rick(Script):
    """Writes narration, profit and loss, and what the Arena would tell, line by line.

    Args:
        seed: the same seed and start write the same.
        start_ns: the moment it starts, in nanoseconds since the epoch.
    """

    def __init__(self, seed: int, start_ns: int) -> None:
        super().__init__(start_ns)
        prices = Random(f"{seed}/prices")
        walks = {symbol: Walk(prices, price, 0.0004, 5) for symbol, price in FOREX.items()}
        self.begin(supervise(self, Random(f"{seed}/supervise")))
        self.begin(engine(self, Random(f"{seed}/engine"), walks))
        self.begin(prototype(self, Random(f"{seed}/prototype")))
        self.begin(trade(self, Random(f"{seed}/trade"), walks))
