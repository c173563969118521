"""Everything that any path of the Arena's code can publish, and what becomes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources import HealthSource
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of, order_terms_of
from tests.data_sources.fault_server import FaultServer, answer
from tests.data_sources.rick.records import events

RICK = load_dialect("rick")
AT = "2025-10-17T14:02:03.000004Z"


def event(source: str, kind: str, payload: dict[str, Any], symbol: str | None = None) -> dict:
    named = {} if symbol is None else {"symbol": symbol}
    return {"source": source, "type": kind, **named, "payload": payload, "ts": AT}


SIGNAL = {
    "side": "long", "confidence": 0.72, "quality": 81,
    "reasons": [{"name": "trend", "value": 0.4}],
}  # fmt: skip
LIVE = {"order_id": "c-9", "product_id": "BTC-USD", "side": "SELL", "mode": "live"}
REQUEST = {"symbol": "EUR_USD", "side": "BUY", "units": 100, "user": "trader@example.com"}
CATALOGUE = [
    ("arena", "heartbeat", {"status": "started", "mode": "true"}, None, "heartbeat"),
    ("arena", "heartbeat", {"up": True}, None, "heartbeat"),
    ("oanda", "oco_placed", {"order_id": "paper-oanda-1", "units": 1}, None, "order.submitted"),
    ("oanda", "order_cancelled", {"order_id": "p", "mode": "paper"}, None, "order.canceled"),
    ("coinbase", "order_placed", LIVE, None, "order.submitted"),
    ("coinbase", "order_cancelled", {"order_id": "paper-1"}, None, "order.canceled"),
    ("gateway.guard", "error", {"message": "Blocked."}, "EUR_USD", "order.denied"),
    ("openalgo.guard", "error", {"message": "OCO required"}, None, "order.denied"),
    ("gateway.orders", "order", REQUEST, "EUR_USD", "other"),
    ("openalgo", "order", {"status": "success"}, "SBIN", "other"),
    ("openalgo", "pnl", {"position_count": 3}, None, "telemetry.pnl"),
    ("llm", "explanation", {"model": "m", "snippet": "{}"}, None, "narration"),
    ("agent.strategy", "signal", SIGNAL, "BTC-USD", "signal"),
    ("risk.manager", "risk_update", {"risk_pct": 0.7}, None, "telemetry.risk_update"),
    ("pnl", "pnl", {"unrealized": 4.2, "day_pnl": -1.5}, None, "telemetry.pnl"),
    ("oanda", "margin_call", {}, None, "other"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "kind", "payload", "symbol", "expected"),
    CATALOGUE,
    ids=[f"{source} {kind} {number}" for number, (source, kind, *_) in enumerate(CATALOGUE)],
)
def test_each_event_of_the_catalogue_has_its_kind(
    tmp_path: Path, source: str, kind: str, payload: dict[str, Any], symbol: str | None,
    expected: str,
) -> None:  # fmt: skip
    """Every source and type has its kind, keeps its own word, its symbol and its whole line."""
    record = event(source, kind, payload, symbol)
    row = events(tmp_path, record).iloc[0]
    assert (row["kind"], row["code"], row["venue"]) == (expected, kind, source)
    assert json.loads(row["attributes"]) == record
    if symbol is not None:
        assert row["symbol"] == symbol


def test_a_live_order_without_a_size_has_none(tmp_path: Path) -> None:
    """Coinbase's live orders tell no size: it is missing, never 0, and their mode is live."""
    frame = events(tmp_path, event("coinbase", "order_placed", LIVE))
    assert (frame["side"].iloc[0], frame["symbol"].iloc[0]) == ("sell", "BTC-USD")
    assert frame[["quantity", "price", "value"]].isna().all(axis=None)
    terms = order_terms_of(frame, RICK)
    assert terms is not None
    assert terms["mode"].tolist() == ["live"]
    assert terms[["stop_loss_price", "take_profit_price"]].isna().all(axis=None)


def test_a_signal_of_the_mock_agents(tmp_path: Path) -> None:
    """`long` is a buy, its confidence a ratio; the mode of a heartbeat is no mode of trading."""
    start = event("arena", "heartbeat", {"status": "started", "mode": "true"})
    frame = events(tmp_path, start, event("agent.strategy", "signal", SIGNAL, "BTC-USD"))
    signal = frame_of(frame, RICK, "signals").iloc[0]
    assert (signal["side"], signal["confidence_ratio"]) == ("buy", 0.72)
    assert order_terms_of(frame, RICK) is None


def test_the_days_profit_is_telemetry(tmp_path: Path) -> None:
    """A mock's profit of the day is a value; a count of positions is no profit."""
    frame = events(
        tmp_path,
        event("pnl", "pnl", {"unrealized": 4.2, "day_pnl": -1.5}),
        event("openalgo", "pnl", {"position_count": 3}),
    )
    assert frame["value"].iloc[0] == -1.5
    assert pd.isna(frame["value"].iloc[1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-10-16T11:39:49.386111Z", "2025-10-16T11:39:49.386111Z"),
        ("2025-10-16T11:39:49Z", "2025-10-16T11:39:49Z"),
    ],
)
def test_a_whole_second_has_no_fraction(tmp_path: Path, text: str, expected: str) -> None:
    """Their clock leaves the fraction out where it is 0: the time is as exact."""
    frame = events(tmp_path, event("arena", "heartbeat", {}) | {"ts": text})
    assert frame["ts_event"].iloc[0] == pd.Timestamp(expected)


def test_other_names_of_the_same_things(tmp_path: Path) -> None:
    """Stop, target and price are found under any name that one of their programs uses."""
    payload = {"product_id": "ETH-USD", "side": "buy", "size": "0.5", "fill_price": 3100.5,
               "stop_loss_price": 3000, "take_profit_price": 3300, "order_id": "x"}  # fmt: skip
    frame = events(tmp_path, event("coinbase", "order_placed", payload))
    row, terms = frame.iloc[0], order_terms_of(frame, RICK)
    assert (row["quantity"], row["price"]) == (0.5, 3100.5)
    assert terms is not None
    assert terms[["stop_loss_price", "take_profit_price"]].to_numpy().tolist() == [[3000, 3300]]


def test_health_whose_flags_are_texts() -> None:
    """The Arena's own health is ok by `ok` alone; `"false"` as a text is no sickness."""
    body = b'{"ok":true,"paper":"true","exec":"false","oanda_env":"practice"}'
    server = FaultServer()
    try:
        server.on("/health", answer(body))
        source = HealthSource(server.url("/health"))
        reading = source.read()
        source.close()
    finally:
        server.close()
    assert (reading.state, reading.problem) == ("ok", None)
