"""How closed trades went: won, lost, for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from metrics.base import metric
from metrics.ratio import Ratio, ratio


@dataclass(frozen=True, slots=True)
class TradeStatistics:
    """Of closed round trips; None where there is no trade to tell from.

    closed, wins, losses, flat   counts; a trade at 0 is neither won nor lost
    win_ratio      wins / closed with its 95 % interval
    hold_seconds   the mean from open to close
    best, worst    the highest and lowest `pnl_ratio`
    profit_factor  sum of gains / sum of losses in money; None without a loss
    pnl            the sum, None when the trades are in several currencies
    """

    closed: int
    wins: int
    losses: int
    flat: int
    win_ratio: Ratio
    hold_seconds: float | None
    best_ratio: float | None
    worst_ratio: float | None
    profit_factor: float | None
    pnl: float | None
    currency: str | None


@metric(unit="ratio", needs=("states",))
def trade_statistics(states: Mapping[str, pd.DataFrame] | pd.DataFrame) -> TradeStatistics:
    """Tell how closed trades went. Units: counts, ratios 0–1, seconds, money of the currency.

    Takes the frames of a desk by name, or a `trades` frame alone. A trade without a pnl is closed
    but counts as neither; wins and losses are by the sign of `pnl`.
    """
    trades = states if isinstance(states, pd.DataFrame) else states.get("trades")
    if trades is None or not {"pnl", "pnl_ratio", "ts_opened", "ts_closed"} <= set(trades.columns):
        times = pd.Series([], dtype="datetime64[ns, UTC]")
        numbers = pd.Series([], dtype="float64")
        trades = pd.DataFrame(
            {"pnl": numbers, "pnl_ratio": numbers, "ts_opened": times, "ts_closed": times}
        )
    pnl = trades["pnl"].dropna()
    wins, losses = int((pnl > 0).sum()), int((pnl < 0).sum())
    gained, lost = float(pnl[pnl > 0].sum()), float(-pnl[pnl < 0].sum())
    held = (trades["ts_closed"] - trades["ts_opened"]).dropna()
    currencies = list(trades["currency"].dropna().unique()) if "currency" in trades else []
    one = len(currencies) <= 1
    return TradeStatistics(
        closed=len(trades),
        wins=wins,
        losses=losses,
        flat=len(pnl) - wins - losses,
        win_ratio=ratio(wins, len(pnl)),
        hold_seconds=float(held.dt.total_seconds().mean()) if len(held) else None,
        best_ratio=_known(trades["pnl_ratio"].max()),
        worst_ratio=_known(trades["pnl_ratio"].min()),
        profit_factor=gained / lost if one and lost > 0 else None,
        pnl=float(pnl.sum()) if one and len(pnl) else None,
        currency=str(currencies[0]) if len(currencies) == 1 else None,
    )


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
