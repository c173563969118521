"""Quantum Trader's audit log and signal decisions: what counts, and what its unit tests wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of, frames_of
from data_sources.dialects.quantum_trader import reason_group
from tests.data_sources.quantum_trader.lines import audit, read, written

ESS = {"action": "ACTIVATE_ESS", "outcome": "TRADING_HALTED"}


def test_the_real_audit_log_counts_nothing(realdata: Path) -> None:
    """All 19 lines were written by unit tests: each is kept, counted as such, and nothing else."""
    reading = read(realdata / "quantum_trader/logs/audit")
    kinds = reading.frame["kind"].astype("str")
    assert reading.counts.accepted == 19
    assert kinds.str.startswith("telemetry.test.").all()
    assert kinds.value_counts().to_dict() == {
        "telemetry.test.ess.changed": 7,
        "telemetry.test.signal": 6,
        "telemetry.test.order.filled": 2,
        "telemetry.test.trade.closed": 1,
        "telemetry.test.risk.decision": 1,
        "telemetry.test.governance.transition": 2,
    }
    dialect = load_dialect("quantum_trader")
    assert all(frame_of(reading.frame, dialect, name).empty for name in frames_of(dialect))


def test_times_without_a_zone_are_utc_and_counted(realdata: Path) -> None:
    """The audit log names no zone: its times are read as UTC, and all 19 are counted as such."""
    reading = read(realdata / "quantum_trader/logs/audit")
    assert reading.counts.naive == 19
    assert reading.frame["ts_event"].iloc[0] == pd.Timestamp("2025-12-03T06:07:18.464916Z")


@pytest.mark.parametrize(
    ("event_type", "more", "wanted"),
    [
        (
            "emergency.triggered",
            {**ESS, "reason": "Daily loss -5.2% < -5.0%"},
            ("ess.changed", "active"),
        ),
        (
            "emergency.triggered",
            {**ESS, "reason": "Tested limits"},
            ("telemetry.test.ess.changed", "active"),
        ),
        ("emergency.triggered", {**ESS, "reason": "Latest drawdown"}, ("ess.changed", "active")),
        (
            "emergency.triggered",
            {
                **ESS,
                "reason": "DRAWDOWN_EXCEEDED",
                "metadata": {"severity": "critical", "positions_closed": 5},
            },
            ("ess.changed", "active"),
        ),
        ("emergency.recovered", {"metadata": {"new_mode": "NORMAL"}}, ("ess.changed", "inactive")),
        (
            "emergency.recovered",
            {"metadata": {"new_mode": "PROTECTIVE"}},
            ("ess.changed", "cooling"),
        ),
        ("emergency.recovered", {"metadata": {"new_mode": "EMERGENCY"}}, ("ess.changed", "active")),
        ("emergency.recovered", {"metadata": {"new_mode": "SUNNY"}}, ("ess.changed", "unknown")),
        ("risk.block", {"reason": "leverage_exceeds_limit: 5x > 1x"}, ("risk.decision", "block")),
        ("risk.override", {"reason": "manual"}, ("risk.decision", "allow")),
        ("risk.block", {"reason": "Test block"}, ("telemetry.test.other", None)),
        ("model.promoted", {"metadata": {"new_version": "2.0"}}, ("governance.transition", "2.0")),
        ("system.state_change", {}, ("telemetry.change", None)),
        ("brand.new", {}, ("other", None)),
    ],
)
def test_what_an_audit_line_is(
    tmp_path: Path, event_type: str, more: dict[str, Any], wanted: tuple[str, str | None]
) -> None:
    """Real rows keep their kind and state; an unknown mode is unknown, an unknown type is other."""
    row = read(written(tmp_path / "a.jsonl", audit(event_type, **more))).frame.iloc[0]
    assert row["kind"] == wanted[0]
    assert (row["decision"] if isinstance(row["decision"], str) else None) == wanted[1]


def test_an_audited_order_and_its_trade(tmp_path: Path) -> None:
    """Executed and closed trades: symbol, side, order id, price, money; no size is made up."""
    opened = audit(
        "trade.executed",
        action="OPEN_SHORT",
        target="ETHUSDT",
        metadata={"order_id": "88", "size_usd": 500.0, "entry_price": 2000.0, "leverage": 2.0},
    )
    closed = audit(
        "trade.closed",
        action="CLOSE",
        target="ETHUSDT",
        reason="SL_HIT",
        outcome="LOSS",
        metadata={"pnl": -12.5, "hold_duration_sec": 60},
    )
    frame = read(written(tmp_path / "a.jsonl", opened, closed)).frame
    assert frame["kind"].tolist() == ["order.filled", "trade.closed"]
    assert frame["symbol"].tolist() == ["ETHUSDT", "ETHUSDT"]
    first = frame.iloc[0]
    assert (first["side"], first["position_effect"]) == ("sell", "open")
    assert (first["venue_order_id"], first["price"]) == ("88", 2000.0)
    assert frame["quantity"].isna().all()
    assert frame["value"].iloc[1] == -12.5
    trade = frame_of(frame, load_dialect("quantum_trader"), "trades").iloc[0]
    assert trade["pnl"] == -12.5
    assert trade["ts_closed"] - trade["ts_opened"] == pd.Timedelta(seconds=60)
    assert pd.isna(trade["position_side"])
    assert pd.isna(trade["pnl_ratio"])


def test_the_real_signal_decisions(realdata: Path) -> None:
    """510 decisions: 252 allowed, 258 blocked (253 by confidence, 5 by symbol), 19 symbols."""
    frame = read(realdata / "quantum_trader/data/policy_observations").frame
    assert frame["kind"].value_counts().to_dict() == {"risk.decision": 510}
    assert frame["decision"].value_counts().to_dict() == {"block": 258, "allow": 252}
    assert frame["reason"].value_counts().to_dict() == {"BLOCK_CONFIDENCE": 253, "BLOCK_SYMBOL": 5}
    assert frame["side"].value_counts().to_dict() == {"sell": 294, "buy": 216}
    assert frame["symbol"].nunique() == 19
    assert frame["confidence_ratio"].between(0, 1).all()
    assert frame.loc[frame["decision"] == "allow", "reason"].isna().all()


def test_decisions_and_signals_of_the_same_lines(realdata: Path) -> None:
    """Each signal decision is a signal and a decision of the policy filter, line by line."""
    frame = read(realdata / "quantum_trader/data/policy_observations").frame
    dialect = load_dialect("quantum_trader")
    signals, decisions = (frame_of(frame, dialect, name) for name in ("signals", "decisions"))
    assert len(signals) == len(decisions) == 510
    assert signals["confidence_ratio"].notna().all()
    assert decisions["decision"].value_counts().to_dict() == {"block": 258, "allow": 252}
    assert decisions["raw_offset"].tolist() == frame["raw_offset"].tolist()


def test_agreement_is_not_believed(tmp_path: Path) -> None:
    """`agreement` is written the wrong way round: it changes nothing of a decision."""
    line = {
        "timestamp": "2025-11-22T13:32:18+00:00",
        "type": "signal_decision",
        "signal": {"symbol": "X", "action": "BUY", "confidence": 0.5, "model": {}},
        "actual_decision": "TRADE_ALLOWED",
        "actual_reason": "Passed",
        "policy_verdict": "ALLOW",
    }
    lines = [{**line, "agreement": agreement} for agreement in (True, False)]
    lines += [{**line, "actual_decision": word} for word in ("SCALE_DOWN", "scale_down")]
    frame = read(written(tmp_path / "s.jsonl", *lines)).frame
    assert frame["decision"].tolist() == ["allow", "allow", "scale", "scale"]


@pytest.mark.parametrize(
    ("reason", "group"),
    [
        ("leverage_exceeds_limit: 5x > 1x", "leverage_exceeds_limit"),
        ("global_risk_critical: dd 8 %", "global_risk_critical"),
        ("Confidence 0.22 < threshold 0.42 [Policy ENFORCED]", "Confidence < threshold"),
        ("profit_taking_R=-0.6 (exit=5 vs hold=3)", "profit_taking_R"),
        ("risk_v3_ess_action_required", "risk_v3_ess_action_required"),
        ("12.5", None),
    ],
)
def test_reasons_are_grouped_without_their_numbers(reason: str, group: str | None) -> None:
    """A reason is what stands before the colon, without numbers, so that reasons can be counted."""
    assert reason_group(reason) == group
