"""Records as RICK's programs write them, and the quirks that broke its own dashboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.dialects.rick_words import narrated, order_terms, symbol_class
from tests.data_sources.rick.records import events

RICK = load_dialect("rick")
AT = "2025-10-17T14:02:03.000004+00:00"


def told(kind: str, details: Any, symbol: str | None = None, venue: str | None = None) -> dict:
    return {
        "timestamp": AT, "event_type": kind, "symbol": symbol, "venue": venue, "details": details,
    }  # fmt: skip


def narration(folder: Path, *records: dict[str, Any]) -> list[str]:
    return frame_of(events(folder, *records), RICK, "narration")["text"].tolist()


def test_negative_units_sell(tmp_path: Path) -> None:
    """An engine's order names no side: the sign of its units is the side, its size the quantity."""
    details = {
        "order_id": "77", "entry_price": 1.40382, "stop_loss": 1.41, "take_profit": 1.39,
        "units": -10_700, "latency_ms": 197.2, "environment": "PRACTICE",
    }  # fmt: skip
    frame = events(tmp_path, told("OCO_PLACED", details, "USD_CAD", "oanda"))
    row = frame.iloc[0]
    assert (row["kind"], row["side"], row["quantity"]) == ("order.submitted", "sell", 10_700.0)
    assert (row["client_order_id"], row["price"], row["venue"]) == ("77", 1.40382, "oanda")
    assert frame_of(frame, RICK, "narration")["text"].iloc[0] == (
        "OCO order placed on USD_CAD @ 1.40382, -10700 units. Execution latency: 197.2ms."
    )


def test_a_coinbase_order_names_its_side(tmp_path: Path) -> None:
    """Coinbase orders have a size and a side, and three ids of which the entry's counts."""
    details = {
        "entry_order_id": "e1", "stop_loss_order_id": "s1", "take_profit_order_id": "t1",
        "entry_price": 65_000.0, "stop_loss": 64_000.0, "take_profit": 68_000.0, "size": 0.25,
        "side": "SELL",
    }  # fmt: skip
    row = events(tmp_path, told("OCO_PLACED", details, "BTC-USD", "coinbase")).iloc[0]
    assert (row["side"], row["quantity"], row["client_order_id"]) == ("sell", 0.25, "e1")


def test_a_string_as_details(tmp_path: Path) -> None:
    """A call with its arguments swapped leaves a sentence as type and a word as details."""
    frame = events(tmp_path, told("OANDA broker connected", "oanda"))
    assert frame["kind"].tolist() == ["narration"]
    assert frame["text"].tolist() == ["OANDA broker connected"]
    assert narration(tmp_path, told("OANDA broker connected", "oanda")) == [
        "OANDA broker connected: oanda"
    ]


def test_three_shapes_in_one_file(tmp_path: Path) -> None:
    """One file may hold all three shapes and the narrator's; each is told in its own words."""
    supervisor = {"timestamp": "2025-10-13T21:06:15", "level": "ERROR", "text": "Lost <b>it</b>",
                  "source": "dashboard_supervisor"}  # fmt: skip
    prototype = {"timestamp": "09:15:01", "narration": "Signal: EUR_USD SELL (85% confidence)",
                 "event_type": "SIGNAL"}  # fmt: skip
    narrator = told("HIVE_ANALYSIS", {}, "EUR_USD", "hive") | {"rick_says": "All quiet."}
    assert narration(
        tmp_path, supervisor, prototype, told("ENGINE_START", {}, "SYSTEM"), narrator
    ) == [
        "Lost <b>it</b>",
        "Signal: EUR_USD SELL (85% confidence)",
        "ENGINE_START: system - internal",
        "All quiet.",
    ]


def test_one_null_does_not_blank_the_rest(tmp_path: Path) -> None:
    """A number that is null is a dash in its own sentence, and other lines keep theirs."""
    broken = told("TRADE_OPENED", {"direction": "BUY", "entry_price": None}, "EUR_USD", "oanda")
    whole = told("TRADE_OPENED", {"side": "SELL", "entry_price": 1.1}, "EUR_USD", "oanda_practice")
    assert narration(tmp_path, broken, whole) == [
        "Trade opened: BUY EUR_USD @ —. Position is live, stops are set.",
        "Trade opened: SELL EUR_USD @ 1.10000. Position is live, stops are set.",
    ]


def test_a_close_without_pnl_is_no_loss(tmp_path: Path) -> None:
    """The engine tells no profit of the trade: none is shown, and never a loss of zero."""
    details = {
        "trade_id": "T1", "outcome": "win", "entry_price": 1.1, "exit_price": 1.11,
        "duration_hours": 2.0, "win_rate": 60.0, "total_pnl": 120.5,
    }  # fmt: skip
    frame = events(tmp_path, told("TRADE_CLOSED", details, "EUR_USD", "oanda_practice"))
    assert frame_of(frame, RICK, "narration")["text"].iloc[0] == (
        "Trade closed: EUR_USD @ 1.11000. Win."
    )
    trade = frame_of(frame, RICK, "trades").iloc[0]
    assert pd.isna(trade["pnl"])
    assert (trade["entry_price"], trade["exit_price"]) == (1.1, 1.11)
    assert trade["ts_closed"] - trade["ts_opened"] == pd.Timedelta(hours=2)


