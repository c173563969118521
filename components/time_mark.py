"""A moment on a page: UTC from the server, in the viewer's own zone by `assets/shell.js`."""

from __future__ import annotations

from typing import Any

from components.element import Element, element
from formats import MISSING, moment


def time_mark(value: Any, *, with_date: bool = False) -> Element | str:
    """Give a `<time>` element of a moment; `—` for a missing one.

    Args:
        value: a timestamp with zone, or something missing.
        with_date: write the date too.
    """
    long = moment(value)
    if long == MISSING:
        return MISSING
    shown = long.removesuffix(" UTC")
    return element(
        "Time",
        shown if with_date else shown[11:],
        dateTime=f"{shown[:10]}T{shown[11:]}Z",
        title=long,
        data_utc_ms=str(int(value.timestamp() * 1000)),
        data_format="datetime" if with_date else "time",
    )
