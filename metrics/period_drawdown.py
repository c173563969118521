"""How far equity is below its peak since midnight, of 7 and 30 days, and of all that was told."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

import pandas as pd

from metrics.base import metric
from metrics.equity_series import EquitySeries, Frames, equity_series
from metrics.periods import ALL, base_of, starts

COLUMNS: Final = (
    *("period", "since", "as_of", "equity_peak", "equity", "drawdown_ratio"),
    *("worst_drawdown_ratio", "n", "stream", "source", "account_id"),
)


@metric(unit="ratio", needs=("states",))
def period_drawdowns(
    states: Frames,
    *,
    at: pd.Timestamp | None = None,
    timezone: str = "UTC",
    cut: Collection[str] = (),
) -> pd.DataFrame:
    """Give the drawdown of each equity series by period: `day`, `week`, `month`, `all`.

    Unit: ratio, 0 or below: equity / highest equity of the period − 1. The day begins at 00:00 of
    the zone, week and month are the last 7 and 30 days. What stood when the period began counts
    as its first point. Missing without a point since then, where no equity was above 0, and where
    the points do not reach back to the period's start because they were cut.

    Args:
        states: frames by name; `equity` is taken.
        at: the moment, UTC; the newest point of a series where it is not given.
        timezone: whose midnight begins the day.
        cut: sources of which the newest points alone are given.

    Returns:
        Columns `COLUMNS`: now, and the worst within the period; `n` counts points since its start.
    """
    rows = [
        _unknown(row) if series.source in cut and _is_cut(row, series) else row
        for series in equity_series(states, at)
        for row in _rows(series, at, timezone)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _is_cut(row: dict[str, Any], series: EquitySeries) -> bool:
    return row["period"] == ALL or bool(series.points.index[0] > row["since"])


def _unknown(row: dict[str, Any]) -> dict[str, Any]:
    """The row without what a point that was not read may have changed."""
    peaks = ("equity_peak", "drawdown_ratio", "worst_drawdown_ratio")
    return {**row, **dict.fromkeys(peaks)}


def _rows(series: EquitySeries, at: pd.Timestamp | None, timezone: str) -> Iterator[dict[str, Any]]:
    points = series.points
    newest = points.index[-1]
    for period, start in {
        **starts(newest if at is None else at, timezone),
        ALL: points.index[0],
    }.items():
        base = base_of(points, start)
        since = points[points.index > start] if period != ALL else points
        held = since.to_numpy()
        if base is not None and period != ALL:
            held = pd.concat([pd.Series([base[1]]), since]).to_numpy()
        peaks = pd.Series(held).cummax()
        ratios = pd.Series(held) / peaks.where(peaks > 0) - 1
        known = len(since) > 0 and ratios.notna().any()
        yield {
            "period": period,
            "since": start,
            "as_of": newest,
            "equity_peak": float(peaks.iloc[-1]) if known else None,
            "equity": float(points.iloc[-1]),
            "drawdown_ratio": float(ratios.iloc[-1]) if known else None,
            "worst_drawdown_ratio": float(ratios.min()) if known else None,
            "n": len(since),
            **series.owner,
        }
