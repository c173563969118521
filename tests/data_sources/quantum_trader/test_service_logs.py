"""Quantum Trader's services log in JSON of their own, and name what happened in `event`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources import JsonlSource, attach
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from ledger import order_lives


def told(second: int, event: str, level: str = "INFO", **more: Any) -> str:
    """A line as the services' formatter writes it: its own fields in front, all else in `extra`."""
    own = {"ts": f"2025-03-04T05:06:{second:02d}.125000Z", "level": level, "service": "executor"}
    own |= {"event": event, "correlation_id": "c1", "msg": f"told {second}"}
    return json.dumps(own | more)


def frame(folder: Path, *lines: str) -> pd.DataFrame:
    file = folder / "executor.jsonl"
    file.write_text("\n".join(lines) + "\n")
    (found,) = attach(folder).found
    assert found.dialect == "quantum_trader"
    return JsonlSource(folder, dialect="quantum_trader").read().frame


def answer(second: int, symbol: str, status: str, **more: Any) -> str:
    own = {"symbol": symbol, "order_id": f"7{symbol}", "extra": {"status": status}}
    return told(second, "ORDER_RESPONSE", **own | more)


def test_an_order_from_its_submission_to_its_fill(tmp_path: Path) -> None:
    """Two orders of one correlation id are two: each answer is of the symbol that it names."""
    events = frame(
        tmp_path,
        told(1, "INTENT_RECEIVED", symbol="ABUSDT", intent_id="i", confidence=0.7),
        told(2, "ORDER_SUBMIT", symbol="ABUSDT", side="BUY", qty=2.5, extra={"order_type": "L"}),
        told(3, "ORDER_SUBMIT", symbol="CDUSDT", side="SELL", qty=4),
        answer(4, "ABUSDT", "NEW"),
        answer(6, "ABUSDT", "FILLED", qty=2.5, price=1.25),
        told(7, "ORDER_ERROR", "ERROR", symbol="CDUSDT", extra={"error": "no margin"}),
    )
    assert events["kind"].tolist() == [
        "telemetry.intent", "order.submitted", "order.submitted", "order.accepted", "order.filled",
        "order.rejected",
    ]  # fmt: skip
    orders = order_lives(events).set_index("symbol")
    filled, refused = orders.loc["ABUSDT"], orders.loc["CDUSDT"]
    assert (filled["status"], refused["status"]) == ("filled", "rejected")
    assert (filled["filled_quantity"], filled["average_fill_price"]) == (2.5, 1.25)
    assert (filled["order_ack_seconds"], filled["first_fill_seconds"]) == (2.0, 4.0)
    assert (filled["venue_order_id"], filled["side"], refused["side"]) == ("7ABUSDT", "buy", "sell")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("PARTIALLY_FILLED", "order.partially_filled"),
        ("REJECTED", "order.rejected"),
        ("CANCELED", "order.canceled"),
        ("EXPIRED", "order.expired"),
        ("HELD", "other"),
    ],
)
def test_the_status_of_an_answer(tmp_path: Path, status: str, kind: str) -> None:
    """The exchange's words are known; a status that nobody knows is no fill."""
    event = frame(tmp_path, answer(1, "ABUSDT", status)).iloc[0]
    assert (event["kind"], event["code"]) == (kind, "ORDER_RESPONSE")
    assert (event["reason"] == "unknown_status") is (kind == "other")


def test_what_is_no_order(tmp_path: Path) -> None:
    """Errors are errors, the rest is log; a decision told in a message is a decision."""
    said = "[ALLOWED] ABUSDT SELL (conf=0.46 >= 0.38) - Regime: X"
    events = frame(
        tmp_path,
        told(1, "LOG"),
        told(2, "LOG", "ERROR", extra={"levelno": 40}),
        told(3, "CORR_ASSIGNED", "WARNING"),
        told(4, "LOG", msg=said),
    )
    assert events["kind"].tolist() == ["telemetry.log", "error", "telemetry.log", "risk.decision"]
    assert events["code"].tolist()[:3] == ["INFO", "ERROR", "CORR_ASSIGNED"]
    assert events["ts_event"].iloc[0] == pd.Timestamp("2025-03-04T05:06:01.125Z")
    errors = frame_of(events, load_dialect("quantum_trader"), "errors")
    assert errors["text"].tolist() == ["told 2"]
    assert (events["symbol"].iloc[3], events["side"].iloc[3]) == ("ABUSDT", "sell")
    assert events["text"].iloc[3] == said


def test_another_bot_with_the_same_keys_is_none_of_it(tmp_path: Path) -> None:
    """The keys are usual ones: a log whose events are others is guessed, and its orders count."""
    words = ("order.submitted", "order.accepted", "order.filled")
    own = {"symbol": "AB", "side": "BUY", "order_id": "a1", "qty": 1, "price": 2.5}
    lines = [told(number, word, **own) for number, word in enumerate(words)]
    (tmp_path / "bot.jsonl").write_text("\n".join(lines) + "\n")
    (found,) = attach(tmp_path).found
    assert found.dialect == "auto"
    kinds = JsonlSource(tmp_path, dialect="auto").read().frame["kind"].tolist()
    assert kinds == list(words)
    known = JsonlSource(tmp_path, dialect="quantum_trader").read().frame
    assert known["kind"].tolist() == ["other"] * 3
    assert known["code"].tolist() == list(words)


def test_as_the_journal_prints_it(tmp_path: Path) -> None:
    """`journalctl -u … > a.txt`: JSON and text behind the journal's words, of their own times."""
    before = "Mar 04 07:06:08 host-1 ai-engine[421]: "
    lines = [
        told(1, "LOG"),
        told(2, "ORDER_SUBMIT", symbol="ABUSDT", side="BUY", qty=2),
        told(3, "LOG", "ERROR"),
        "[XGB-Agent] [WARN] 2025-03-04 05:06:04 | dropped",
        "[NH-Agent] [ERROR] 2025-03-04 05:06:05 | failed",
        "2025-03-04 05:06:06 [debug    ] called",
        "no time at all",
    ]
    file = tmp_path / "ai_engine_logs.txt"
    file.write_text("".join(f"{before}{line}\n" for line in lines))
    (found,) = attach(tmp_path).folders
    assert found.options == {"dialect": "quantum_trader"}
    events = JsonlSource(file, dialect="quantum_trader").read().frame
    assert events["kind"].tolist() == [
        "telemetry.log", "order.submitted", "error", "telemetry.log", "error", "telemetry.log",
        "telemetry.log",
    ]  # fmt: skip
    assert events["ts_event"].dt.second.tolist()[:6] == [1, 2, 3, 4, 5, 6]
    assert set(events["ts_event"].dt.hour.dropna()) == {5}
    assert pd.isna(events["ts_event"].iloc[6])
