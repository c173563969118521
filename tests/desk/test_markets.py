"""Whether a bot works is judged by the hours of its exchange."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from data_sources.calendar_ahead import calendar_ahead
from desk.desk import Desk

OPENED = "2025-11-24T14:30:00Z"


@pytest.mark.parametrize(
    ("at", "since"),
    [
        ("2025-11-22T16:00:00Z", None),  # Saturday
        ("2025-11-24T14:29:59Z", None),
        (OPENED, OPENED),
        ("2025-11-24T20:59:59Z", OPENED),
        ("2025-11-24T21:00:00Z", None),  # the close does not count
        ("2025-11-27T16:00:00Z", None),  # Thanksgiving
    ],
)
def test_since_when_its_market_is_open_at_a_moment(
    start: Callable[..., Desk], at: str, since: str | None
) -> None:
    """Stock-Trader trades in New York; Aurora at any hour, so nothing is said of it."""
    cycle = {"timestamp": "2025-11-21T20:30:00Z", "event_type": "cycle_complete", "nav": 1.0}
    line = {"event_code": "HEALTH.OK", "timestamp": "2025-11-21T20:30:00Z"}
    desk = start(stocks=("stock_trader", [cycle], "PA1"), aurora=("aurora", [line], None))
    calendar_ahead("XNYS").calendar()
    told = desk.view(at=pd.Timestamp(at)).desk["markets"]()
    assert told == {"stocks": None if since is None else pd.Timestamp(since)}
