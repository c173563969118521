"""How closed trades went: won, lost, for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from metrics.base import metric
from metrics.ratio import Ratio, ratio

_NEEDED: Final = {
    "pnl": "float64",
    "pnl_ratio": "float64",
    "ts_opened": "datetime64[ns, UTC]",
    "ts_closed": "datetime64[ns, UTC]",
}


@dataclass(frozen=True, slots=True)
class TradeStatistics:
    """Of closed round trips; None where there is no trade to tell from.

    closed, wins, losses, flat   counts; a trade at 0 is neither won nor lost, and one that tells
                   neither money nor ratio is only closed
    win_ratio      wins / (wins + losses) with its 95 % interval
    hold_seconds   the mean from open to close
    best, worst    the highest and lowest `pnl_ratio`
    profit_factor  sum of gains / sum of losses; None without a loss
    profit_factor_of   `pnl` where every won or lost trade tells money, `pnl_ratio` where money is
                   missing but every one tells its ratio (each trade then weighs the same), or None
    pnl            the sum of what tells money, None when the trades are in several currencies
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
    profit_factor_of: str | None
    pnl: float | None
    currency: str | None


@metric(unit="ratio", needs=("frames",))
def trade_statistics(frames: Mapping[str, pd.DataFrame] | pd.DataFrame) -> TradeStatistics:
    """Tell how closed trades went. Units: counts, ratios 0–1, seconds, money of the currency.

    Takes the frames of a desk by name, or a `trades` frame alone. Won and lost go by the sign of
    `pnl`, of `pnl_ratio` where no money is told.
    """
    trades = frames if isinstance(frames, pd.DataFrame) else frames.get("trades")
    if trades is None or not set(_NEEDED) <= set(trades.columns):
        trades = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in _NEEDED.items()})
    pnl = trades["pnl"].dropna()
    outcome = trades["pnl"].fillna(trades["pnl_ratio"])
    wins, losses = int((outcome > 0).sum()), int((outcome < 0).sum())
    held = (trades["ts_closed"] - trades["ts_opened"]).dropna()
    currencies = list(trades["currency"].dropna().unique()) if "currency" in trades else []
    one = len(currencies) <= 1
    factor, factor_of = _profit_factor(trades[outcome.notna() & (outcome != 0)], one)
    return TradeStatistics(
        closed=len(trades),
        wins=wins,
        losses=losses,
        flat=int((outcome == 0).sum()),
        win_ratio=ratio(wins, wins + losses),
        hold_seconds=float(held.dt.total_seconds().mean()) if len(held) else None,
        best_ratio=_known(trades["pnl_ratio"].max()),
        worst_ratio=_known(trades["pnl_ratio"].min()),
        profit_factor=factor,
        profit_factor_of=factor_of,
        pnl=float(pnl.sum()) if one and len(pnl) else None,
        currency=str(currencies[0]) if len(currencies) == 1 else None,
    )


def _profit_factor(decided: pd.DataFrame, one_currency: bool) -> tuple[float | None, str | None]:
    """Gains over losses of trades that were won or lost, in the one measure that all of them tell.

    Money of several currencies has no sum; ratios are not asked then, for they would weigh each
    trade alike where its money is known.
    """
    name = "pnl" if decided["pnl"].notna().all() else "pnl_ratio"
    values = decided[name]
    gained, lost = float(values[values > 0].sum()), float(-values[values < 0].sum())
    if values.isna().any() or lost <= 0 or (name == "pnl" and not one_currency):
        return None, None
    return gained / lost, name


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
