"""Whether the exchanges at which the desk's bots trade are open."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from data_sources.calendar_ahead import calendar_ahead
from desk.dialect import dialect_of
from desk.origin import Origin
from desk.patience import EARLIEST_NS


def markets(origins: Iterable[Origin], at: pd.Timestamp) -> dict[str, pd.Timestamp | None]:
    """Return since when the exchange of a source has been open at a moment, None where it is shut.

    Sources whose system works at any hour are not in it, nor those whose calendar is still loading.
    """
    found: dict[str, pd.Timestamp | None] = {}
    for origin in origins:
        dialect = dialect_of(origin)
        code = None if dialect is None else dialect.pace.calendar
        calendar = None if code is None else calendar_ahead(code).loaded()
        if calendar is not None and at.value >= EARLIEST_NS:
            found[origin.name] = calendar.open_since(at)
    return found
