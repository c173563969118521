"""What holds for every order of a system: `[orders]` in its TOML."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from data_sources.calendar_ahead import calendar_ahead
from data_sources.dialects.pace_rules import exchange
from data_sources.dialects.reader import Reader

EARLIEST: Final = pd.Timestamp("1990-01-01", tz="UTC")
AHEAD: Final = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OrderRules:
    """How orders of a system end.

    expiry_seconds   how long it leaves one unanswered until it has expired; None: no such rule
    day_calendar     the exchange at whose close an order is over that was sent for the day; None:
                     its orders are not of a day
    ends_told        whether it tells how orders end: of one that is over without a word, that it
                     expired is then all there is to know; else nobody knows what became of it
    fills_are_parts  whether it calls each execution a fill: an order is filled when they add up to
                     what was ordered
    """

    expiry_seconds: float | None = None
    day_calendar: str | None = None
    ends_told: bool = True
    fills_are_parts: bool = False

    @property
    def attrs(self) -> dict[str, Any]:
        """What the ledger must know of them; it stands in `attrs` of frames of events."""
        told: dict[str, Any] = {}
        if self.expiry_seconds is not None:
            told["expiry_seconds"] = self.expiry_seconds
        if not self.ends_told:
            told["ends_told"] = False
        if self.fills_are_parts:
            told["fills_are_parts"] = True
        return told

    def load_ahead(self) -> None:
        """Begin to load, in the background, what the first order would have to wait for."""
        if self.day_calendar is not None:
            calendar_ahead(self.day_calendar)

    def with_ends_of_day(self, events: pd.DataFrame) -> pd.DataFrame:
        """Return events whose submits say, in `value`, how many seconds are left of their day.

        The day of an order that was sent after the close is the next session. A submit that tells
        a time of its own keeps it; one without a moment, or with one that cannot be, has none.
        """
        if self.day_calendar is None:
            return events
        sent = (events["kind"] == "order.submitted") & events["value"].isna()
        # No calendar is made for years that a broken clock names.
        sent &= events["ts_event"].between(EARLIEST, events["ts_received"] + AHEAD)
        rows = np.flatnonzero(sent)
        if not len(rows):
            return events
        calendar = calendar_ahead(self.day_calendar).calendar()
        value = events["value"].to_numpy().copy()
        for row, moment in zip(rows.tolist(), events["ts_event"].iloc[rows], strict=True):
            value[row] = (calendar.next_close(moment) - moment).total_seconds()
        return events.assign(value=value)


def order_rules(reader: Reader) -> OrderRules:
    """Read the table `[orders]`; what it does not say is not so.

    Raises:
        DialectError: naming file, line and key.
    """
    flags = {"ends_told", "fills_are_parts"}
    reader.only(("orders",), {"expiry_seconds", "day_calendar", *flags})
    return OrderRules(
        expiry_seconds=_expiry_seconds(reader),
        day_calendar=exchange(reader, ("orders", "day_calendar")),
        ends_told=_flag(reader, "ends_told", untold=True),
        fills_are_parts=_flag(reader, "fills_are_parts", untold=False),
    )


def _flag(reader: Reader, name: str, *, untold: bool) -> bool:
    where = ("orders", name)
    return reader.flag(where) if reader.has(where) else untold


def _expiry_seconds(reader: Reader) -> float | None:
    where = ("orders", "expiry_seconds")
    if not reader.has(where):
        return None
    seconds = reader.number(where, 0.0)
    if not 0 < seconds < math.inf:
        reader.refuse(where, f"was {seconds:g}; it must be above 0")
    return seconds
