"""Frames that are metrics of the desk: asked for like any other frame, measured only then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from data_sources.frames import shaped
from metrics.exposure import exposure
from metrics.gate_counts import gate_counts
from metrics.momentum import momentum
from metrics.period_drawdown import period_drawdowns
from metrics.pnl import profit_and_loss
from metrics.profile_drawdown import profile_drawdowns
from metrics.risk_limits import risk_limits
from web.desk_protocol import Desk

ROWS_LOOKED_AT: Final = 100_000
"""Rows of each frame that a metric is taken from, the newest; `n` tells how many there were."""

OF_FRAMES: Final[dict[str, tuple[Callable[..., pd.DataFrame], tuple[str, ...]]]] = {
    "pnl": (profit_and_loss, ("equity", "trades", "positions")),
    "drawdown": (period_drawdowns, ("equity",)),
    "exposure": (exposure, ("positions", "equity")),
    "profile_drawdown": (profile_drawdowns, ("equity", "strategies")),
    "risk_limits": (risk_limits, ("positions", "equity")),
    "gate_counts": (gate_counts, ("decisions",)),
}
"""Frame → its metric and the frames that it takes."""
AT: Final = frozenset(OF_FRAMES) - {"exposure"}
"""Those that are told of a moment: `until`, or now."""


def frame_of(desk: Desk, name: str, *, limit: int, **wanted: Any) -> pd.DataFrame:
    """Return a frame of the desk, measured where it is a metric.

    Raises:
        KeyError: there is no such frame.
    """
    if name in OF_FRAMES:
        return _narrowed(_of_frames(desk, name, wanted), limit, wanted)
    if name != "momentum":
        return desk.frame(name, limit=limit, **wanted)
    equal = {"source": wanted.get("source"), "account_id": wanted.get("account")}
    states = {state: _of(frame, equal) for state, frame in desk.view().states.items() if len(frame)}
    return _narrowed(momentum(states), limit, wanted)


def _of_frames(desk: Desk, name: str, wanted: dict[str, Any]) -> pd.DataFrame:
    metric, needed = OF_FRAMES[name]
    until = wanted.get("until")
    chosen = {
        "limit": ROWS_LOOKED_AT,
        "source": wanted.get("source"),
        "account": wanted.get("account"),
    }
    taken = {frame: desk.frame(frame, until=until, **chosen) for frame in needed}
    at = {"at": desk.view().at if until is None else until} if name in AT else {}
    found = metric(taken, **at).astype("object")
    return shaped(name, found.where(found.notna(), None).to_dict("records"))


def _narrowed(found: pd.DataFrame, limit: int, wanted: dict[str, Any]) -> pd.DataFrame:
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
