"""Quantum Trader's services: what each answers about the same account, and where they differ.

Prices are their own: to look at the bot's would change what it writes.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from random import Random
from typing import Any, Final

from demo.json_server import NOT_FOUND, Answers
from demo.quantum_trader.market import Book, Position
from demo.walk import Walk

CASH: Final = 3_413.48
LOST_SECONDS: Final = (240.0, 250.0)
"""In these seconds of every five minutes a sick portfolio service says 10000.0: no account."""
ROUND_SECONDS: Final = 300.0
SIGNALS: Final = 20

Body = dict[str, Any]


class Services:
    """Answers for portfolio, execution, backend, risk and ai.

    Args:
        seed: of the prices at which they value positions.
        book: of the bot.
        health: status and body of the backend's own health.
        sick: whether the portfolio service loses its account now and then.
        clock: gives seconds that only grow.
    """

    def __init__(
        self,
        seed: int,
        book: Book,
        health: Any,
        *,
        sick: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._book, self._health, self._sick = book, health, sick
        self._random = Random(f"{seed}/services")
        self._marks: dict[tuple[str, float], Walk] = {}
        self._lock = threading.Lock()
        self._clock, self._started = clock, clock()

    def of(self) -> dict[str, Answers]:
        """Service → what it answers at a path."""
        paths: dict[str, dict[str, Any]] = {
            "portfolio": {
                "/api/portfolio/snapshot": self._portfolio,
                "/api/portfolio/exposure": self._exposure,
                "/api/portfolio/pnl": self._profits,
            },
            "execution": {"/api/execution/positions": self._execution},
            "backend": {
                "/positions": self._positions,
                "/signals/recent": self._signals,
                "/api/dashboard/trading": self._trading,
                "/metrics": self._book.counters.exposition,
            },
            "risk": {
                "/risk/global": self._risk,
                "/risk/var": self._values_at_risk,
                "/api/risk/ess/status": self._emergency_stop,
            },
            "ai": {"/health": self._engine},
        }
        answers: dict[str, Answers] = {name: _answers(own) for name, own in paths.items()}
        backend = answers["backend"]
        answers["backend"] = lambda path: self._health() if path == "/health" else backend(path)
        return answers

    def _held(self) -> list[tuple[str, Position, float]]:
        """Symbol, position and its price at this moment."""
        now = self._clock() - self._started
        found = []
        with self._lock:
            for symbol, position in list(self._book.open.items()):
                key = (symbol, position.entry_price)
                if key not in self._marks:
                    digits = 2 if position.entry_price > 100 else 4
                    walk = Walk(self._random, position.entry_price, 0.0022, digits)
                    self._marks[key] = walk
                found.append((symbol, position, self._marks[key].at(now)))
            held = {(symbol, position.entry_price) for symbol, position, _ in found}
            self._marks = {key: walk for key, walk in self._marks.items() if key in held}
        return found

    def _portfolio(self) -> Body:
        """Its positions are one behind: what was opened last is not in its snapshot yet."""
        now = (self._clock() - self._started) % ROUND_SECONDS
        rows = [
            _row(symbol, position)
            | {"size": position.quantity, "current_price": price, "leverage": 1}
            | {"unrealized_pnl": _profit(position, price)}
            for symbol, position, price in self._held()[:-1]
        ]
        profit = round(sum(row["unrealized_pnl"] for row in rows), 4)
        equity = round(CASH + profit, 4)
        if self._sick and LOST_SECONDS[0] <= now < LOST_SECONDS[1]:
            rows, equity, profit = [], 10_000.0, 0.0
        return {
            "total_equity": equity,
            "cash_balance": equity if not rows else CASH,
            "num_positions": len(rows),
            "positions": rows,
            "unrealized_pnl": profit,
            "realized_pnl_today": 0.0,
            "daily_drawdown_pct": 0.0,
            "timestamp": _now(),
        }

    def _exposure(self) -> Body:
        sums = {"LONG": 0.0, "SHORT": 0.0}
        for _, position, price in self._held():
            sums[position.side] += position.quantity * price
        return {
            "total_exposure": round(sums["LONG"] + sums["SHORT"], 2),
            "long_exposure": round(sums["LONG"], 2),
            "short_exposure": round(sums["SHORT"], 2),
            "net_exposure": round(sums["LONG"] - sums["SHORT"], 2),
            "timestamp": _now(),
        }

    def _profits(self) -> Body:
        """Nobody ever wrote what computes them."""
        names = ("daily_pnl", "weekly_pnl", "monthly_pnl", "total_pnl")
        return dict.fromkeys(names, 0.0) | {"timestamp": _now()}

    def _execution(self) -> list[Body]:
        return [
            _row(symbol, position)
            | {"quantity": position.quantity, "current_price": price, "leverage": 1.0}
            | {"unrealized_pnl": _profit(position, price), "has_tp_sl": False}
            for symbol, position, price in self._held()
        ]

    def _positions(self) -> list[Body]:
        """The backend knows no price: the current one is the entry, and nothing was gained."""
        return [
            _row(symbol, position)
            | {"quantity": position.quantity, "size": position.quantity, "pnl": 0.0}
            | {"current_price": position.entry_price, "unrealized_pnl": 0.0}
            for symbol, position, _ in self._held()
        ]

    def _signals(self) -> list[Body]:
        """Where it has too few it fills up with signals of its own making."""
        real = [
            _signal(number, symbol, position, "ensemble", "live")
            for number, (symbol, position, _) in enumerate(self._held())
        ]
        made_up = real[: max(0, SIGNALS - len(real))]
        return real + [
            row | {"id": f"m-{row['id']}", "source": "mock_generator"} for row in made_up
        ]

    def _trading(self) -> Body:
        orders = [
            {
                "id": int(dt.datetime.fromisoformat(position.opened).timestamp() * 1000),
                "timestamp": position.opened,
                "account": "default",
                "symbol": symbol,
                "side": _side(position),
                "size": position.quantity,
                "price": position.entry_price,
                "status": "FILLED",
                "strategy_id": "ai_ensemble",
            }
            for symbol, position, _ in self._held()
        ]
        strategy = {"account": "main", "strategy_name": "ai_ensemble", "enabled": True}
        strategy |= {"profile": "micro", "position_count": len(orders), "win_rate": 0.0}
        strategy |= {"description": "", "min_confidence": 0.38}
        told = {"timestamp": _now(), "recent_orders": orders}
        return told | {"strategies_per_account": [strategy]}

    def _risk(self) -> Body:
        halted = self._book.halted
        level = "CRITICAL" if halted else "INFO"
        issues = ["daily drawdown beyond its limit"] if halted else []
        told = {"level": level, "ess_action_required": halted, "critical_issues": issues}
        return told | {"timestamp": _now()}

    def _values_at_risk(self) -> Body:
        """Far too small, and smaller the surer they are, as theirs."""
        at_stake = self._exposure()["total_exposure"]
        shares = {"var_95": 0.003, "var_99": 0.004, "es_95": 0.003, "es_99": 0.001}
        told = {name: round(at_stake * share, 2) for name, share in shares.items()}
        return told | {"timestamp": _now()}

    def _emergency_stop(self) -> Body:
        return {"status": "CRITICAL" if self._book.halted else "NORMAL", "timestamp": _now()}

    def _engine(self) -> Body:
        return {
            "service": "ai-engine",
            "status": "OK",
            "version": "1.0.0",
            "timestamp": _now(),
            "uptime_seconds": round(self._clock() - self._started, 1),
            "dependencies": {
                "redis": {"status": "OK", "latency_ms": 1.4},
                "eventbus": {"status": "OK"},
                "risk_safety_service": {"status": "N/A", "details": "not deployed"},
            },
        }


def _answers(paths: dict[str, Any]) -> Answers:
    def answer(path: str) -> tuple[int, Any]:
        return (200, paths[path]()) if path in paths else NOT_FOUND

    return answer


def _row(symbol: str, position: Position) -> Body:
    return {"symbol": symbol, "side": position.side, "entry_price": position.entry_price}


def _side(position: Position) -> str:
    return "BUY" if position.side == "LONG" else "SELL"


def _profit(position: Position, price: float) -> float:
    move = price - position.entry_price
    return round((move if position.side == "LONG" else -move) * position.quantity, 4)


def _signal(number: int, symbol: str, position: Position, model: str, source: str) -> Body:
    return {
        "id": f"s-{number}",
        "timestamp": position.opened,
        "symbol": symbol,
        "side": _side(position).lower(),
        "confidence": 0.68,
        "price": position.entry_price,
        "source": source,
        "model": model,
    }


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()
