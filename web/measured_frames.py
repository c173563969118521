"""Frames that are metrics of the desk's states: asked for like any other frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from metrics.momentum import momentum
from web.desk_protocol import Desk

MEASURED: Final[dict[str, Callable[..., Any]]] = {"momentum": momentum}


def frame_of(desk: Desk, name: str, *, limit: int, **wanted: Any) -> pd.DataFrame:
    """Return a frame of the desk, measured where it is a metric.

    Raises:
        KeyError: there is no such frame.
    """
    metric = MEASURED.get(name)
    if metric is None:
        return desk.frame(name, limit=limit, **wanted)
    found: pd.DataFrame = desk.view().measure(metric)
    symbol = wanted.get("symbol")
    if symbol is not None:
        found = found[found["symbol"] == symbol]
    return found.tail(limit)
