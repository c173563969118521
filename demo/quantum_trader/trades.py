"""Open positions until they are closed; each closed trade is written by two writers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from demo.quantum_trader.decisions import STATE
from demo.quantum_trader.market import Book, Position
from demo.script import Script

TRADES: Final = "data/clm_trades.jsonl"
EXITS: Final = "backend/data/exit_brain_shadow.jsonl"


def saver(script: Script, book: Book) -> Any:
    """What rewrites the file with the open positions."""

    def save() -> None:
        held = {symbol: position.state() for symbol, position in book.open.items()}
        script.file(STATE, json.dumps(held, indent=2))

    return save


def watch(script: Script, random: Random, book: Book, save: Any) -> Iterator[float]:
    """Every few seconds each position is looked at, and one may be closed."""
    while True:
        yield random.uniform(4.0, 9.0)
        for symbol, position in list(book.open.items()):
            price = book.price(symbol, script.seconds)
            position.peak, position.trough = max(position.peak, price), min(position.trough, price)
            percent = position.pnl_percent(price)
            closes = book.halted or random.random() < 0.06 + min(0.3, abs(percent) / 4)
            script.line(EXITS, _exit(script, symbol, position, price, closes))
            if not closes:
                continue
            del book.open[symbol]
            save()
            line = _trade(script, random, symbol, position, price)
            script.line(TRADES, line)
            yield random.uniform(0.002, 0.012)
            script.line(TRADES, line | {"timestamp": script.now.isoformat()})


def _trade(
    script: Script, random: Random, symbol: str, position: Position, price: float
) -> dict[str, Any]:
    percent = round(position.pnl_percent(price), 2)
    label = "WIN" if percent > 0.5 else "LOSS" if percent < -0.5 else "NEUTRAL"
    return {
        "timestamp": script.now.isoformat(),
        "symbol": symbol,
        # Whatever it was: the real one labels each trade BUY.
        "side": "BUY",
        "entry_price": position.entry_price,
        "exit_price": price,
        "pnl_percent": percent,
        "confidence": round(random.uniform(0.55, 0.9), 2),
        "model_id": "autonomous_exit_None",
        "outcome_label": label,
        "duration_seconds": None,
        "strategy_id": None,
        "position_size": 0.0,
        "exit_reason": "unknown",
    }


def _exit(
    script: Script, symbol: str, position: Position, price: float, closes: bool
) -> dict[str, Any]:
    percent = position.pnl_percent(price)
    return {
        "timestamp": script.now.isoformat(),
        "symbol": symbol,
        "side": position.side.lower(),
        "entry_price": position.entry_price,
        "current_price": price,
        "size": position.quantity,
        "unrealized_pnl": percent,
        "decision": {
            "decision_type": "full_exit" if closes else "no_change",
            "symbol": symbol,
            "fraction_to_close": 1.0 if closes else None,
            "reason": "Target or stop reached" if closes else "Plan working",
            "confidence": None,
            "current_price": price,
            "unrealized_pnl": percent,
            "meta": {},
        },
        "regime": "unknown",
        "risk_state": "normal",
    }
