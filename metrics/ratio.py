"""A ratio of two counts that states its error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

_Z_95: Final = 1.959963984540054
"""The 97.5 % point of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share 0–1 with what it is made of.

    value        numerator / denominator; None when the denominator is 0
    low, high    the 95 % Wilson interval; None without a value, or when the value exceeds 1
    numerator, denominator   the two counts; the denominator is the ratio's n
    warning      None, or why the value must be read with care
    """

    value: float | None
    low: float | None
    high: float | None
    numerator: int
    denominator: int
    warning: str | None = None


def ratio(numerator: int, denominator: int, *, warning_above_one: str | None = None) -> Ratio:
    """Give numerator / denominator with its Wilson interval.

    Args:
        numerator: a count.
        denominator: the count that it is a share of.
        warning_above_one: what to say when the share exceeds 1.
    """
    if denominator <= 0:
        return Ratio(None, None, None, numerator, denominator)
    value = numerator / denominator
    if value > 1:
        return Ratio(value, None, None, numerator, denominator, warning_above_one)
    low, high = wilson_interval(numerator, denominator)
    return Ratio(value, low, high, numerator, denominator)


def wilson_interval(hits: int, n: int) -> tuple[float, float]:
    """Give the 95 % score interval of a share, 0–1 (Wilson 1927, JASA 22:209).

    Of none of n the lower bound is 0, of all of them the upper one 1: to the last digit.

    Raises:
        ValueError: n is not positive, or hits lie outside 0 … n.
    """
    if n <= 0 or not 0 <= hits <= n:
        raise ValueError(f"A share needs 0 ≤ hits ≤ n and n > 0; received {hits} of {n}")
    share, square = hits / n, _Z_95 * _Z_95
    center = (share + square / (2 * n)) / (1 + square / n)
    half = _Z_95 * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    low = max(0.0, center - half) if hits else 0.0
    high = min(1.0, center + half) if hits < n else 1.0
    return low, high
