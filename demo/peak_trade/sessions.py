"""Sessions: their registry files, their execution telemetry, their alerts."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from demo.script import Script
from demo.walk import Walk

REGISTRY: Final = "reports/experiments/live_sessions"
PAST_SESSIONS: Final = 12
TELEMETRY: Final = "logs/execution"
BAD_LINES: Final = ("{invalid json line - missing quotes and structure", '{"ts": "')


class Sessions:
    """One session after the other, of a few minutes each."""

    def __init__(self, script: Script, random: Random) -> None:
        self._script = script
        self._random = random
        prices = {"BTC/USD": 95_000.0, "ETH/USD": 3_100.0, "SOL/USD": 142.0}
        self._walks = {symbol: Walk(random, price, 0.001) for symbol, price in prices.items()}
        self._orders = 0

    def live(self) -> Iterator[float]:
        """Yesterday's sessions at once; then a new one every few minutes."""
        for number in range(PAST_SESSIONS):
            start = self._script.now - dt.timedelta(hours=2.5 * (PAST_SESSIONS - number))
            status = self._random.choices(("completed", "failed", "aborted"), (8, 1, 1))[0]
            lasted = self._random.uniform(600, 5_400)
            self._save(start, "shadow", status, start + dt.timedelta(seconds=lasted), 0)
        while True:
            start = self._script.now
            session = self._save(start, "testnet", "started", None, 0)
            self._orders = 0
            ends = self._script.seconds + self._random.uniform(150, 240)
            while self._script.seconds < ends:
                yield self._random.expovariate(1 / 3.5)
                yield from self._intent(session)
            self._save(start, "testnet", "completed", self._script.now, self._orders)
            yield self._random.uniform(2, 8)

    def _save(
        self, start: dt.datetime, mode: str, status: str, end: dt.datetime | None, orders: int
    ) -> str:
        mark = hashlib.sha256(start.isoformat().encode()).hexdigest()[:6]
        session = f"session_{start:%Y%m%d_%H%M%S}_{mode}_{mark}"
        past = mode == "shadow"
        pnl = round(self._random.gauss(6, 30), 2) if past else 0.0
        # A runner reckons neither profit nor drawdown and writes zeros; an older one did.
        figures: dict[str, Any] = {"realized_pnl": pnl, "unrealized_pnl": 0.0}
        figures["max_drawdown"] = round(abs(self._random.gauss(0, 0.02)), 4) if past else 0.0
        figures["num_orders"] = self._random.randrange(4, 60) if past else orders
        if not past:
            figures |= {"num_trades": orders, "steps": orders * 3, "fill_rate": 1.0}
        else:
            figures |= _risk(150.0 * figures["num_orders"])
        record = {
            "session_id": session,
            "run_id": None,
            "run_type": f"live_session_{mode}",
            "mode": mode,
            "env_name": "kraken_futures_testnet",
            "symbol": "BTC/USD",
            "status": status,
            # Naive: the command line writes UTC and does not say so.
            "started_at": start.replace(tzinfo=None).isoformat(),
            "finished_at": end.replace(tzinfo=None).isoformat() if end else None,
            "config": {"strategy_name": "trend_following"},
            "metrics": figures,
            "cli_args": ["python", "-m", "peak_trade", "--mode", mode],
            "error": "ConnectionError: exchange closed" if status == "failed" else None,
            "created_at": (end or start).isoformat(),
            "strategy_tier": "core",
        }
        name = f"{start:%Y%m%dT%H%M%S}_live_session_{mode}_{session}.json"
        self._script.file(f"{REGISTRY}/{name}", json.dumps(record, indent=2))
        return session

    def _intent(self, session: str) -> Iterator[float]:
        """An intent, its gate, its order, its fill; now and then a line that no one can read."""
        random = self._random
        symbol = random.choice(list(self._walks))
        price = self._walks[symbol].at(self._script.seconds)
        side = random.choice(("buy", "sell"))
        quantity = round(random.uniform(200, 2_000) / price, 4)
        same = {"side": side, "quantity": quantity}
        intent = {**same, "current_price": price, "strategy_key": "trend_following"}
        self._tell(session, symbol, "intent", intent)
        yield 0.003
        passed = random.random() > 0.12
        reason = "Price within bounds" if passed else "Below minimum notional"
        gate = {"gate_name": "MinNotionalGate", "passed": passed, "reason": reason}
        self._tell(session, symbol, "gate", gate)
        if not passed:
            self._alert(session, f"Order blocked: {symbol}", reason)
            return
        self._orders += 1
        client = f"{session[-6:]}-{self._orders:05d}"
        yield random.uniform(0.005, 0.05)
        self._tell(session, symbol, "order", {"client_id": client, **same, "order_type": "market"})
        yield random.lognormvariate(-1.8, 0.4)
        paid = round(price * (1 + random.gauss(0, 0.0002)), 2)
        notional = round(paid * quantity, 4)
        fill = {"client_id": client, "filled_quantity": quantity, "fill_price": paid}
        fill |= {"fill_notional": notional, "fill_fee": round(notional * 0.0004, 4)}
        self._tell(session, symbol, "fill", fill)
        if random.random() < 0.02:
            self._script.line(f"{TELEMETRY}/{session}.jsonl", random.choice(BAD_LINES))

    def _tell(self, session: str, symbol: str, kind: str, payload: dict[str, Any]) -> None:
        record = {"ts": self._script.now.isoformat(), "session_id": session, "symbol": symbol}
        record |= {"mode": "paper", "kind": kind, "payload": payload}
        self._script.line(f"{TELEMETRY}/{session}.jsonl", record)

    def _alert(self, session: str, title: str, body: str) -> None:
        now = self._script.now.isoformat()
        mark = hashlib.sha256(f"{now}{title}".encode()).hexdigest()[:12]
        record = {"title": title, "body": body, "severity": "WARN", "category": "EXECUTION"}
        record |= {"source": "execution_gate", "session_id": session, "timestamp": now}
        record |= {"context": {}, "id": f"alert_{mark}", "stored_at": now}
        self._script.line(f"live_runs/alerts/alerts_{self._script.now:%Y-%m-%d}.jsonl", record)


