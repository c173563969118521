"""How old a source's newest line may become before it is stale, nights at its exchange left out."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Protocol

import pandas as pd

from data_sources.calendar import MarketCalendar
from data_sources.calendar_ahead import calendar_ahead

EARLIEST_NS: Final = pd.Timestamp("1990-01-01", tz="UTC").value
"""No calendar is made for years that a broken clock names."""


class Pace(Protocol):
    """What a source says of its silence."""

    @property
    def stale_after_seconds(self) -> float:
        """How old its newest line may become."""

    @property
    def calendar(self) -> str | None:
        """The exchange at which that time passes; None for any hour."""


def patience_seconds(pace: Pace, alive_ns: int | None) -> float:
    """Return how old a line may become that was written at a moment, in seconds of the wall clock.

    While its exchange's calendar is still loading, time passes at any hour.
    """
    limit = pace.stale_after_seconds
    if pace.calendar is None or alive_ns is None or alive_ns < EARLIEST_NS:
        return limit
    calendar = calendar_ahead(pace.calendar).loaded()
    return limit if calendar is None else _over_nights(calendar, alive_ns, limit)


@lru_cache(maxsize=256)
def _over_nights(calendar: MarketCalendar, alive_ns: int, limit: float) -> float:
    moment = pd.Timestamp(alive_ns, unit="ns", tz="UTC")
    return (calendar.after(moment, limit) - moment).total_seconds()
