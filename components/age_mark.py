"""An age on a page: from the server, and counted on by the browser in `assets/staleness.js`."""

from __future__ import annotations

from typing import Any

from components.element import Element, element
from formats import MISSING, age, moment


def age_mark(since: Any, at: Any, *, still: bool = False) -> Element | str:
    """Give an element of the age of something; `—` for a missing moment.

    Args:
        since: a timestamp with zone, or something missing.
        at: the moment of the view.
        still: a chosen moment in the past is looked at, where nothing grows older.
    """
    long = moment(since)
    if long == MISSING:
        return MISSING
    goes_on = {} if still else {"data_age_of_ms": str(int(since.timestamp() * 1000))}
    return element("Span", age((at - since).total_seconds()), title=long, **goes_on)