def _risk(exposure: float) -> dict[str, Any]:
    """What a risk check said at last; warned from 80 % of the limit on, broken at all of it."""
    ratio = round(exposure / 5_000.0, 4)
    place = (ratio >= 0.8) + (ratio >= 1.0)
    severity, light = ("ok", "warning", "breach")[place], ("green", "yellow", "red")[place]
    limit = {"limit_name": "max_total_exposure", "current_value": exposure}
    limit |= {"limit_value": 5_000.0, "ratio": ratio, "severity": severity}
    check = {"severity": severity, "allowed": place < 2, "limit_details": [limit]}
    check["reasons"] = ["max_total_exposure"] if place == 2 else []
    told = {"risk_status": light, "risk_check": check, "total_notional": exposure}
    return told | {"open_positions": int(exposure > 0)}


def tidy_up(script: Script) -> Iterator[float]:
    """Every ten minutes somebody tidies the telemetry's folder up, and leaves a mark of it."""
    while True:
        script.file(f"{TELEMETRY}/.last_retention_run", f"{script.now.isoformat()}\n")
        yield 600.0


def telemetry_health(script: Script, random: Random) -> Iterator[float]:
    """Twice a minute: how much room the telemetry takes and whether it can be read."""
    used = 312.0
    while True:
        used += random.uniform(0.0, 0.4)
        errors = round(abs(random.gauss(0, 0.4)), 3)
        severity = "warn" if errors > 0.8 else "ok"
        figures = {"disk_usage_mb": round(used, 2), "disk_usage_pct": round(used / 20.48, 2)}
        figures |= {"compression_failure_rate": 0.0, "parse_error_rate": errors}
        record = {"schema_version": 1, "ts_utc": script.now.isoformat(), "severity": severity}
        record |= {"metrics": figures, "checks": []}
        script.line("logs/telemetry_health_snapshots.jsonl", record)
        yield 30.0
