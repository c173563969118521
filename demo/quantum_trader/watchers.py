"""What watches the bot: the audit log, with rows of unit tests in it, and self-healing."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from demo.quantum_trader.market import SYMBOLS, Book
from demo.script import Script

SUBSYSTEMS: Final = ("DATA_FEED", "AI_ENGINE", "EXECUTION", "RISK", "DATABASE", "EVENT_BUS")


def audit(script: Script, random: Random, book: Book) -> Iterator[float]:
    """Blocked orders, changed policies; each ten minutes an emergency stop and its recovery."""
    note = _note(script)
    note("trade.decision", "LONG", "BTCUSDT", "Test", model="test", confidence=0.5)
    note("emergency.triggered", "ACTIVATE_ESS", "", "Test emergency", positions_closed=3)
    yield random.uniform(5, 15)
    while True:
        for _ in range(random.randrange(4, 8)):
            yield random.uniform(10, 35)
            symbol = random.choice(list(SYMBOLS))
            blocker = random.choice(("RiskGuard", "ExposureGuard"))
            reason = random.choice(("MAX_POSITIONS_REACHED", "EXPOSURE_LIMIT", "COOLDOWN"))
            note("risk.block", "BLOCKED_OPEN_SHORT", symbol, reason, blocker=blocker, leverage=5)
        note("policy.changed", "UPDATE", "risk_mode", "VOLATILITY_ROSE", old_value="NORMAL",
             new_value="CAREFUL")  # fmt: skip
        yield random.uniform(20, 60)
        drawdown = round(-random.uniform(5.0, 6.5), 2)
        book.halted = True
        book.counters.count(script.now, "ess_triggers", source="drawdown")
        note("emergency.triggered", "ACTIVATE_ESS", "", f"Daily drawdown {drawdown} %",
             severity="critical", positions_closed=len(book.open))  # fmt: skip
        yield random.uniform(35, 50)
        for old, new in (("EMERGENCY", "PROTECTIVE"), ("PROTECTIVE", "NORMAL")):
            drawdown = round(drawdown / 2, 2)
            note("emergency.recovered", "RECOVER_auto", "", f"Drawdown improved to {drawdown:.2f}%",
                 recovery_type="auto", old_mode=old, new_mode=new)  # fmt: skip
            book.halted = new != "NORMAL"
            yield random.uniform(25, 40)
        yield random.uniform(200, 300)


def _note(script: Script) -> Any:
    def note(event: str, action: str, target: str, reason: str, **metadata: Any) -> None:
        # Naive on purpose: the audit log writes UTC and names no zone.
        now = script.now.replace(tzinfo=None).isoformat(timespec="microseconds")
        record = {
            "event_type": event,
            "timestamp": now,
            "actor": "system",
            "action": action,
            "target": target,
            "reason": reason,
            "outcome": "TRADING_HALTED" if event == "emergency.triggered" else "",
            "metadata": metadata,
            "trace_id": None,
        }
        script.line(f"logs/audit/audit_{script.now:%Y-%m-%d}.jsonl", record)

    return note


def heal(script: Script, random: Random) -> Iterator[float]:
    """Each quarter of a minute self-healing tells how the parts are."""
    while True:
        sick = random.choice(SUBSYSTEMS) if random.random() < 0.25 else None
        parts = [
            {
                "subsystem": f"SubsystemType.{name}",
                "status": "HealthStatus.DEGRADED" if name == sick else "HealthStatus.HEALTHY",
                "last_check": script.now.isoformat(),
                "uptime_seconds": round(script.seconds, 1),
                "issues": ["slow answers"] if name == sick else [],
                "metrics": {},
            }
            for name in SUBSYSTEMS
        ]
        status = "HealthStatus.DEGRADED" if sick else "HealthStatus.HEALTHY"
        record = {
            "timestamp": script.now.isoformat(),
            "overall_status": status,
            "subsystems": parts,
        }
        script.line("logs/self_healing/health.jsonl", record)
        yield 15.0


def backend(script: Script, random: Random) -> Iterator[float]:
    """The backend's log: JSON lines, with prints and tracebacks between them."""
    path = "logs/backend.jsonl"
    script.text(path, "Starting Quantum Trader backend ...\n=========================\n")
    while True:
        yield random.uniform(4, 12)
        told = {"timestamp": script.now.isoformat(), "level": "INFO"}
        told |= {"logger": "backend.scheduler", "message": "Cycle done", "module": "scheduler"}
        if random.random() < 0.12:
            why = "binance: read timed out after 5.0 s"
            told |= {"level": "ERROR", "logger": "backend.exchange", "message": why}
            told |= {"module": "exchange"}
        script.line(path, told)
        if random.random() < 0.08:
            script.text(path, "Traceback (most recent call last):\nTimeoutError: read timed out\n")
