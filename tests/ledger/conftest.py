"""Event frames made by hand, in the agreed columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from data_sources.columns import (
    CATEGORY_COLUMNS,
    EVENT_COLUMNS,
    NUMBER_COLUMNS,
    TEXT_COLUMNS,
    TIME_COLUMNS,
)

DEFAULTS = {
    "source": "aurora",
    "system": "aurora",
    "session_id": "s",
    "raw_generation": "aurora_events.jsonl#00000000",
}


def event_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return an events frame; `ts_event` is given in nanoseconds, offsets count up."""
    filled = [
        {**DEFAULTS, "code": row["kind"].upper(), "raw_offset": 100 * number, **row}
        for number, row in enumerate(rows)
    ]
    frame = pd.DataFrame(filled, columns=list(EVENT_COLUMNS))
    for name in TIME_COLUMNS:
        frame[name] = pd.to_datetime(frame[name], utc=True, unit="ns").astype("datetime64[ns, UTC]")
    for name in CATEGORY_COLUMNS:
        frame[name] = frame[name].astype("str").astype("category")
    for name in NUMBER_COLUMNS:
        frame[name] = frame[name].astype("float64")
    for name in TEXT_COLUMNS:
        frame[name] = frame[name].astype("str")
    frame = frame.astype({"raw_offset": "int64"})
    frame.attrs["expiry_seconds"] = 300.0
    return frame


@pytest.fixture
def make_events() -> Callable[[list[dict[str, Any]]], pd.DataFrame]:
    """Give tests the maker of event frames."""
    return event_frame
