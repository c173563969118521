"""The periods that profit and drawdown are told of: since midnight, 7 days, 30 days."""

from __future__ import annotations

from typing import Final

import pandas as pd

DAY: Final = "day"
ROLLING: Final = {"week": pd.Timedelta(days=7), "month": pd.Timedelta(days=30)}
ALL: Final = "all"
BASE_AT_MOST: Final = pd.Timedelta(days=4)
"""A point that is older than a long weekend is not what the account held when a period began."""


def starts(at: pd.Timestamp, timezone: str = "UTC") -> dict[str, pd.Timestamp]:
    """Return period → its start, UTC: the day began at 00:00 of the zone, the others roll."""
    # Through the date, not by cutting off hours: a day of a change of clocks has 23 or 25.
    midnight = pd.Timestamp(at.tz_convert(timezone).date(), tz=timezone).tz_convert("UTC")
    return {DAY: midnight, **{name: at - length for name, length in ROLLING.items()}}


def base_of(points: pd.Series[float], start: pd.Timestamp) -> tuple[pd.Timestamp, float] | None:
    """Return when and what stood at a period's start: the last point up to it, None if too old."""
    before = points[points.index <= start]
    if before.empty or before.index[-1] < start - BASE_AT_MOST:
        return None
    return before.index[-1], float(before.iloc[-1])
