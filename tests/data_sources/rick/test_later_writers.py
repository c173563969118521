"""Shapes that RICK's later programs write: heartbeats, blocked orders, workers, the breaker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data_sources import JsonlSource
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.lines.infer import infer
from tests.data_sources.good_lines import write
from tests.data_sources.rick.records import events
from tests.data_sources.strange_log import told as lines_of

RICK = load_dialect("rick")
AT = "2026-01-15T08:30:00.500000+00:00"


def told(kind: str, details: dict[str, Any], symbol: str = "EUR_USD") -> dict[str, Any]:
    head = {"timestamp": AT, "event_type": kind, "symbol": symbol, "venue": "oanda"}
    return head | {"details": details}


def worker(kind: str, **details: Any) -> dict[str, Any]:
    """A line of a later worker: `ts`, and no symbol."""
    return {"ts": AT, "event_type": kind, "venue": "hive", "details": details}


def tripped(reason: str) -> dict[str, Any]:
    """A line of the session's breaker."""
    stats = {"session_start": AT, "total_trades": 4, "net_pnl": -321.5}
    return {
        "timestamp": AT, "event_type": "THRESHOLD_BREACH", "trigger_reason": reason,
        "pnl_at_trigger": -321.5, "drawdown_at_trigger": 0.04, "action_taken": "ENGINE_HALT",
        "session_stats": stats, "consecutive_triggers": 1,
    }  # fmt: skip


def test_a_violation_found_before_the_order_blocks_it(tmp_path: Path) -> None:
    """It says that it blocked the order, of what size and why: one denial, and an alert."""
    details = {
        "action": "PRE_ORDER_BLOCK", "violation": "MIN_NOTIONAL_PRE_ORDER", "direction": "BUY",
        "position_size": 9_000, "entry_price": 1.25, "status": "BLOCKED_BEFORE_SUBMISSION",
    }  # fmt: skip
    frame = events(tmp_path, told("CHARTER_VIOLATION", details))
    row = frame.iloc[0]
    assert (row["kind"], row["side"], row["quantity"]) == ("order.denied", "buy", 9_000.0)
    assert (row["symbol"], row["reason"]) == ("EUR_USD", "MIN_NOTIONAL_PRE_ORDER")
    assert len(frame_of(frame, RICK, "alerts")) == 1


def test_a_heartbeat_is_no_work(tmp_path: Path) -> None:
    """An engine that only says that it looks around beats; what it says can be read."""
    frame = events(tmp_path, told("HEARTBEAT", {"message": "Scanning 3 pairs"}, "SYSTEM"))
    assert frame["kind"].tolist() == ["heartbeat"]
    (row,) = frame_of(frame, RICK, "narration").to_dict("records")
    assert "Scanning 3 pairs" in row["text"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("TRAILING_SL_SET_FAILED", "error"), ("TRAILING_SL_SET_ATTEMPT_FAILED", "narration")],
)
def test_what_failed_at_last_is_an_error(tmp_path: Path, kind: str, expected: str) -> None:
    """One attempt that failed is told; that the last one failed is an error."""
    assert events(tmp_path, told(kind, {"attempt": 1})).iloc[0]["kind"] == expected


def test_a_worker_writes_ts(tmp_path: Path) -> None:
    """Its lines are recognized, dated and told in words; its errors are errors."""
    records = [
        worker("HIVE_WORKER_START", url="http://127.0.0.1/"),
        worker("HIVE_NEEDS_LOGIN", message="not logged in"),
        worker("HIVE_WORKER_ERROR", error="browser is gone"),
    ]
    assert infer(lines_of(records)).dialect == "rick"
    frame = events(tmp_path, *records)
    assert frame["kind"].tolist() == ["narration", "narration", "error"]
    assert frame["ts_event"].notna().all()
    assert "not logged in" in frame_of(frame, RICK, "narration")["text"].iloc[1]


def test_an_audit_in_utc_is_not_read_as_new_york(tmp_path: Path) -> None:
    """Its times name no zone and are UTC: a breaker's file beside it does not make it RICK's."""
    audit = {"timestamp": "2026-01-15T08:30:00.5", "trade_id": "7", "action": "FORCE_CLOSE"}
    write(tmp_path / "surgeon_audit.jsonl", *lines_of([{**audit, "reason": "NAKED"}] * 3))
    write(tmp_path / "session_breaker.jsonl", *lines_of([tripped("Daily loss")]))
    times = JsonlSource(tmp_path, dialect="auto").read().frame["ts_event"]
    assert times.dt.hour.tolist() == [8] * 4


def test_the_sessions_breaker_is_an_alert(tmp_path: Path) -> None:
    """It says why it tripped, and leaves no state that nothing resets."""
    record = tripped("Daily loss (-3.2%) beyond -3.0%")
    frame = events(tmp_path, record)
    assert frame["kind"].tolist() == ["alert"]
    assert frame["reason"].tolist() == ["Daily loss (-3.2%) beyond -3.0%"]
    (alert,) = frame_of(frame, RICK, "alerts").to_dict("records")
    assert (alert["severity"], alert["title"]) == ("critical", "Daily loss (-3.2%) beyond -3.0%")
