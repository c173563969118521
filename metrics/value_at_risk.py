"""What an account may lose in a day: value at risk and expected shortfall of its daily returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from metrics.base import metric
from metrics.equity_series import apart

LEAST_RETURNS: Final = 30
"""Fewer daily returns than these tell nothing of a tail."""

CONFIDENCES: Final = (0.95, 0.99)

_Z_DECIMALS: Final = 3
"""As in the tables that risk is agreed with: 1.645 and 2.326. The rest is under 0.03 %."""


@dataclass(frozen=True, slots=True)
class TailLoss:
    """The loss of one day at one confidence, as ratios of the equity: positive is a loss.

    value_at_risk_ratio        the confidence's quantile of the losses, between two by line
    expected_shortfall_ratio   the mean of the losses at or beyond it
    tail_n                     how many those are: with one or two the mean is hardly one
    parametric_ratio           the quantile if returns were normal: z·σ − μ, σ with n − 1,
                               z to three decimals
    """

    confidence_ratio: float
    value_at_risk_ratio: float
    expected_shortfall_ratio: float
    tail_n: int
    parametric_ratio: float


@dataclass(frozen=True, slots=True)
class AccountTail:
    """The tail of one equity series; the same losses in money of its newest equity.

    equity, currency   the newest equity, and its currency where it is told
    returns_n          daily returns that were looked at; first, last: their days
    losses             one entry a confidence; empty below 30 returns: that is too few to tell
    stream             which of several streams or runs of the source, None where it is one series
    """

    source: str
    account_id: str | None
    equity: float
    currency: str | None
    returns_n: int
    first: pd.Timestamp | None
    last: pd.Timestamp | None
    losses: tuple[TailLoss, ...]
    stream: str | None = None

    def in_money(self, loss_ratio: float) -> float:
        """Return a loss ratio as money of the newest equity."""
        return loss_ratio * self.equity


def tail_loss(returns: ArrayLike, confidence_ratio: float) -> TailLoss:
    """Tell the tail of one-day returns (ratios) at a confidence, 0–1.

    Historical: the quantile of the losses with numpy's linear rule, and the mean of the losses not
    below it (Acerbi and Tasche 2002). Parametric: delta-normal.

    Raises:
        ValueError: the confidence is not between 0 and 1, or a return is missing or there is none.
    """
    losses = -np.asarray(returns, dtype="float64")
    if not 0 < confidence_ratio < 1 or losses.size < 2 or not np.isfinite(losses).all():
        raise ValueError(
            f"A tail needs a confidence in (0, 1) and two returns or more, all finite; received "
            f"{confidence_ratio} and {losses.size}"
        )
    at_risk = float(np.quantile(losses, confidence_ratio))
    tail = losses[losses >= at_risk]
    z = round(NormalDist().inv_cdf(confidence_ratio), _Z_DECIMALS)
    return TailLoss(
        confidence_ratio=confidence_ratio,
        value_at_risk_ratio=at_risk,
        expected_shortfall_ratio=float(tail.mean()),
        tail_n=len(tail),
        parametric_ratio=float(losses.mean() + z * losses.std(ddof=1)),
    )


def daily_returns(equity: pd.Series[float]) -> pd.Series[float]:
    """Return the returns from day to day (UTC) of the last equity of each day, by their days.

    Args:
        equity: by time, UTC, ascending, all above 0.
    """
    days = pd.DatetimeIndex(equity.index).floor("D")
    return equity.groupby(days).last().pct_change().dropna()


@metric(unit="ratio", needs=("frames",))
def values_at_risk(
    frames: Mapping[str, pd.DataFrame] | pd.DataFrame,
    *,
    confidences: tuple[float, ...] = CONFIDENCES,
) -> tuple[AccountTail, ...]:
    """Give value at risk and expected shortfall of a day for each equity series.

    Unit: ratio of the equity, a loss is positive; `in_money` gives money. Returns are those from
    day to day (UTC) of the last equity of each day; a day without a point is skipped, so over a
    weekend one return spans it. The newest day counts although it may not be over. Money that was
    paid in or out looks like a return. Below 30 returns nothing is told. Takes the frames of a
    desk by name, or an `equity` frame alone.
    """
    equity = frames if isinstance(frames, pd.DataFrame) else frames.get("equity")
    if equity is None or not {"ts_event", "equity", "source"} <= set(equity.columns):
        return ()
    known = equity[(equity["equity"] > 0) & equity["ts_event"].notna()]
    known = known.sort_values("ts_event", kind="stable")
    return tuple(_account(owner, own, confidences) for owner, own in apart(known))


def _account(
    owner: tuple[str | None, ...], own: pd.DataFrame, confidences: tuple[float, ...]
) -> AccountTail:
    source, account, stream = owner
    returns = daily_returns(pd.Series(own["equity"].to_numpy(), pd.DatetimeIndex(own["ts_event"])))
    enough = len(returns) >= LEAST_RETURNS
    currency = own["currency"].dropna() if "currency" in own else own["source"][:0]
    return AccountTail(
        source=str(source),
        account_id=account,
        equity=float(own["equity"].iloc[-1]),
        currency=str(currency.iloc[-1]) if len(currency) else None,
        returns_n=len(returns),
        first=returns.index[0] if len(returns) else None,
        last=returns.index[-1] if len(returns) else None,
        losses=tuple(tail_loss(returns, each) for each in confidences) if enough else (),
        stream=stream,
    )
