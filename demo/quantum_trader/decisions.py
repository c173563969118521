"""Signals and what the policy made of them, several within a millisecond each cycle."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from demo.quantum_trader.market import SYMBOLS, Book, Position
from demo.script import Script

MOST_POSITIONS: Final = 6
LEAST_CONFIDENCE: Final = 0.42
SURE_CONFIDENCE: Final = 0.7
"""From here on it wants a leverage that its profile does not have."""
FOLDER: Final = "data/policy_observations"
STATE: Final = "backend/data/trade_state.json"


def decide(script: Script, random: Random, book: Book, save: Any) -> Iterator[float]:
    """Every few seconds a few symbols are judged; what is allowed may be opened."""
    while True:
        yield random.uniform(2.5, 7.0)
        for symbol in random.sample(list(SYMBOLS), random.randrange(1, 5)):
            action = random.choice(("BUY", "SELL"))
            confidence = round(min(0.99, random.betavariate(4, 5)), 4)
            allowed = confidence >= LEAST_CONFIDENCE
            script.line(_path(script, "signals"), _line(script, random, symbol, action, confidence))
            yield 0.001
            if not allowed or not _passes_gate(script, book, confidence):
                continue
            if symbol not in book.open and len(book.open) < MOST_POSITIONS:
                _open(script, random, book, symbol, action)
                save()


def observe(script: Script, random: Random, book: Book) -> Iterator[float]:
    """Twice a minute the policy tells what it sees."""
    while True:
        regime = random.choice(("TRENDING", "RANGING", "NORMAL"))
        record = {
            "timestamp": script.now.isoformat(),
            "mode": "ENFORCED",
            "inputs": {
                "regime_tag": regime,
                "vol_level": random.choice(("NORMAL", "HIGH")),
                "risk_state": {
                    "daily_pnl_pct": round(random.gauss(0.2, 0.6), 3),
                    "current_drawdown_pct": round(-abs(random.gauss(0, 1.2)), 3),
                    "losing_streak": random.randrange(4),
                    "open_trades_count": len(book.open),
                    "total_exposure_pct": round(len(book.open) * 4.5, 2),
                },
                "symbol_performance": [],
            },
            "policy": {
                "allow_new_trades": not book.halted,
                "min_confidence": LEAST_CONFIDENCE,
                "max_risk_pct": 1.0,
                "risk_profile": "NORMAL",
                "entry_mode": "NORMAL",
                "exit_mode": "TREND_FOLLOW" if regime == "TRENDING" else "FAST_TP",
                "disallowed_symbols": [],
                "note": f"{regime}: normal operation",
            },
            "actual": {"confidence_used": LEAST_CONFIDENCE, "trading_allowed": not book.halted},
            "comparison": {},
        }
        script.line(_path(script, "policy_obs"), record)
        yield 30.0


def _passes_gate(script: Script, book: Book, confidence: float) -> bool:
    """What the policy allowed the risk gate judges too: it writes nothing, and only counts."""
    reason = "all_risk_checks_passed"
    if book.halted:
        reason = "ess_trading_halt_active"
    elif confidence >= SURE_CONFIDENCE:
        reason = "leverage_exceeds_limit: 2x > 1x"
    passes = reason == "all_risk_checks_passed"
    book.counters.count(
        script.now,
        "risk_gate_decisions",
        decision="allow" if passes else "block",
        reason=reason,
        account="main",
        exchange="binance",
        strategy="ai_ensemble",
    )
    return passes


def _path(script: Script, name: str) -> str:
    return f"{FOLDER}/{name}_{script.now:%Y-%m-%d}.jsonl"


def _line(
    script: Script, random: Random, symbol: str, action: str, confidence: float
) -> dict[str, Any]:
    allowed = confidence >= LEAST_CONFIDENCE
    limit = f"{LEAST_CONFIDENCE:.2f} [Policy ENFORCED]"
    told = (
        f"Passed all filters (conf={confidence:.2f} >= {LEAST_CONFIDENCE:.2f}) [Policy ENFORCED]"
        if allowed
        else f"Confidence {confidence:.2f} < threshold {limit}"
    )
    return {
        "timestamp": script.now.isoformat(),
        "type": "signal_decision",
        "signal": {
            "symbol": symbol,
            "action": action,
            "confidence": confidence,
            "model": _models(random, action, confidence),
        },
        "actual_decision": "TRADE_ALLOWED" if allowed else "BLOCKED_BY_POLICY_FILTER",
        "actual_reason": told,
        "policy_verdict": "ALLOW" if allowed else "BLOCK_CONFIDENCE",
        # Written the wrong way round by the real one too.
        "agreement": not allowed,
    }


def _models(random: Random, action: str, confidence: float) -> dict[str, Any]:
    others = ("HOLD", "HOLD", action)
    models = {
        name: {
            "action": random.choice(others),
            "confidence": round(min(0.99, max(0.05, random.gauss(confidence, 0.12))), 4),
            "model": name,
        }
        for name in ("xgboost", "lightgbm", "nhits", "patchtst")
    }
    count = sum(each["action"] == action for each in models.values())
    strength = "strong" if count > 2 else "weak"
    return {"consensus": strength, "consensus_count": count, "models": models}


def _open(script: Script, random: Random, book: Book, symbol: str, action: str) -> None:
    price = book.price(symbol, script.seconds)
    quantity = round(random.uniform(300, 1_500) / price, 4)
    side = "LONG" if action == "BUY" else "SHORT"
    book.open[symbol] = Position(side, quantity, price, script.now.isoformat(), price, price)
