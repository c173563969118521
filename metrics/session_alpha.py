"""What an account made in its last session, beside a benchmark in the same session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from metrics.base import metric
from metrics.one_source import one_source

BENCHMARK: Final = "SPY"


@dataclass(frozen=True, slots=True)
class SessionAlpha:
    """Close to close between the two newest days that account and benchmark both have.

    account_ratio, benchmark_ratio   what each made, 0.01 is +1 %
    alpha_ratio                      their difference, no regression
    session, before                  the days (UTC) of the two closes
    """

    source: str
    account_id: str | None
    account_ratio: float
    benchmark_ratio: float
    alpha_ratio: float
    session: pd.Timestamp
    before: pd.Timestamp


def closes_by_day(prices: pd.DataFrame, symbol: str) -> pd.Series[float]:
    """Return a symbol's closes above 0 by day (UTC midnight), ascending, the last of each day."""
    if not {"symbol", "ts_event", "close"} <= set(prices.columns):
        return pd.Series(dtype="float64")
    own = prices[(prices["symbol"] == symbol) & (prices["close"] > 0)]
    return _by_day(one_source(own), "close")


@metric(unit="ratio", needs=("frames",))
def session_alphas(
    frames: Mapping[str, pd.DataFrame], *, benchmark: str = BENCHMARK
) -> tuple[SessionAlpha, ...]:
    """Give what each account made in its last session less what the benchmark made in it.

    Unit: ratio. Formula: (equity / equity before − 1) − (close / close before − 1), both over the
    same two days: the newest two that the account's equity series and the benchmark's bars share.
    So before the open it compares yesterday with yesterday, not two days with one.
    """
    equity, prices = frames.get("equity"), frames.get("prices")
    if equity is None or prices is None:
        return ()
    if not {"ts_event", "equity", "source", "account_id"} <= set(equity.columns):
        return ()
    closes = closes_by_day(prices, benchmark)
    found = []
    names = ["source", "account_id"]
    for (source, account), own in equity.groupby(names, dropna=False, observed=True):
        values = _by_day(own[own["equity"] > 0], "equity")
        shared = values.index.intersection(closes.index)
        if len(shared) < 2:
            continue
        before, session = shared[-2], shared[-1]
        made = float(values.loc[session] / values.loc[before] - 1)
        market = float(closes.loc[session] / closes.loc[before] - 1)
        known = None if account is None or account != account else str(account)
        found.append(SessionAlpha(str(source), known, made, market, made - market, session, before))
    return tuple(found)


def _by_day(rows: pd.DataFrame, column: str) -> pd.Series[float]:
    timed = rows.dropna(subset=["ts_event"]).sort_values("ts_event", kind="stable")
    days = timed["ts_event"].dt.floor("D")
    return timed.groupby(days)[column].last()
