"""Evenly spaced moments on a chart's axis, said as the first of them and a step.

plotly reads a number on a date axis as local time of the browser and a text as it stands; so the
first moment goes as text, in UTC, and the step as milliseconds. That is also the shortest way.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import pandas as pd

EPOCH: Final = "1970-01-01 00:00:00"


class TimeSteps(NamedTuple):
    """`count` bins of `seconds` each from `start`; None where there is no bin."""

    start: pd.Timestamp | None
    seconds: float
    count: int

    @property
    def milliseconds(self) -> float:
        """The width of a bin."""
        return self.seconds * 1000.0

    @property
    def first(self) -> str:
        """The start of the first bin as plotly reads it."""
        return _axis_text(self.start)

    @property
    def middle(self) -> str:
        """The middle of the first bin as plotly reads it."""
        if self.start is None:
            return EPOCH
        return _axis_text(self.start + pd.Timedelta(seconds=self.seconds / 2.0))

    def as_one(self) -> TimeSteps:
        """All bins as one."""
        return TimeSteps(self.start, self.seconds * self.count, 1)


def _axis_text(moment: Any) -> str:
    if moment is None:
        return EPOCH
    stamp = moment.tz_convert("UTC") if moment.tzinfo else moment
    return str(stamp.strftime("%Y-%m-%d %H:%M:%S.%f"))
