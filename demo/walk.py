"""A price that walks."""

from __future__ import annotations

import math
from random import Random


class Walk:
    """A price that moves at random as time goes on.

    Args:
        random: every step comes from here.
        price: the first one.
        volatility_ratio: how far it goes in a minute, about.
        digits: how it is rounded.
    """

    def __init__(
        self, random: Random, price: float, volatility_ratio: float = 0.001, digits: int = 2
    ) -> None:
        self._random = random
        self._price = price
        self._first = price
        self._volatility = volatility_ratio
        self._digits = digits
        self._at = 0.0

    def at(self, seconds: float) -> float:
        """The price at a moment; moments before the newest one change nothing."""
        passed = max(0.0, seconds - self._at)
        if passed:
            self._at = seconds
            step = self._random.gauss(0, self._volatility * math.sqrt(passed / 60))
            # A slow pull back, so that a long demo stays among believable prices.
            pull = math.log(self._first / self._price) * min(1.0, passed / 7200)
            self._price *= math.exp(step + pull)
        return round(self._price, self._digits)
