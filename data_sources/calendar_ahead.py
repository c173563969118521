"""An exchange's calendar that loads in a thread of its own, before somebody asks it."""

from __future__ import annotations

import logging
import threading
from functools import cache
from typing import Final

import pandas as pd

from data_sources.calendar import MarketCalendar

LOG = logging.getLogger(__name__)

_ONE_EACH: Final = threading.Lock()


class CalendarAhead:
    """Loads a calendar, which takes a second or two, while others go on.

    Args:
        code: the exchange's market identifier, such as "XNYS".
    """

    def __init__(self, code: str) -> None:
        self._code = code
        self._calendar: MarketCalendar | None = None
        self._thread = threading.Thread(target=self._load, name=f"calendar-{code}", daemon=True)
        self._thread.start()

    def calendar(self) -> MarketCalendar:
        """Return the calendar, waiting for what is left of its loading.

        Raises:
            ConfigError: for a code that no calendar has.
        """
        self._thread.join()
        return self._calendar or MarketCalendar(self._code)

    def loaded(self) -> MarketCalendar | None:
        """Return the calendar; None while it is still loading, or cannot be."""
        return self._calendar

    def _load(self) -> None:
        try:
            calendar = MarketCalendar(self._code)
            calendar.next_close(pd.Timestamp.now("UTC"))
        except Exception:
            LOG.exception("the calendar %s could not be loaded ahead", self._code)
        else:
            self._calendar = calendar


def calendar_ahead(code: str) -> CalendarAhead:
    """Return the one of this process for an exchange; the first call begins to load it."""
    with _ONE_EACH:
        return _ahead(code)


@cache
def _ahead(code: str) -> CalendarAhead:
    return CalendarAhead(code)
