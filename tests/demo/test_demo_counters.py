"""What Quantum Trader only counts, and a folder that Peak_Trade tidies up."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data_sources import LogFolderSource, PrometheusSource
from demo.json_server import JsonServer
from demo.peak_trade import PeakTrade
from demo.quantum_trader import QuantumTrader
from demo.quantum_trader.services import Services
from demo.tree import Tree

START = 1_795_249_759_606_926_592
PAST_SECONDS = 60.0


def test_each_signal_that_the_policy_allowed_is_one_decision_of_the_gate(tmp_path: Path) -> None:
    """Over a socket: what was written at once is not counted, of what came then all is."""
    bot, tree = QuantumTrader(7, START), Tree(tmp_path)
    begin = datetime.fromtimestamp(START // 10**9, UTC) + timedelta(seconds=PAST_SECONDS)
    bot.book.counters.begin = begin
    backend = JsonServer(Services(7, bot.book, bot.health).of()["backend"])
    now = begin.timestamp()
    gate = PrometheusSource(
        f"{backend.base_url}/metrics", dialect="quantum_trader", now=lambda: now
    )
    try:
        tree.write(bot.until(PAST_SECONDS))
        first = gate.read()
        tree.write(bot.until(900.0))
        now += 840.0
        events = gate.read().frame
    finally:
        backend.close()
    log = next(tmp_path.rglob("signals_*.jsonl")).read_text()
    told = [json.loads(line) for line in log.splitlines()]
    live = [one for one in told if datetime.fromisoformat(one["timestamp"]) >= begin]
    allowed = [one for one in live if one["actual_decision"] == "TRADE_ALLOWED"]
    decisions = events[events["kind"] == "risk.decision"]
    values = decisions.groupby("reason", observed=True)["value"].sum()

    assert (first.state, len(first.frame)) == ("waiting", 0)
    assert set(decisions["decision"]) == {"allow", "block"}
    assert values.sum() == len(allowed) > 20
    assert values["ess_trading_halt_active"] > 0
    assert (events["reason"] == "drawdown").sum() == 1, "the emergency stop's trigger"


def test_a_folder_of_logs_is_tidied_up(tmp_path: Path) -> None:
    """All four checks of the telemetry's folder have something to go by."""
    Tree(tmp_path).write(PeakTrade(7, START).until(300.0))
    reading = LogFolderSource(tmp_path / "logs/execution").read()
    states = reading.frame.set_index("name")["state"]

    assert reading.state == "ok"
    assert "unknown" not in set(states)
    assert states["telemetry retention_staleness"] == "ok"
