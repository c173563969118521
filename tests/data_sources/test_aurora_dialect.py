"""Aurora's codes and record shapes, one by one, as events."""

from __future__ import annotations

from typing import Any

import pytest

from tests.data_sources.aurora_records import TS, canonical, runner
from tests.data_sources.one_line import event

KINDS = [
    (runner("ORDER.SUBMIT", close=False), {"kind": "order.submitted", "position_effect": "open"}),
    (runner("ORDER.SUBMIT", close=True), {"kind": "order.submitted", "position_effect": "close"}),
    (runner("ORDER.SUBMITTED"), {"kind": "order.submitted", "position_effect": "open"}),
    (runner("ORDER_SUBMITTED"), {"kind": "order.submitted", "code": "ORDER.SUBMITTED"}),
    (runner("order.submit"), {"kind": "order.submitted", "code": "ORDER.SUBMIT"}),
    (
        runner("ORDER.ACK", client_oid="c1", why_code="OK_EX_PLACE", fill_type="pending"),
        {"kind": "order.accepted", "client_order_id": "c1", "reason": "OK_EX_PLACE"},
    ),
    (
        runner("ORDER.ACK", client_oid="c1", fill_type="immediate"),
        {"kind": "order.filled", "decision": "accepted", "position_effect": "open"},
    ),
    (
        runner("ORDER.ACK", close=True, why_code="OK_EX_PLACE"),
        {"kind": "order.filled", "decision": "accepted", "position_effect": "close"},
    ),
    (runner("ORDER.ACKNOWLEDGED"), {"kind": "order.accepted"}),
    (runner("ORDER.FILLED"), {"kind": "order.filled"}),
    (
        canonical("ORDER.FILL", {"fill_qty": 0.04}, oid="4711", side="buy", qty=0.05, price=5e4),
        {"kind": "order.filled", "venue_order_id": "4711", "side": "buy", "price": 5e4},
    ),
    (canonical("ORDER.PARTIAL", {"fill_qty": 1}), {"kind": "order.partially_filled"}),
    (runner("ORDER.CANCEL.REQUEST"), {"kind": "order.cancel_requested"}),
    (
        runner("ORDER.CANCEL.ACK", order_id="x9", why="EXIT_BEFORE_FILL"),
        {"kind": "order.canceled", "venue_order_id": "x9", "reason": "EXIT_BEFORE_FILL"},
    ),
    (runner("ORDER.CANCEL"), {"kind": "order.canceled"}),
    (canonical("ORDER.EXPIRE", cid="c1"), {"kind": "order.expired", "client_order_id": "c1"}),
    (
        runner("ORDER.REJECT", client_oid="c", why_code="WHY_CONN_ERR", error="timeout"),
        {"kind": "order.rejected", "reason": "WHY_CONN_ERR", "text": "timeout"},
    ),
    (
        canonical("ORDER.REJECT", {"reason_code": "-2019", "reason_detail": "Margin"}),
        {"kind": "order.rejected", "reason": "EXCHANGE_MARGIN_INSUFFICIENT", "text": "Margin"},
    ),
    (
        runner("ORDER.DENY", intent_id="i2", code="LOW_PFILL.DENY"),
        {"kind": "order.denied", "reason": "LOW_PFILL.DENY", "client_order_id": "i2"},
    ),
    (
        runner("RISK.DENY", reason="SPREAD_GUARD"),
        {"kind": "order.denied", "reason": "SPREAD_GUARD"},
    ),
    (
        runner("RISK.DENY", reason="text", why_code="WHY_RISK_GUARD_DD"),
        {"kind": "order.denied", "reason": "WHY_RISK_GUARD_DD"},
    ),
    (canonical("RISK.DENY.DRAWDOWN"), {"kind": "order.denied", "code": "RISK.DENY.DRAWDOWN"}),
    (runner("RISK.UPDATE"), {"kind": "other", "code": "RISK.UPDATE"}),
    (
        runner("SLA.DENY", phase="actual", latency_ms=240.0),
        {"kind": "order.denied", "latency_seconds": None},
    ),
    (runner("SLA.DENY", phase="predict"), {"kind": "risk.decision", "decision": "block"}),
    (runner("SLA.CHECK", latency_ms=240.0), {"kind": "risk.decision", "latency_seconds": 0.24}),
    (
        runner("ROUTE_DECISION", route="maker", why_code="MAKER", reason="E_maker > E_taker"),
        {"kind": "route.decided", "route": "maker", "reason": "MAKER"},
    ),
    (
        runner("ROUTE_DECISION", route="deny", why_code="WHY_UNATTRACTIVE"),
        {"kind": "order.denied", "route": "deny", "reason": "WHY_UNATTRACTIVE"},
    ),
    (
        canonical("ROUTER.DECISION", {"route": "taker", "latency_ms": 3, "symbol": "X"}),
        {"kind": "route.decided", "route": "taker", "latency_seconds": 0.003, "symbol": "X"},
    ),
    (
        runner("ORDER.ROUTE.MAKER", symbol="BTCUSDT", decision_ms=12.5),
        {"kind": "route.decided", "route": "maker", "latency_seconds": 0.0125},
    ),
    (runner("ORDER_ROUTE_TAKER"), {"kind": "route.decided", "route": "taker"}),
    (runner("ORDER.ROUTE.DENY"), {"kind": "order.denied", "route": "deny"}),
    (runner("ROUTE.MAKER"), {"kind": "route.decided", "route": "maker"}),
    (
        runner("POLICY.DECISION", route="taker", why_code="OK_ROUTE_TAKER"),
        {"kind": "route.decided", "route": "taker"},
    ),
    (
        runner("POLICY.DECISION", decision="skip_open", why_code="WHY_NEGATIVE_EDGE"),
        {"kind": "order.skipped", "decision": "skip_open", "reason": "WHY_NEGATIVE_EDGE"},
    ),
    (
        runner("POLICY.DECISION", decision="skip_open", obi=0.6, tfi=-0.5),
        {"kind": "order.skipped", "reason": None},
    ),
    (
        canonical("POLICY.DECISION", {"decision": "NO_OP", "reasons": ["gate", "x"]}),
        {"kind": "order.denied", "reason": "gate"},
    ),
    (
        canonical("POLICY.DECISION", {"decision": "EXECUTE", "reasons": []}),
        {"kind": "risk.decision", "decision": "allow", "reason": None},
    ),
    (
        runner("SIZING.DECISION", why_code="OK_SIZING", qty=0.04, px=50002.5),
        {"kind": "risk.decision", "decision": "scale", "quantity": 0.04, "price": 50002.5},
    ),
    (
        runner("KELLY.APPLIED", intent_id="i1", qty_final="1"),
        {"kind": "risk.decision", "quantity": 1.0, "client_order_id": "i1"},
    ),
    (
        canonical("ORDER.INTENT.RECEIVED", {"intent_id": "i1"}, side="SELL", symbol="SOON"),
        {"kind": "signal", "side": "sell", "symbol": "SOON", "client_order_id": "i1"},
    ),
    (runner("ORDER.PLAN.BUILD", qty=1), {"kind": "other"}),
    (
        canonical("ORDER.STATUS(SIM)", {"order_id": "7", "status": "filled", "qty": 2}),
        {"kind": "order.filled", "venue_order_id": "7"},
    ),
    (canonical("ORDER.STATUS(SIM)", {"status": "new"}), {"kind": "order.accepted"}),
    (
        canonical("ORDER.STATUS", {"status": "cancelled", "reason": "ttl_expired"}),
        {"kind": "order.expired"},
    ),
    (
        canonical("ORDER.STATUS", {"status": "cancelled", "reason": "cancelled_by_user"}),
        {"kind": "order.canceled", "reason": "cancelled_by_user"},
    ),
    (
        canonical("EXCHANGE.CB.STATE", {"exchange": "e", "state": "OPEN", "reason": "threshold"}),
        {"kind": "breaker.changed", "decision": "open", "venue": "e", "text": "threshold"},
    ),
    (canonical("EXCHANGE.CB.STATE", {"state": "CLOSED"}), {"decision": "closed"}),
    (canonical("EXCHANGE.CB.STATE", {"state": "HALF_OPEN"}), {"decision": "half_open"}),
    (
        canonical("AURORA.COOL_OFF", {"until": 1_756_757_423}),
        {"kind": "breaker.changed", "decision": "open", "value": 1_756_757_423.0},
    ),
    (
        canonical("AURORA.COOL_OFF", {"symbol": "X", "until_ms": 1_756_757_423_000}),
        {"decision": "open", "value": 1_756_757_423.0, "text": "AURORA.COOL_OFF"},
    ),
    (canonical("AURORA.HALT"), {"kind": "breaker.changed", "decision": "open"}),
    (canonical("AURORA.ESCALATION"), {"kind": "breaker.changed", "decision": "open"}),
    (canonical("AURORA.RESUME"), {"kind": "breaker.changed", "decision": "closed"}),
    (canonical("OPS.RESET"), {"kind": "breaker.changed", "decision": "closed"}),
    (
        canonical("SPRT.DECISION_H1", {"llr": 2.9, "test_id": "t", "policy_id": "p"}),
        {"kind": "governance.sprt", "value": 2.9, "decision": "h1", "strategy_id": "p"},
    ),
    (canonical("SPRT.CONTINUE", {"llr": -0.5}), {"kind": "governance.sprt", "value": -0.5}),
    (canonical("GOVERNANCE.SPRT.UPDATE", {"why": "w"}), {"kind": "governance.sprt", "reason": "w"}),
    (
        canonical("ALPHA.LEDGER.UPDATE", {"spent_total": 0.02, "budget_total": 0.1}),
        {"kind": "governance.alpha", "value": 0.02},
    ),
    (
        canonical("GOVERNANCE.ALPHA", {"alpha_score": 0.31}),
        {"kind": "governance.alpha", "confidence_ratio": 0.31},
    ),
    (canonical("GOVERNANCE.ALPHA.EXHAUSTED"), {"kind": "governance.alpha"}),
    (
        canonical("GOVERNANCE.TRANSITION", {"from": "shadow", "to": "canary", "reason": "ok"}),
        {"kind": "governance.transition", "decision": "canary", "reason": "ok"},
    ),
    (canonical("GOVERNANCE.SNAPSHOT.OK"), {"kind": "governance.transition"}),
    (canonical("HEALTH.ERROR", {"msg": "boom"}), {"kind": "error", "text": "boom"}),
    (canonical("HEALTH.LATENCY_HIGH", {"latency_ms": 9}), {"kind": "health"}),
    (canonical("SPREAD_GUARD_TRIP"), {"kind": "alert"}),
    (canonical("DQ_EVENT.STALE_BOOK"), {"kind": "alert"}),
    (canonical("REWARD.TP"), {"kind": "other", "code": "REWARD.TP"}),
    (canonical("OBS.TELEMETRY.START"), {"kind": "other"}),
    (canonical("NEVER.SEEN"), {"kind": "other", "code": "NEVER.SEEN"}),
]


@pytest.mark.parametrize(("record", "expected"), KINDS, ids=lambda v: str(v)[:60])
def test_a_code_becomes_its_kind(record: dict[str, Any], expected: dict[str, Any]) -> None:
    """Each code of the contract has the agreed kind, and its details stand in their columns."""
    found = event(record)
    assert {key: found.get(key) for key in expected} == expected
    assert found["system"] == "aurora"
    assert found["ts_event"].value == TS
