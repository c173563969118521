"""What Stock-Trader's bots count of their cycles and orders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.data_sources import fault_server as faults
from tests.data_sources.stock_trader.test_accounts import body, desk, source


@pytest.mark.parametrize(
    ("metrics", "told"),
    [
        (
            {
                "total_orders": 12,
                "failed_orders": 3,
                "order_success_rate": 0.75,
                "skipped_cycles": 1,
            },
            [3, 12, 3, 0.75, 1],
        ),
        ({"total_orders": 0, "failed_orders": 0, "order_success_rate": 1.0}, [3, 0, 0, None, None]),
        ({"total_orders": -1, "failed_orders": "x", "order_success_rate": 7}, [3, *[None] * 4]),
        (["no", "object"], [3, *[None] * 4]),
        (None, [3, *[None] * 4]),
    ],
)
def test_cycles_and_orders_that_the_bot_counts(
    server: Any, tmp_path: Path, metrics: Any, told: list[Any]
) -> None:
    """Cycles of `/health`, orders of `/metrics`; what it says without any order is no success."""
    server.on("/health", faults.answer(body()))
    if metrics is not None:
        server.on("/metrics", faults.answer(json.dumps(metrics).encode()))
    reading = source(desk(tmp_path, server.port)).read()
    columns = ["steps", "orders", "failed_orders", "order_success_ratio", "skipped_cycles"]
    row = reading.frames["runs"].iloc[0]
    assert [None if pd.isna(row[name]) else row[name] for name in columns] == told
    assert (reading.state, reading.frame["state"].tolist()) == ("ok", ["ok"])
    assert all(request.startswith(b"GET ") for request in server.requests)
