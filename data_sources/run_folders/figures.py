"""What the steps of a run add up to; more steps can be added without reading the old ones again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from data_sources.files.json_object import MOST
from data_sources.run_folders.csv_lines import BadRow

POINTS: Final = 2_000
"""So many of the newest points of the equity series are kept of one run."""
STEPS: Final = 50
"""So many of the newest steps."""


class OutOfOrderError(ValueError):
    """New steps lie before old ones: all must be added up again."""


def _nothing() -> pd.DataFrame:
    return pd.DataFrame()


@dataclass(slots=True)
class Figures:
    """Totals of all steps and the values of the last one; None where no step gives a number.

    orders          filled ones of each step, the generated ones where none was filled
    drawdown_ratio  of the last equity against the highest one so far; 0 or below
    points          newest points of the equity series: ts_event, equity, cash, drawdown_ratio
    recent          newest steps, in the columns of the frame `steps`
    last            the last step
    bad             where the newest bad rows are
    """

    steps: int = 0
    bad_rows: int = 0
    naive: int = 0
    untimed: int = 0
    orders: int | None = None
    blocked: int | None = None
    rejected: int | None = None
    newest: pd.Timestamp | None = None
    last_step: float = -np.inf
    peak: float = -np.inf
    equity: float | None = None
    realized_pnl: float | None = None
    unrealized_pnl: float | None = None
    drawdown_ratio: float | None = None
    points: pd.DataFrame = field(default_factory=_nothing)
    recent: pd.DataFrame = field(default_factory=_nothing)
    last: pd.Series | None = None
    bad: tuple[BadRow, ...] = ()

    def add(self, steps: pd.DataFrame) -> None:
        """Add steps that follow those before.

        Raises:
            OutOfOrderError: when they do not; nothing was added then.
        """
        if steps.empty:
            return
        numbers = steps["step"].to_numpy()
        if not np.isnan(numbers).any():
            if numbers[0] <= self.last_step:
                raise OutOfOrderError("new steps lie before old ones")
            self.last_step = float(numbers[-1])
        self.steps += len(steps)
        moments = steps["ts_event"].fillna(steps["ts_bar"])
        self.untimed += int(moments.isna().sum())
        newest = moments.max()
        if not pd.isna(newest):
            self.newest = newest if self.newest is None else max(self.newest, newest)
        orders = steps["orders_filled"].where(steps["orders_filled"] > 0, steps["orders_generated"])
        self.orders = _sum(self.orders, orders)
        self.blocked = _sum(self.blocked, steps["orders_blocked"])
        self.rejected = _sum(self.rejected, steps["orders_rejected"])
        self._series(steps, moments)
        self._remember(steps.assign(ts_event=moments, orders=orders).tail(STEPS))
        self.last = steps.iloc[-1]
        for name in ("equity", "realized_pnl", "unrealized_pnl"):
            value = float(self.last[name])
            setattr(self, name, None if np.isnan(value) else value)

    def _remember(self, steps: pd.DataFrame) -> None:
        """Keep the newest steps as they are shown."""
        same = ["ts_event", "step", "price", "position_quantity", "equity", "realized_pnl"]
        shown = steps[[*same, "unrealized_pnl"]].assign(
            orders=_whole(steps["orders"]),
            blocked=_whole(steps["orders_blocked"]),
            reason=steps["risk_reasons"],
        )
        kept = [each for each in (self.recent, shown) if len(each)]
        self.recent = pd.concat(kept, ignore_index=True).tail(STEPS)

    def _series(self, steps: pd.DataFrame, moments: pd.Series) -> None:
        """Drawdowns over the whole series, not over what is shown of it."""
        equity = steps["equity"].to_numpy()
        peaks = np.fmax.accumulate(np.concatenate(([self.peak], equity)))[1:]
        ratio = np.full(len(equity), np.nan)
        with np.errstate(over="ignore"):
            np.divide(equity - peaks, peaks, out=ratio, where=peaks > 0)
        ratio[~np.isfinite(ratio)] = np.nan
        ratio = np.where(np.isnan(equity), steps["drawdown_ratio"].to_numpy(), ratio)
        self.peak = float(peaks[-1])
        last = float(ratio[-1])
        self.drawdown_ratio = None if np.isnan(last) else last
        points = pd.DataFrame(
            {
                "ts_event": moments,
                "equity": equity,
                "cash": steps["cash"],
                "drawdown_ratio": ratio,
            }
        )
        points = points[~np.isnan(equity)]
        kept = [each for each in (self.points, points) if len(each)]
        if kept:
            self.points = pd.concat(kept, ignore_index=True).tail(POINTS)


def _whole(values: pd.Series) -> pd.Series:
    """Counts as whole numbers; what no count can be is missing."""
    return values.where(values.abs() <= MOST).round()


def _sum(before: int | None, values: pd.Series) -> int | None:
    """The sum with what is known; a column without any number adds no zero."""
    known = values[values.abs() <= MOST]
    return before if known.empty else (before or 0) + int(known.sum())
