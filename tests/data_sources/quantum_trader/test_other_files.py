"""Quantum Trader's other files: policy observations, exits, replay, self-healing; and guessing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources.attach import attach
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.lines.infer import infer_path
from tests.data_sources.quantum_trader.lines import audit, log, read, trade, written

POLICY: dict[str, Any] = {
    "timestamp": "2025-11-22T13:32:18.1+00:00",
    "mode": "OBSERVE",
    "inputs": {
        "regime_tag": "TRENDING",
        "vol_level": "NORMAL",
        "risk_state": {"daily_pnl_pct": 0.0, "current_drawdown_pct": 0.0},
        "symbol_performance": [],
        "cost_metrics": {},
    },
    "policy": {"allow_new_trades": True, "min_confidence": 0.42, "note": "calm"},
    "actual": {"confidence_used": 0.42, "trading_allowed": True},
    "comparison": {},
}
REPLAY: dict[str, Any] = {
    "stream_id": "1773015946134-0",
    "decision_id": "603deffc",
    "symbol": "ETHUSDT",
    "record_time_epoch": 1773015946,
    "live_action": "HOLD",
    "formula_action": "CLOSE",
    "side": "LONG",
    "quantity": 0.321,
    "close_price": 1931.16,
    "closed_by": "unknown",
    "reward": -0.0525,
    "regret_label": "none",
}
HEALTH: dict[str, Any] = {
    "timestamp": "2025-12-01T10:00:00",
    "overall_status": "HealthStatus.CRITICAL",
    "subsystems": [
        {"subsystem": "SubsystemType.DATA_FEED", "status": "HealthStatus.HEALTHY", "issues": []},
        {
            "subsystem": "SubsystemType.EXCHANGE",
            "status": "HealthStatus.DEGRADED",
            "last_check": "2025-12-01T09:59:00+00:00",
            "issues": ["slow", "late"],
        },
        {"subsystem": "SubsystemType.MODEL", "status": "HealthStatus.CRITICAL", "issues": []},
        {"subsystem": "SubsystemType.X", "status": "HealthStatus.UNKNOWN"},
        {"subsystem": "SubsystemType.Y"},
    ],
}
SIGNAL = {
    "timestamp": "2025-11-22T13:32:18+00:00",
    "type": "signal_decision",
    "signal": {"symbol": "X", "action": "BUY", "confidence": 0.5},
    "actual_decision": "TRADE_ALLOWED",
    "policy_verdict": "ALLOW",
}
EXIT = {
    "timestamp": "2025-12-10T22:34:50+00:00",
    "symbol": "BTCUSDT",
    "side": "long",
    "current_price": 96000.0,
    "size": 1.0,
    "unrealized_pnl": 1.05,
    "decision": {"decision_type": "move_sl", "reason": "breakeven"},
    "risk_state": "normal",
}


def frame_in(name: str, events: pd.DataFrame) -> pd.DataFrame:
    return frame_of(events, load_dialect("quantum_trader"), name)


def test_a_policy_observation_tells_the_regime(tmp_path: Path) -> None:
    """Regime and volatility come from the observations; they decide nothing."""
    frame = read(written(tmp_path / "p.jsonl", POLICY)).frame
    assert frame["kind"].tolist() == ["telemetry.policy"]
    regimes = frame_in("regimes", frame)
    assert regimes[["regime", "detail"]].iloc[0].tolist() == ["TRENDING", "NORMAL"]
    assert regimes["ts_event"].iloc[0] == pd.Timestamp("2025-11-22T13:32:18.1Z")
    assert frame_in("decisions", frame).empty


def test_exits_are_kept_apart_from_entries(tmp_path: Path) -> None:
    """Decisions about exits, and their replay, are telemetry: no decision, signal or trade."""
    frame = read(written(tmp_path / "x.jsonl", EXIT, REPLAY)).frame
    assert frame["kind"].tolist() == ["telemetry.exit_decision", "telemetry.exit_replay"]
    assert frame["decision"].tolist() == ["move_sl", "hold"]
    assert frame["side"].tolist() == ["buy", "buy"]
    assert frame["quantity"].tolist() == [1.0, 0.321]
    assert frame["ts_event"].iloc[1] == pd.Timestamp(1773015946, unit="s", tz="UTC")
    assert all(frame_in(name, frame).empty for name in ("decisions", "signals", "trades"))


def test_self_healing_tells_the_services(tmp_path: Path) -> None:
    """Names and states lose their enumeration's prefix; no state at all is missing, never ok."""
    frame = read(written(tmp_path / "h.jsonl", HEALTH)).frame
    assert frame[["kind", "decision"]].iloc[0].tolist() == ["health", "down"]
    services = frame_in("services", frame)
    assert services["name"].tolist() == ["data_feed", "exchange", "model", "x", "y"]
    assert services["state"].tolist()[:4] == ["ok", "degraded", "down", "unknown"]
    assert pd.isna(services["state"].iloc[4])
    assert services["detail"].iloc[1] == "slow"
    assert services["as_of"].iloc[1] == pd.Timestamp("2025-12-01T09:59:00Z")
    assert services["as_of"].iloc[0] == pd.Timestamp("2025-12-01T10:00:00Z")


