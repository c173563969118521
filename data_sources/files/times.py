"""A time in a file, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd

from data_sources.errors import ConfigError
from data_sources.lines.timestamps import FUTURE_NS, BadTimeError, epoch_ns


@dataclass(slots=True)
class Times:
    """Reads times of one file and counts the odd ones.

    naive       times without a zone, read in the source's own
    unreadable  texts that are no time, or lie ahead of our clock
    """

    zone: dt.tzinfo
    now_ns: int
    naive: int = 0
    unreadable: int = 0

    def ns(self, value: Any) -> int | None:
        """Nanoseconds since 1970 UTC, None when there is no time that can be believed."""
        if value is None or value == "":
            return None
        try:
            found, naive = epoch_ns(value, self.zone)
        except BadTimeError:
            self.unreadable += 1
            return None
        self.naive += naive
        if found > self.now_ns + FUTURE_NS:
            self.unreadable += 1
            return None
        return found


def timestamp(ns: int | None) -> pd.Timestamp | None:
    """A moment in UTC."""
    return None if ns is None else pd.Timestamp(ns, unit="ns", tz="UTC")


def zone_of(name: str) -> dt.tzinfo:
    """The zone of times that name none.

    Raises:
        ConfigError: when the tz database does not know it.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(
            f"timezone: was {name!r}; it must be a zone of the tz database, such as Europe/Kyiv"
        ) from None
