"""Prices that walk and moods that change, so that charts have something to show."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Final

from demo.aurora.timeline import NS


@dataclass(frozen=True, slots=True)
class Mood:
    """How the market and the venue behave for a while."""

    name: str
    lasts_seconds: float
    intensity: float
    ack_milliseconds: float
    ack_sigma: float
    reject_ratio: float
    edge_mean_bps: float
    spread_bps: float
    volatility: float


MOODS: Final = (
    Mood("calm", 25, 0.8, 9.0, 0.45, 0.010, 6.0, 0.6, 0.00006),
    Mood("busy", 15, 1.35, 16.0, 0.60, 0.030, 3.5, 1.4, 0.00012),
    Mood("stressed", 7, 1.1, 48.0, 0.85, 0.110, -1.0, 4.5, 0.0003),
)
PRICES: Final = {
    "BTCUSDT": 64_250.0,
    "ETHUSDT": 3_180.0,
    "SOLUSDT": 148.0,
    "BNBUSDT": 585.0,
    "XRPUSDT": 0.5230,
}
TICKS: Final = {"BTCUSDT": 1, "ETHUSDT": 2, "SOLUSDT": 3, "BNBUSDT": 2, "XRPUSDT": 5}
LOTS: Final = {"BTCUSDT": 5, "ETHUSDT": 4, "SOLUSDT": 2, "BNBUSDT": 3, "XRPUSDT": 0}
"""Decimals of a price and of a quantity."""


class Market:
    """The mood of the moment and a price for each symbol."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.mood = MOODS[0]
        self._mood_ends = round(12 * NS)
        self._prices = {symbol: (0, price) for symbol, price in PRICES.items()}

    def at(self, now: int) -> Mood:
        """The mood at this moment; calm leads to busy, busy to either other one."""
        while now >= self._mood_ends:
            calm, busy, stressed = MOODS
            self.mood = (
                (stressed if self._random.random() < 0.35 else calm) if self.mood is busy else busy
            )
            self._mood_ends += round(self._random.expovariate(1 / self.mood.lasts_seconds) * NS)
        return self.mood

    def price(self, symbol: str, now: int) -> float:
        """A price that has walked since it was last asked for."""
        then, price = self._prices[symbol]
        seconds = max(now - then, 0) / NS
        if seconds > 0:
            step = self._random.gauss(0.0, self.mood.volatility * math.sqrt(seconds))
            price *= math.exp(max(-0.02, min(0.02, step)))
            self._prices[symbol] = (now, price)
        return round(price, TICKS[symbol])

    def quantity(self, symbol: str, notional: float, price: float) -> float:
        """What a notional buys, in whole lots."""
        return round(notional / price, LOTS[symbol])

    def ack_seconds(self) -> float:
        """Submit to acknowledgement: lognormal, with one in sixty from a far heavier tail."""
        mood = self.mood
        seconds = self._random.lognormvariate(math.log(mood.ack_milliseconds / 1e3), mood.ack_sigma)
        if self._random.random() < 1 / 60:
            seconds *= 1.0 + self._random.paretovariate(1.4) * 3
        return min(seconds, 30.0)
