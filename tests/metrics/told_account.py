"""Frames as a desk gives them of one account, made by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd

from data_sources.dialects.dialect import load_dialect
from data_sources.frames import shaped
from metrics.risk_limits import Limit
from web.measured_frames import _limit


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC")


def equity(points: dict[str, float], **owner: Any) -> pd.DataFrame:
    """The frame `equity` of points by time."""
    rows = [{"ts_event": at(time), "equity": value, **owner} for time, value in points.items()]
    return shaped("equity", [{"currency": "USDT", **row} for row in rows], **OWNER)


def trades(points: dict[str, float | None]) -> pd.DataFrame:
    """The frame `trades`: profit by the time of closing."""
    rows = [{"ts_closed": at(time), "pnl": pnl, "currency": "USDT"} for time, pnl in points.items()]
    return shaped("trades", rows, **OWNER)


def positions(*rows: dict[str, Any]) -> pd.DataFrame:
    """The frame `positions`."""
    return shaped("positions", rows, **OWNER)


def allowed(system: str) -> dict[str, Limit]:
    """What a dialect that comes with Deskwatch allows its accounts."""
    return {name: _limit(rule) for name, rule in load_dialect(system).limits.items()}


OWNER: dict[str, str] = {"source": "bot", "account_id": "A1"}
