"""Narration as its writers write it for days: all event types, all clocks, and its rotation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources import JsonlSource
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from tests.data_sources.rick.records import events

RICK = load_dialect("rick")
TYPES = """\
ENGINE_START TRADE_SIGNAL OCO_PLACED TRADE_OPENED TRADE_CLOSED ORDER_FILLED HIVE_ANALYSIS
HIVE_CONSENSUS_STRONG HIVE_CONSENSUS_WEAK ML_SIGNAL_APPROVED ML_SIGNAL_REJECTED MOMENTUM_DETECTED
TP_CANCEL_ATTEMPT TP_CANCEL_ERROR TRAILING_SL_SET TRADE_MANAGER_ACTIVATED TRADE_MANAGER_DEACTIVATED
TP_SL_VALIDATED GATE_REJECTION CHARTER_VIOLATION PAIR_LIMIT_REJECTION BROKER_REGISTRY_BLOCK
ORDER_REJECTED_MIN_NOTIONAL NOTIONAL_ADJUSTMENT ORDER_FAILED TRADE_ERROR PRICE_ERROR OCO_ERROR
HEDGE_EXECUTED HEDGE_OPPORTUNITY STRATEGY_SIGNAL MULTI_STRATEGY_CONSENSUS DUAL_CONNECTOR_INIT
DUAL_CONNECTOR_ORDER CANARY_INIT CANARY_SESSION_START CANARY_SESSION_END PAPER_INIT
PAPER_SESSION_START PAPER_SESSION_END SIGNAL_GENERATED SIGNAL_REJECTED TRADE_REJECTED
TTL_ENFORCEMENT IB_CONNECTION OANDA_CONNECTION SESSION_START SESSION_END ML_ANALYSIS
PATTERN_DETECTION FILTER_CHECK RR_CALCULATION DAILY_LOSS_BREAKER HEDGE_ACTIVATED ERROR
"""


def told(
    kind: str, details: Any, symbol: str | None, venue: str | None, second: int = 0
) -> dict[str, Any]:
    at = f"2025-10-17T14:{second // 60:02}:{second % 60:02}+00:00"
    record = {"timestamp": at, "event_type": kind, "symbol": symbol, "venue": venue}
    return record | {"details": details}


def append(path: Path, *records: dict[str, Any]) -> None:
    with path.open("a") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)


@pytest.mark.parametrize("kind", TYPES.split())
def test_each_type_of_event_is_told_in_words(tmp_path: Path, kind: str) -> None:
    """No type that their code writes is `other`; each is one row with words, without its keys."""
    frame = events(tmp_path, told(kind, {"reason": "because", "pin": None}, "EUR_USD", "oanda"))
    assert frame["kind"].iloc[0] != "other"
    (row,) = frame_of(frame, RICK, "narration").to_dict("records")
    assert (row["kind"], row["symbol"], row["symbol_class"]) == (kind, "EUR_USD", "fx")
    assert row["text"]
    assert "{" not in row["text"]


def test_a_fill_of_interactive_brokers(tmp_path: Path) -> None:
    """It names symbol, side and price in its details alone."""
    details = {"direction": "BUY", "quantity": 10, "symbol": "MSFT", "price": 431.5, "order_id": 7}
    row = events(tmp_path, told("ORDER_FILLED", details, None, None)).iloc[0]
    assert (row["kind"], row["symbol"], row["side"]) == ("order.filled", "MSFT", "buy")
    assert (row["quantity"], row["price"], row["client_order_id"]) == (10.0, 431.5, "7")


def test_a_position_of_the_practice_engine(tmp_path: Path) -> None:
    """It says `side` where another engine says `direction`, and has an id of its own."""
    details = {
        "trade_id": "T7", "side": "SELL", "entry_price": 1.4, "tp_price": 1.39, "sl_price": 1.41,
        "notional_usd": 15_000, "position_size": 10_700, "leverage": 2,
    }  # fmt: skip
    row = events(tmp_path, told("TRADE_OPENED", details, "USD_CAD", "oanda_practice")).iloc[0]
    assert (row["kind"], row["side"], row["quantity"]) == ("position", "sell", 10_700.0)
    assert (row["client_order_id"], row["price"]) == ("T7", 1.4)


@pytest.mark.parametrize(
    ("details", "side"),
    [
        ({"strategy": "trap", "direction": "SELL"}, "sell"),
        ({"strategy": "trap", "action": "buy"}, "buy"),
        ({"strategy": "trap", "units": -10_700}, None),
    ],
)
def test_a_strategy_names_a_direction_or_an_action(
    tmp_path: Path, details: dict[str, Any], side: str | None
) -> None:
    """A signal's side stands under either key; units of a strategy's signal are no side."""
    frame = events(tmp_path, told("STRATEGY_SIGNAL", details, "USD_CAD", None))
    (row,) = frame_of(frame, RICK, "signals").to_dict("records")
    assert (row["side"] if isinstance(row["side"], str) else None) == side
    assert row["strategy_id"] == "trap"


@pytest.mark.parametrize("key", ["violation", "code"])
def test_a_violation_says_which(tmp_path: Path, key: str) -> None:
    """Variants of a charter violation name it under two keys; it is an alert either way."""
    row = events(tmp_path, told("CHARTER_VIOLATION", {key: "MIN_RR_RATIO"}, "EUR_USD", None)).iloc[
        0
    ]
    assert (row["kind"], row["reason"]) == ("alert", "MIN_RR_RATIO")


def test_their_latency_is_told_and_is_no_latency_of_a_decision(tmp_path: Path) -> None:
    """What the broker took to place an order stands in the words, not among decisions."""
    details = {"order_id": "1", "entry_price": 1.40382, "units": -10_700, "latency_ms": 197.2}
    frame = events(tmp_path, told("OCO_PLACED", details, "USD_CAD", "oanda"))
    assert frame["latency_seconds"].isna().all()
    assert frame_of(frame, RICK, "narration")["text"].tolist() == [
        "OCO order placed on USD_CAD @ 1.40382, -10700 units. Execution latency: 197.2ms."
    ]


def test_new_lines_appear_beyond_fifty(tmp_path: Path) -> None:
    """Their own page stood still after 50 lines: here each new line arrives, once."""
    path = tmp_path / "narration.jsonl"
    append(path, *(told("SESSION_START", {}, None, None, n) for n in range(60)))
    log = JsonlSource(path, dialect="rick")
    assert len(log.read().frame) == 60
    for n in range(60, 70):
        append(path, told("SESSION_START", {}, None, None, n))
        assert log.read().frame["ts_event"].dt.second.tolist() == [n % 60]


@pytest.mark.parametrize("whole", [True, False], ids=["the folder", "the file alone"])
def test_the_supervisors_rotation(tmp_path: Path, whole: bool) -> None:
    """Beyond 1,000 lines the file is moved to `logs/` under a date: every line once, none lost."""
    path, backups = tmp_path / "narration.jsonl", tmp_path / "logs"
    backups.mkdir()
    path.touch()
    log = JsonlSource(tmp_path if whole else path, dialect="rick")
    found: list[str] = []

    def read() -> None:
        log.wake()
        found.extend(log.read().frame["reason"])

    for turn in range(3):
        for part in range(2):
            reasons = [{"reason": f"{turn}.{part}.{n}"} for n in range(5)]
            append(path, *(told("GATE_REJECTION", each, "EUR_USD", "oanda") for each in reasons))
            if part == 0:
                read()
        path.rename(backups / f"narration_backup_20251013_2106{turn:02}.jsonl")
        path.touch()
        read()
    read()
    assert sorted(found) == sorted(
        f"{t}.{p}.{n}" for t in range(3) for p in range(2) for n in range(5)
    )


def test_clocks_of_all_writers(realdata: Path) -> None:
    """The reports tell whole epoch seconds, which is no date of a naive clock."""
    frame = JsonlSource(realdata / "rick/reports", dialect="rick").read().frame
    assert frame["ts_event"].tolist() == [
        pd.Timestamp("2025-09-21T23:13:24Z"),
        pd.Timestamp("2025-09-23T08:00:00Z"),
    ]