def test_a_line_of_profit_and_loss(tmp_path: Path) -> None:
    """`pnl.jsonl` tells the profit; units and seconds of 0 were never filled in: missing."""
    line = {
        "timestamp": AT, "symbol": "EUR_USD", "venue": "oanda", "entry_price": 1.1,
        "exit_price": 1.2, "units": 0, "gross_pnl": 10.0, "fees": 0.5, "net_pnl": 9.5,
        "outcome": "win", "duration_seconds": 0, "details": {},
    }  # fmt: skip
    frame = events(tmp_path, line)
    trade = frame_of(frame, RICK, "trades").iloc[0]
    assert (frame["kind"].iloc[0], trade["pnl"]) == ("trade.closed", 9.5)
    assert pd.isna(trade["quantity"])
    assert pd.isna(trade["ts_opened"])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("GATE_REJECTION", "order.denied"),
        ("CHARTER_VIOLATION", "alert"),
        ("NOTIONAL_ADJUSTMENT", "risk.decision"),
        ("ML_SIGNAL_REJECTED", "risk.decision"),
        ("ML_SIGNAL_APPROVED", "signal"),
        ("TP_CANCEL_ERROR", "error"),
        ("ORDER_FILLED", "order.filled"),
        ("TTL_ENFORCEMENT", "narration"),
        ("SOMETHING_NEW", "narration"),
    ],
)
def test_kinds_of_narration(tmp_path: Path, kind: str, expected: str) -> None:
    """Each event type has its kind; one that nobody knows stays visible as narration."""
    frame = events(tmp_path, told(kind, {"reason": "because"}, "EUR_USD", "oanda"))
    assert (frame["kind"].iloc[0], frame["code"].iloc[0]) == (expected, kind)


def test_what_a_gate_does_is_no_side(tmp_path: Path) -> None:
    """A rejection's `action` says what was done about it, a consensus' what is to be traded."""
    lines = [
        told("GATE_REJECTION", {"reason": "margin", "action": "BLOCK_ORDER", "margin_used": 0.4}),
        told("MULTI_STRATEGY_CONSENSUS", {"action": "BUY", "confidence": 0.7}),
    ]
    sides = events(tmp_path, *lines)["side"]
    assert [None if pd.isna(side) else side for side in sides] == [None, "buy"]


def test_a_blocked_order_is_a_denial_and_an_alert(tmp_path: Path) -> None:
    """The gateway's guard says why it blocked an order; a mock's error is no denial."""
    guard = {"source": "gateway.guard", "type": "error", "symbol": "EUR_USD",
             "payload": {"message": "OCO required (tp+sl). Blocked."}, "ts": AT}  # fmt: skip
    frame = events(tmp_path, guard)
    assert frame["kind"].tolist() == ["order.denied"]
    assert frame["reason"].tolist() == ["OCO required (tp+sl). Blocked."]
    alert = frame_of(frame, RICK, "alerts").iloc[0]
    assert alert["title"] == "[GATEWAY.GUARD] EUR_USD OCO required (tp+sl). Blocked."


def test_a_fill_and_unknown_types(tmp_path: Path) -> None:
    """`order_filled` is read should it ever come; an unknown type is other, with its name."""
    filled = {"source": "coinbase", "type": "order_filled", "ts": AT,
              "payload": {"order_id": "paper-1", "product_id": "BTC-USD", "size": 0.001,
                          "fill_price": 42_500.5}}  # fmt: skip
    new = {"source": "oanda", "type": "margin_call", "payload": {}, "ts": AT}
    frame = events(tmp_path, filled, new)
    assert frame["kind"].tolist() == ["order.filled", "other"]
    assert (frame["price"].iloc[0], frame["quantity"].iloc[0]) == (42_500.5, 0.001)
    assert narrated(filled) == "Order Filled BTC-USD 0.001 units @ 42500.5"


def test_zero_is_a_number_and_missing_is_a_dash() -> None:
    """Their feed took 0 for missing: here 0 is 0, and what is not told is a dash, never 0."""
    payload = {"instrument": "EUR_USD", "side": "BUY", "units": 0, "sl": 0, "mode": "paper"}
    assert narrated({"source": "oanda", "type": "oco_placed", "payload": payload}) == (
        "OCO Placed EUR_USD BUY 0 units | SL: 0, TP: — | Mode: paper | Status: PENDING"
    )
    unknown = {"source": "openalgo", "type": "order", "symbol": "SBIN", "payload": {}}
    assert narrated(unknown) == "[OPENALGO] SBIN order event"
    assert narrated({"source": "oanda", "type": "order_cancelled", "payload": {}}) == (
        "Order Cancelled — Order ID: —"
    )


def test_the_terms_of_an_order() -> None:
    """Stops, mode and TTL under any of the names that RICK's programs use."""
    arena = {"payload": {"sl": 1.16, "tp": 1.17, "mode": "paper", "ttl_min": 360, "quality": 75}}
    terms = order_terms(arena)
    assert (terms["stop_loss_price"], terms["take_profit_price"]) == (1.16, 1.17)
    assert (terms["mode"], terms["ttl_seconds"], terms["quality_score"]) == ("paper", 21_600, 75)
    engine = {"details": {"sl_price": 1.0, "take_profit": 2.0, "environment": "PRACTICE"}}
    terms = order_terms(engine)
    assert (terms["stop_loss_price"], terms["take_profit_price"]) == (1.0, 2.0)
    assert terms["mode"] == "PRACTICE"
    assert pd.isna(terms["ttl_seconds"])


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        *((name, "fx") for name in ("EUR_USD", "EUR/USD", "USD_CAD", "EURUSD", "XAU_USD")),
        *((name, "crypto") for name in ("BTC-USD", "BTC_USD", "ETH/USD", "FOO-USD", "BTCUSD")),
        *((name, "equity") for name in ("AAPL", "BRK.B", "F")),
        *((name, None) for name in ("", None, "ES 03-26", "?")),
    ],
)
def test_class_of_a_symbol(symbol: str | None, expected: str | None) -> None:
    """All four spellings of a pair have one class; a word that is no symbol has none."""
    assert symbol_class(symbol) == expected
