"""The Sharpe ratio of each equity series, with the error that so many returns leave it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from metrics.base import metric
from metrics.equity_series import EquitySeries, Frames, equity_series
from metrics.value_at_risk import LEAST_RETURNS, daily_returns

EXCHANGE_DAYS: Final = 252
"""Trading days of a year at an exchange that is shut at weekends."""
ALL_DAYS: Final = 365
"""Days of a year of a series that is told at weekends too."""
COLUMNS: Final = (
    *("sharpe_ratio", "sharpe_low_ratio", "sharpe_high_ratio", "mean_ratio", "deviation_ratio"),
    *("periods_per_year", "risk_free_ratio", "n", "since", "as_of", "stream", "source"),
    "account_id",
)
_SATURDAY: Final = 5
_Z_95: Final = 1.96


@dataclass(frozen=True, slots=True)
class Sharpe:
    """A Sharpe ratio a year, with its 95 % interval; all None where the returns do not vary.

    mean, deviation   of the excess returns of one period, not of a year
    """

    value: float | None
    low: float | None
    high: float | None
    mean: float
    deviation: float


def sharpe_of(
    returns: ArrayLike, periods_per_year: float, *, risk_free_ratio: float = 0.0
) -> Sharpe:
    """Tell the Sharpe ratio of returns (ratios), a year.

    Formula: mean / standard deviation (n − 1) of the returns in excess of the risk-free one
    (Sharpe 1994, The Journal of Portfolio Management 21:49), × √periods a year. The interval is
    ± 1.96 × √((1 + S² / 2) / n) of one period's ratio S, as for independent normal returns
    (Lo 2002, Financial Analysts Journal 58:36): returns that follow each other make it too narrow.

    Args:
        returns: of one period each, two or more.
        periods_per_year: how many of them a year has.
        risk_free_ratio: what a year without risk gives; a period has its equal share.

    Raises:
        ValueError: there are fewer than two returns, one is missing, or a year has no period.
    """
    excess = np.asarray(returns, dtype="float64") - risk_free_ratio / max(periods_per_year, 1)
    if periods_per_year < 1 or excess.size < 2 or not np.isfinite(excess).all():
        raise ValueError(
            f"A Sharpe ratio needs a period a year and two finite returns or more; received "
            f"{periods_per_year} and {excess.size}"
        )
    mean, deviation = float(excess.mean()), float(excess.std(ddof=1))
    # Equal returns differ in their last bits: that is no deviation to divide by.
    if deviation <= 1e-12 * float(np.abs(excess).max()):
        return Sharpe(None, None, None, mean, deviation)
    one, year = mean / deviation, math.sqrt(periods_per_year)
    half = _Z_95 * math.sqrt((1 + one * one / 2) / excess.size)
    return Sharpe(one * year, (one - half) * year, (one + half) * year, mean, deviation)


@metric(unit="ratio", needs=("states",))
def sharpe_ratios(
    states: Frames, *, at: pd.Timestamp | None = None, risk_free_ratio: float = 0.0
) -> pd.DataFrame:
    """Give the Sharpe ratio a year of each equity series, from its returns from day to day (UTC).

    Unit: ratio, of a year; formulas: see `sharpe_of`. `periods_per_year` is 365 where more than a
    seventh of the returns end on a Saturday or Sunday, else 252. A day without a point is skipped,
    the newest counts although it may not be over, and money that was paid in or out looks like a
    return. Below 30 returns nothing but their number is told, and where all are equal there is no
    ratio.

    Args:
        states: frames by name; `equity` is taken.
        at: the moment, UTC; all that was told where it is not given.
        risk_free_ratio: what a year without risk gives, 0–1.

    Returns:
        Columns `COLUMNS`: low and high are the 95 % interval, `mean_ratio` and `deviation_ratio`
        of the excess returns of one day; `n` counts returns, `since` and `as_of` are their days.
    """
    rows = [row for each in equity_series(states, at) for row in _rows(each, risk_free_ratio)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(series: EquitySeries, risk_free_ratio: float) -> Iterator[dict[str, Any]]:
    returns = daily_returns(series.points[series.points > 0])
    row: dict[str, Any] = {"n": len(returns), **series.owner}
    if len(returns):
        row |= {"since": returns.index[0], "as_of": returns.index[-1]}
    if len(returns) >= LEAST_RETURNS:
        periods = _periods_per_year(pd.DatetimeIndex(returns.index))
        found = sharpe_of(returns, periods, risk_free_ratio=risk_free_ratio)
        row |= {"periods_per_year": periods, "risk_free_ratio": risk_free_ratio}
        row |= {"mean_ratio": found.mean, "deviation_ratio": found.deviation}
        row |= {"sharpe_ratio": found.value}
        row |= {"sharpe_low_ratio": found.low, "sharpe_high_ratio": found.high}
    yield row


def _periods_per_year(days: pd.DatetimeIndex) -> int:
    """Two days of a whole week are at the weekend: a stray point of one makes no such week."""
    weekend = float((days.day_of_week >= _SATURDAY).mean())
    return ALL_DAYS if weekend > 1 / 7 else EXCHANGE_DAYS