def test_the_real_exit_decisions(realdata: Path) -> None:
    """Of the three shadow decisions two say themselves that they are tests."""
    frame = read(realdata / "quantum_trader/backend/data/exit_brain_shadow.jsonl").frame
    assert frame["kind"].tolist() == [
        "telemetry.test.telemetry.exit_decision",
        "telemetry.exit_decision",
        "telemetry.test.telemetry.exit_decision",
    ]


EVERY_FILE = {
    "trades": trade("02:24:30", 0.2864, 0.2862, -0.07),
    "audit": audit("risk.block"),
    "policy": POLICY,
    "replay": REPLAY,
    "health": HEALTH,
    "signals": SIGNAL,
    "exits": EXIT,
    "backend": log("INFO", "up"),
}


@pytest.mark.parametrize("name", EVERY_FILE)
def test_every_file_is_recognized(tmp_path: Path, name: str) -> None:
    """Each of the files is recognized by its own lines, with half of them torn or text."""
    path = written(tmp_path / "log.jsonl", EVERY_FILE[name], "Traceback (most recent call last):")
    assert infer_path(path).dialect == "quantum_trader"


def test_attaching_a_whole_desk(tmp_path: Path) -> None:
    """All its folders together become one source, and every line of them an event."""
    for name, line in EVERY_FILE.items():
        written(tmp_path / name / f"{name}.jsonl", line)
    (table,) = attach(tmp_path).sources().values()
    assert table["dialect"] == "quantum_trader"
    frame = read(tmp_path).frame
    assert len(frame) == len(EVERY_FILE)
    assert "other" not in set(frame["kind"])


def test_the_real_files_are_recognized(realdata: Path) -> None:
    """Every real log of the system is recognized, and no log of Aurora is taken for one."""
    root = realdata / "quantum_trader"
    for folder in "data", "logs", "backend", "tests":
        for file in (root / folder).rglob("*.jsonl"):
            assert infer_path(file).dialect == "quantum_trader", file
    for file in (realdata / "aurora").rglob("*.jsonl"):
        assert infer_path(file).dialect != "quantum_trader", file


@pytest.mark.parametrize("name", EVERY_FILE)
def test_copies_with_other_line_ends_say_the_same(tmp_path: Path, name: str) -> None:
    """A file with CRLF is read like its copy with LF; an empty buffer beside them is no error."""
    plain = written(tmp_path / "lf/log.jsonl", EVERY_FILE[name])
    copy = tmp_path / "crlf/log.jsonl"
    copy.parent.mkdir()
    copy.write_bytes(plain.read_bytes().replace(b"\n", b"\r\n"))
    copy.with_name("buffer.jsonl").touch()
    one, other = read(plain.parent), read(copy.parent)
    columns = ["ts_event", "kind", "code", "symbol", "side", "price", "text", "attributes"]
    pd.testing.assert_frame_equal(one.frame[columns], other.frame[columns])
    assert (other.state, other.counts.accepted, other.counts.quarantined) == ("ok", 1, {})
