"""How the closed trades of each account went, as rows."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from metrics.base import metric
from metrics.equity_series import Frames, grouped
from metrics.trade_statistics import trade_statistics

COLUMNS: Final = (
    *("closed_total", "won_total", "lost_total", "flat_total"),
    *("win_ratio", "win_low_ratio", "win_high_ratio", "profit_factor", "profit_factor_of"),
    *("pnl", "currency", "hold_seconds", "best_ratio", "worst_ratio", "since", "as_of"),
    *("source", "account_id"),
)


@metric(unit="ratio", needs=("states",))
def trades_by_account(states: Frames, *, at: pd.Timestamp | None = None) -> pd.DataFrame:
    """Give what was won and lost of the closed trades of each source and account.

    Unit: counts, ratios 0–1, money of `currency`. Formulas, as anyone reckons them:
    `win_ratio` = won / (won + lost), trades at 0 left out, with its Wilson interval (95 %);
    `profit_factor` = sum of gains / −sum of losses, missing without a loss, in the measure that
    `profit_factor_of` names (see `trade_statistics`). Won and lost go by the sign of `pnl`, of
    `pnl_ratio` where no money is told.

    Args:
        states: frames by name; `trades` is taken.
        at: the moment, UTC: trades that closed later are left out; those without a time are not.

    Returns:
        Columns `COLUMNS`; `since` and `as_of` are the first and the last close.
    """
    trades = states.get("trades")
    rows = [] if trades is None else [_row(key, own) for key, own in grouped(_until(trades, at))]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _until(trades: pd.DataFrame, at: pd.Timestamp | None) -> pd.DataFrame:
    if at is None or "ts_closed" not in trades:
        return trades
    return trades[trades["ts_closed"].isna() | (trades["ts_closed"] <= at)]


def _row(owner: tuple[str | None, ...], trades: pd.DataFrame) -> dict[str, Any]:
    found = trade_statistics(trades)
    closed = trades["ts_closed"] if "ts_closed" in trades else pd.Series(dtype="object")
    return {
        "closed_total": found.closed,
        "won_total": found.wins,
        "lost_total": found.losses,
        "flat_total": found.flat,
        "win_ratio": found.win_ratio.value,
        "win_low_ratio": found.win_ratio.low,
        "win_high_ratio": found.win_ratio.high,
        "profit_factor": found.profit_factor,
        "profit_factor_of": found.profit_factor_of,
        "pnl": found.pnl,
        "currency": found.currency,
        "hold_seconds": found.hold_seconds,
        "best_ratio": found.best_ratio,
        "worst_ratio": found.worst_ratio,
        "since": closed.min(),
        "as_of": closed.max(),
        "source": owner[0],
        "account_id": owner[1],
    }
