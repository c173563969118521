"""How long a system may be silent before that is news: `[pace]` in its TOML."""

from __future__ import annotations

import math
from dataclasses import dataclass

from data_sources.calendar import MarketCalendar
from data_sources.calendar_ahead import calendar_ahead
from data_sources.dialects.reader import Reader
from data_sources.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Pace:
    """When silence is news.

    stale_after_seconds   how old the newest line may become
    calendar              the exchange at which that time passes: none passes while it is shut; None
                          for a system that works at any hour
    """

    stale_after_seconds: float = 10.0
    calendar: str | None = None

    def load_ahead(self) -> None:
        """Begin to load, in the background, what the first question would have to wait for."""
        if self.calendar is not None:
            calendar_ahead(self.calendar)


def pace_rules(reader: Reader) -> Pace:
    """Read the table `[pace]`; what it does not say is as for a system that is never silent.

    Raises:
        DialectError: naming file, line and key.
    """
    reader.only(("pace",), {"stale_after_seconds", "calendar"})
    where = ("pace", "stale_after_seconds")
    seconds = reader.number(where, Pace().stale_after_seconds)
    if not 0 < seconds < math.inf:
        reader.refuse(where, f"was {seconds:g}; it must be above 0")
    return Pace(seconds, exchange(reader, ("pace", "calendar")))


def exchange(reader: Reader, where: tuple[str, ...]) -> str | None:
    """Read the code of an exchange; None where there is none.

    Raises:
        DialectError: naming file, line and key, for one that is not known.
    """
    if not reader.has(where):
        return None
    code = reader.text(where)
    try:
        MarketCalendar(code)
    except ConfigError as e:
        reader.refuse(where, str(e).removeprefix("calendar: "))
    return code
