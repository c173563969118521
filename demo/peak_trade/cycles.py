"""A wall-clock session: a line a cycle in each of many files, a time in one of them alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from demo.peak_trade.ledger import Ledger
from demo.script import Script
from demo.walk import Walk

SESSION: Final = "phase_9_2_public_md_session_v1"
INSTRUMENT: Final = "ETH-USD_UM_XPERP-310404"
CYCLE_SECONDS: Final = 4.0
WARM_UP_CYCLES: Final = 10


def cycles(script: Script, random: Random) -> Iterator[float]:
    """One cycle every few seconds, and a heartbeat each third of them."""
    ledger = Ledger(random, Walk(random, 1_875.0, 0.0012), cash=100_000.0, peak=100_000.0)
    number = 0
    while True:
        number += 1
        ledger.step(script.seconds)
        _cycle(script, random, ledger, number)
        if number % 3 == 1:
            beat = {"mono_ts": round(script.seconds + 2.4, 6), "n": number // 3 + 1}
            _line(script, "heartbeat", beat | {"wall_ts": round(script.now.timestamp(), 6)})
        yield CYCLE_SECONDS


def _cycle(script: Script, random: Random, ledger: Ledger, number: int) -> None:
    same = {"cycle_id": f"cycle_{_digest(number)}", "session_id": SESSION}
    bound = {"decision_id": f"decision_{_digest(-number)}"}
    bound["risk_decision_id"] = f"risk_{_digest(number * 7 + 1)}"
    _market(script, random, ledger, number)
    warm = number > WARM_UP_CYCLES
    traded = warm and bool(ledger.traded)
    safety = _safety(ledger, warm)
    sizing = "PASS" if traded else "NONE"
    trace = {**same, **bound, "risk_sizing_result": sizing, "safety_evaluation": safety}
    _line(script, "risk_sizing_trace", trace)
    # The same once more under other names, as the real session does.
    twin = {"cycle": number, "risk_decision_id": bound["risk_decision_id"]}
    twin |= {"risk_sizing_result": sizing, "safety_evaluation": safety}
    _line(script, "risk_telemetry", twin | {"safety_result": safety["safety_result"]})
    intent = f"intent_{_digest(number * 3 + 2)}"
    _line(script, "order_intent_trace", _intent(ledger, same | bound, intent, traded))
    if traded:
        _line(script, "simulated_fill_trace", _fill(ledger, same | bound, intent))
    regime = "insufficient_history" if not warm else "trend" if ledger.signal else "range"
    digest = {"regime_digest": _digest(len(regime)), "default_regime_fallback_active": False}
    _line(script, "regime_trace", {**same, **digest, "regime_id": regime})
    _line(script, "portfolio_snapshots", {**same, **_portfolio(ledger)})
    curve = {"drawdown": f"{ledger.drawdown_ratio:.10f}", "equity": f"{ledger.equity:.4f}"}
    curve |= {"exposure": f"{ledger.position * ledger.price:.4f}"}
    _line(script, "equity_curve", {**same, **curve, "peak_equity": f"{ledger.peak:.4f}"})
    _line(script, "runtime_events", {**same, "event": "bridge_cycle_completed"})


def _line(script: Script, name: str, record: dict[str, Any]) -> None:
    ordered = dict(sorted(record.items()))
    script.line(f"sessions/{SESSION}/{name}.jsonl", ordered, compact=True)


def _digest(number: int) -> str:
    return hashlib.sha256(f"{SESSION}{number}".encode()).hexdigest()[:24]


def _market(script: Script, random: Random, ledger: Ledger, number: int) -> None:
    now = script.now.timestamp()
    record = {
        "canonical_instrument_id": INSTRUMENT,
        "venue_instrument_id": INSTRUMENT,
        # The bot's clock is a little behind the exchange's.
        "event_ts_unix": round(now, 3),
        "receive_ts_unix": round(now - random.uniform(0.10, 0.22), 6),
        "mark_price_endpoint": "/api/v5/public/mark-price",
        "mark_price_field": "markPx",
        "mark_px": ledger.price,
        "mid_price": ledger.price,
        "sequence": number,
    }
    _line(script, "market_data_sequence", record)


def _safety(ledger: Ledger, warm: bool) -> dict[str, Any]:
    passes = warm and not ledger.blocked
    veto = "" if passes else "MAX_POSITION_NOTIONAL" if warm else "WARMUP_OR_REGIME_INCOMPLETE"
    inputs = {"killstate_active": False, "regime_ok": warm, "warmup_complete": warm}
    inputs |= {"drawdown_kill_threshold": 0.25, "max_drawdown": round(ledger.drawdown_ratio, 8)}
    return {
        "evaluation_bound": True,
        "safety_inputs": inputs,
        "safety_mode": "normal" if passes else "exit_only",
        "safety_result": "PASS" if passes else "EXIT_ONLY",
        "trading_gate": "entry_allowed" if passes else "exit_only",
        "veto_reason": veto,
    }


def _intent(ledger: Ledger, ids: dict[str, str], intent: str, traded: bool) -> dict[str, Any]:
    side = "HOLD" if not traded else "BUY" if ledger.traded > 0 else "SELL"
    action = {
        **ids,
        "intent_id": intent,
        "decision_outcome": "enter" if traded else "blocked",
        "intended_quantity": f"{abs(ledger.traded):.4f}" if traded else "0",
        "intended_side": side,
        "intent_action": "TRADE" if traded else "NONE",
        "reason_codes": ["trend"] if traded else ["no_signal_change"],
        "safety_blocked": ledger.blocked,
    }
    return {**ids, "intent_id": intent, "intended_action": action}


def _fill(ledger: Ledger, ids: dict[str, str], intent: str) -> dict[str, Any]:
    quantity = abs(ledger.traded)
    price = round(ledger.price * (1.0001 if ledger.traded > 0 else 0.9999), 4)
    return {
        **ids,
        "fill_id": f"fill_{intent[7:]}",
        "intent_id": intent,
        "instrument_id": INSTRUMENT,
        "side": "BUY" if ledger.traded > 0 else "SELL",
        "quantity": f"{quantity:.4f}",
        "fill_price": f"{price:.4f}",
        "mark_price": f"{ledger.price:.2f}",
        "fee": f"{quantity * price * 0.0002:.8f}",
    }


def _portfolio(ledger: Ledger) -> dict[str, Any]:
    held: dict[str, Any] = {}
    if ledger.position:
        held[INSTRUMENT] = {
            "instrument_id": INSTRUMENT,
            "quantity": f"{ledger.position:.4f}",
            "avg_entry_price": f"{ledger.entry_price:.4f}",
            "realized_pnl": f"{ledger.realized:.4f}",
            "unrealized_pnl": f"{ledger.unrealized:.4f}",
        }
    state = {"cash": f"{ledger.cash:.4f}", "equity": f"{ledger.equity:.4f}", "positions": held}
    mark = hashlib.sha256(repr(state).encode()).hexdigest()
    return {"portfolio_state_after_hash": mark, "snapshot": {"state": state}}
