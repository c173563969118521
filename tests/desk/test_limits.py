"""What a dialect says of unanswered orders holds on the desk, and after a restart."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.desk.test_order_terms import running

SENT = pd.Timestamp("2026-01-05T12:00:00Z")
AURORA = {"event_code": "ORDER.SUBMIT", "ts_ns": SENT.value, "cid": "c1", "details": {"qty": 1.0}}
STOCK = {
    "timestamp": SENT.isoformat(),
    "event_type": "order_submitted",
    "order_id": "o1",
    "symbol": "TLT",
    "side": "buy",
    "qty": 447,
}


@pytest.mark.parametrize(
    ("dialect", "line", "status"),
    [
        ("aurora", AURORA, "expired"),
        ("stock_trader", STOCK, "submitted"),
        ("auto", AURORA, "expired"),
        ("auto", STOCK, "submitted"),
    ],
)
def test_an_unanswered_order_an_hour_later(
    tmp_path: Path, dialect: str, line: dict[str, object], status: str
) -> None:
    """Aurora forgets an order after 300 s, Stock-Trader never; a restarted desk knows it too."""
    log = tmp_path / "log" / "orders.jsonl"
    log.parent.mkdir()
    log.write_text(json.dumps(line) + "\n")
    for _restart in range(2):
        with running(log, tmp_path / "state", dialect) as desk:
            view = desk.view(window_seconds=None, at=SENT + pd.Timedelta(hours=1))
            assert view.orders["status"].tolist() == [status]
