"""Small hand-made frames in the shapes that a view gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

TALLY = (
    "source",
    "account_id",
    "session_id",
    "what",
    "code",
    "symbol",
    "side",
    "position_effect",
    "route",
    "decision",
    "reason",
)
NOTABLE_TEXT = ("client_order_id", "text", "attributes")
NOTABLE_WORDS = ("source", "kind", "code", "symbol", "decision", "reason", "route")


@pytest.fixture
def make_tally() -> Callable[..., pd.DataFrame]:
    """Make a tally of rows given as dicts; what is not said is missing, `n` is 1."""

    def make(*rows: dict[str, Any]) -> pd.DataFrame:
        columns: dict[str, Any] = {
            name: pd.Categorical([row.get(name) for row in rows]) for name in TALLY
        }
        columns["n"] = pd.array([row.get("n", 1) for row in rows], dtype="int64")
        return pd.DataFrame(columns)

    return make


@pytest.fixture
def make_notable() -> Callable[..., pd.DataFrame]:
    """Make rare events of rows given as dicts, `ts` in seconds after a fixed moment."""

    def make(*rows: dict[str, Any]) -> pd.DataFrame:
        columns: dict[str, Any] = {
            "ts_event": pd.Series([moment(row["ts"]) for row in rows], dtype="datetime64[ns, UTC]")
        }
        for name in NOTABLE_WORDS:
            columns[name] = pd.Categorical([row.get(name) for row in rows])
        for name in NOTABLE_TEXT:
            columns[name] = pd.array([row.get(name) for row in rows], dtype="str")
        for name in ("value", "confidence_ratio"):
            columns[name] = pd.array([row.get(name) for row in rows], dtype="float64")
        return pd.DataFrame(columns)

    return make


def moment(seconds: float) -> pd.Timestamp:
    """Give a moment some seconds after the fixed one."""
    return pd.Timestamp("2025-09-01T20:00:00Z") + pd.Timedelta(seconds=seconds)


@pytest.fixture
def at() -> Callable[[float], pd.Timestamp]:
    """Give a moment some seconds after the fixed one, as the made events count them."""
    return moment
