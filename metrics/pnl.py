"""Profit and loss since midnight, of 7 and 30 days, and of all that was told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from metrics.base import metric
from metrics.equity_series import EquitySeries, Frames, equity_series, grouped, only_word
from metrics.periods import ALL, base_of, starts

COLUMNS: Final = (
    *("period", "basis", "since", "ts_base", "as_of", "equity_base", "equity", "pnl", "pnl_ratio"),
    *("currency", "n", "stream", "source", "account_id"),
)
EQUITY: Final = "equity"
CLOSED: Final = "closed_trades"
CLOSED_AND_OPEN: Final = "closed_trades_and_open_positions"


@metric(unit="money", needs=("states",))
def profit_and_loss(
    states: Frames, *, at: pd.Timestamp | None = None, timezone: str = "UTC"
) -> pd.DataFrame:
    """Give the profit of each period, once by equity and once by closed trades.

    Unit: money in `currency`; `pnl_ratio` is of the equity at the period's start. By equity:
    equity now − equity at the start, `day` since 00:00 of the zone, `week` and `month` the last 7
    and 30 days, rolling. `ts_base` is when the equity at the start was told; without a point
    there, or without one since, the profit is missing. By closed trades: the sum of their `pnl`;
    missing where trades are not told as far back as the start. `all` is every closed trade that
    was told, and with the open positions' unrealized profit the total; the total is missing where
    no position is told, or one without its profit.

    Args:
        states: frames by name: `equity`, `trades`, `positions`.
        at: the moment, UTC; the newest of a series where it is not given.
        timezone: whose midnight begins the day.

    Returns:
        Columns `COLUMNS`; `n` counts points since the start, or trades.
    """
    rows = [row for series in equity_series(states, at) for row in _by_equity(series, at, timezone)]
    for (source, account), trades in _trades(states.get("trades"), at):
        owner = {"source": source, "account_id": account, "stream": None}
        told = _by_trades(trades, at, timezone)
        total = _total(trades, states.get("positions"), owner)
        rows += [{**row, **owner} for row in (*told, *total)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _by_equity(
    series: EquitySeries, at: pd.Timestamp | None, timezone: str
) -> Iterator[dict[str, Any]]:
    points = series.points
    newest, equity = points.index[-1], float(points.iloc[-1])
    for period, start in starts(newest if at is None else at, timezone).items():
        base = base_of(points, start)
        since = points[points.index > start]
        known = base is not None and len(since) > 0
        pnl = equity - base[1] if base is not None and known else None
        yield {
            "period": period,
            "basis": EQUITY,
            "since": start,
            "ts_base": None if base is None else base[0],
            "as_of": newest,
            "equity_base": None if base is None else base[1],
            "equity": equity,
            "pnl": pnl,
            "pnl_ratio": None if base is None or pnl is None or base[1] <= 0 else pnl / base[1],
            "currency": series.currency,
            "n": len(since),
            **series.owner,
        }


def _trades(
    trades: pd.DataFrame | None, at: pd.Timestamp | None
) -> Iterator[tuple[tuple[str | None, ...], pd.DataFrame]]:
    """Yield closed trades by source and account; those without a profit in money are no news."""
    if trades is None or not {"ts_closed", "pnl"} <= set(trades.columns):
        return
    known = trades.dropna(subset=["ts_closed"])
    known = known if at is None else known[known["ts_closed"] <= at]
    for owner, rows in grouped(known):
        if rows["pnl"].notna().any():
            yield owner, rows


def _by_trades(
    trades: pd.DataFrame, at: pd.Timestamp | None, timezone: str
) -> Iterator[dict[str, Any]]:
    oldest, newest = trades["ts_closed"].min(), trades["ts_closed"].max()
    for period, start in {**starts(newest if at is None else at, timezone), ALL: oldest}.items():
        within = trades if period == ALL else trades[trades["ts_closed"] > start]
        # Before the oldest trade nobody told anything: a sum from there on would be a part.
        yield {
            "period": period,
            "basis": CLOSED,
            "since": start,
            "as_of": newest,
            "pnl": _sum(within, "pnl") if oldest <= start else None,
            "currency": only_word(trades, "currency"),
            "n": len(within),
        }


def _total(
    trades: pd.DataFrame, positions: pd.DataFrame | None, owner: dict[str, str | None]
) -> Iterator[dict[str, Any]]:
    realized, unrealized = _sum(trades, "pnl"), None
    if positions is not None and "unrealized_pnl" in positions:
        own = [rows for key, rows in grouped(positions) if key == tuple(owner.values())[:2]]
        unrealized = _sum(own[0], "unrealized_pnl") if own else None
    yield {
        "period": ALL,
        "basis": CLOSED_AND_OPEN,
        "since": trades["ts_closed"].min(),
        "as_of": trades["ts_closed"].max(),
        "pnl": None if realized is None or unrealized is None else realized + unrealized,
        "currency": only_word(trades, "currency"),
        "n": len(trades),
    }


def _sum(rows: pd.DataFrame, name: str) -> float | None:
    """Return the sum, None where a part of it is not known or the money is of several kinds."""
    money = rows["currency"].dropna().nunique() if "currency" in rows else 0
    return None if rows[name].isna().any() or money > 1 else float(rows[name].sum())
