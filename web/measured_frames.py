"""Frames that are metrics of the desk's frames, or hold one: asked for like any other frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from metrics.drawdown import with_drawdown
from metrics.momentum import momentum
from web.desk_protocol import Desk

MEASURED: Final[dict[str, Callable[..., Any]]] = {"momentum": momentum}
MOST_POINTS: Final = 1_000_000


def frame_of(desk: Desk, name: str, *, limit: int, **wanted: Any) -> pd.DataFrame:
    """Return a frame of the desk, measured where it is a metric.

    Raises:
        KeyError: there is no such frame.
    """
    if name == "equity":
        return _equity(desk, limit, **wanted)
    metric = MEASURED.get(name)
    if metric is None:
        return desk.frame(name, limit=limit, **wanted)
    equal = {"source": wanted.get("source"), "account_id": wanted.get("account")}
    states = {state: _of(frame, equal) for state, frame in desk.view().states.items() if len(frame)}
    found: pd.DataFrame = metric(states)
    found = _of(found, {"symbol": wanted.get("symbol")})
    return _between(found, "as_of", **wanted).head(limit)


def _equity(desk: Desk, limit: int, **wanted: Any) -> pd.DataFrame:
    """Return points of equity, each with its drawdown, against the peak of the whole series.

    The peak may lie long before the points that are asked for, so all are read, but only where an
    origin leaves the drawdown to us.
    """
    asked = desk.frame("equity", limit=limit, **wanted)
    if asked.empty or asked["drawdown_ratio"].notna().all():
        return asked
    series = {name: wanted.get(name) for name in ("source", "account")}
    whole = with_drawdown(desk.frame("equity", limit=MOST_POINTS, **series))
    return _between(whole, "ts_event", **wanted).tail(limit).reset_index(drop=True)


def _between(
    frame: pd.DataFrame,
    column: str,
    *,
    since: pd.Timestamp | None = None,
    until: pd.Timestamp | None = None,
    **_: Any,
) -> pd.DataFrame:
    """Return the rows of a time, both ends included."""
    if since is not None:
        frame = frame[frame[column] >= since]
    return frame if until is None else frame[frame[column] <= until]


def _of(frame: pd.DataFrame, equal: dict[str, str | None]) -> pd.DataFrame:
    """Return the rows that have these words."""
    for name, word in equal.items():
        if word is not None and name in frame:
            frame = frame[frame[name] == word]
    return frame
