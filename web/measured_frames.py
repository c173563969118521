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
    equal = {"source": wanted.get("source"), "account_id": wanted.get("account")}
    states = {state: _of(frame, equal) for state, frame in desk.view().states.items() if len(frame)}
    found: pd.DataFrame = metric(states)
    found = _of(found, {"symbol": wanted.get("symbol")})
    for bound, keeps in (("since", "ge"), ("until", "le")):
        if wanted.get(bound) is not None:
            found = found[getattr(found["as_of"], keeps)(wanted[bound])]
    return found.head(limit)


def _of(frame: pd.DataFrame, equal: dict[str, str | None]) -> pd.DataFrame:
    """Return the rows that have these words."""
    for name, word in equal.items():
        if word is not None and name in frame:
            frame = frame[frame[name] == word]
    return frame
