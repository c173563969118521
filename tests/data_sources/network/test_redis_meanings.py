"""What single entries of Quantum Trader's streams mean, word by word, where words may be new."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from data_sources.redis_streams import RedisStreamsSource
from tests.data_sources.network.conftest import RedisServer

AT = "1771364763"


def told(server: RedisServer, stream: str, **fields: Any) -> dict[str, Any]:
    """The one event of an entry, without what is missing."""
    server.add(f"quantum:stream:{stream}", "1771364763765-0", **fields)
    source = RedisStreamsSource(server.url, dialect="quantum_trader")
    frame = source.read().frame
    source.close()
    assert len(frame) == 1
    row = frame.astype(object).iloc[0]
    return {str(name): value for name, value in row[row.notna()].items()}


@pytest.mark.parametrize(
    ("event", "decision"),
    [
        ("RISK_GUARD_ACTIVATED", "active"),
        ("EMERGENCY_FLATTEN_REQUESTED", "active"),
        ("RISK_GUARD_RELEASED", "unknown"),
        ("anything else", "unknown"),
    ],
)
def test_only_what_begins_an_emergency_is_one(
    redis_server: RedisServer, event: str, decision: str
) -> None:
    """An event of the risk guard that nobody ever saw makes the stop unknown, not active."""
    found = told(redis_server, "risk.events", event=event, reason="drawdown_breach", timestamp=AT)
    assert (found["kind"], found["decision"]) == ("ess.changed", decision)
    assert (found["reason"], found["text"]) == (event, "drawdown_breach")


@pytest.mark.parametrize("stream", ["execution.result", "trade.execution.res"])
@pytest.mark.parametrize(
    ("status", "kind", "reason", "text"),
    [
        ("filled", "order.filled", None, None),
        ("FILLED", "order.filled", None, None),
        ("PARTIALLY_FILLED", "order.partially_filled", None, None),
        ("accepted", "order.accepted", None, None),
        ("NEW", "order.accepted", None, None),
        ("canceled", "order.canceled", None, None),
        ("CANCELLED", "order.canceled", None, None),
        ("rejected", "order.rejected", None, None),
        ("OPENED", "other", "unknown_status", "OPENED"),
        ("", "other", "unknown_status", None),
    ],
)
def test_a_status_is_never_guessed_to_be_filled(
    redis_server: RedisServer,
    stream: str,
    status: str,
    kind: str,
    reason: str | None,
    text: str | None,
) -> None:
    """Known words are ours; "accepted" is no fill, and a word that nobody knows stays visible."""
    payload = {"symbol": "XMRUSDT", "action": "BUY", "order_id": "7", "status": status}
    found = told(redis_server, stream, payload=json.dumps(payload), timestamp=AT)
    assert (found["kind"], found.get("reason"), found.get("text")) == (kind, reason, text)
    assert (found["symbol"], found["side"], found["venue_order_id"]) == ("XMRUSDT", "buy", "7")


@pytest.mark.parametrize(
    ("decision", "kind", "said"),
    [
        ("EXECUTE", "risk.decision", "allow"),
        ("BLOCKED", "risk.decision", "block"),
        ("SCALE_DOWN", "risk.decision", "scale"),
        ("scale_down", "risk.decision", "scale"),
        ("SKIP", "telemetry.plan", "skip"),
        ("ERROR", "error", "error"),
    ],
)
def test_what_became_of_a_plan(
    redis_server: RedisServer, decision: str, kind: str, said: str
) -> None:
    """A skipped plan is no decision of the gate, and a failed one is an error with its words."""
    found = told(
        redis_server, "apply.result", plan_id="p1", symbol="XRPUSDT", decision=decision,
        executed="False", would_execute="False", error="no_position", timestamp=AT,
    )  # fmt: skip
    assert (found["kind"], found["decision"], found["reason"]) == (kind, said, "no_position")
    assert found["client_order_id"] == "p1"
    assert found.get("text") == ("no_position" if kind == "error" else None)


@pytest.mark.parametrize(
    ("reason", "action", "decision"),
    [
        ("pass", "PARTIAL_25", "allow"),
        ("cooldown_downgrade", "PARTIAL_25", "scale"),
        ("riskoff_accelerate", "PARTIAL_75", "scale"),
        ("forbid_full_close_portfolio_cold_ks_hard", "PARTIAL_50", "scale"),
        ("not_allowed", "HOLD", "block"),
        ("fail_closed_portfolio_state", "HOLD", "block"),
    ],
)
def test_the_gate_of_exits_is_apart(
    redis_server: RedisServer, reason: str, action: str, decision: str
) -> None:
    """Passed, changed or held back, and never among the decisions about entries."""
    found = told(
        redis_server, "portfolio.gate", plan_id="p1", symbol="BTCUSDT", ts_epoch=AT,
        final_action=action, gate_reason=reason, action_proposed="FULL_CLOSE_PROPOSED",
    )  # fmt: skip
    assert (found["kind"], found["decision"]) == ("telemetry.exit_gate", decision)
    assert found["reason"] == reason


@pytest.mark.parametrize(
    ("stream", "fields", "expected"),
    [
        ("trade.closed", {"timestamp": "2026-02-17T21:26:35.884213"}, "21:26:35.884213"),
        ("rl_rewards", {"timestamp": "2026-02-17T21:26:35.884213+00:00"}, "21:26:35.884213"),
        ("signal_x", {"timestamp": "2026-02-17T21:26:35.884213Z"}, "21:26:35.884213"),
        ("account.balance", {"timestamp": "1771363595"}, "21:26:35"),
        ("risk.events", {"timestamp": "1771363595.884213"}, "21:26:35.884213"),
        ("portfolio.gate", {"ts_epoch": "1771363595"}, "21:26:35"),
        ("portfolio.state", {"ts_utc": "1771363595"}, "21:26:35"),
        ("policy.audit", {"created_at_epoch": "1771363595"}, "21:26:35"),
        ("clm.intent", {"intent": '{"ts": 1771363595.5}'}, "21:26:35.5"),
        ("reconcile.events", {"ts": "1771363595"}, "21:26:35"),
        ("x", {"timestamp": "1771363595884"}, "21:26:35.884"),
        ("x", {"timestamp": "1771363595884213"}, "21:26:35.884213"),
        ("x", {"timestamp": "None", "ts": ""}, "21:46:03.765"),
        ("marketstate", {"ts": "0.086604", "timestamp": "1771363595"}, "21:26:35"),
    ],
    ids=str,
)
def test_every_way_of_telling_the_time(
    redis_server: RedisServer, stream: str, fields: dict[str, str], expected: str
) -> None:
    """Naive, with a zone, seconds, milli- and microseconds as text; nothing at all: of the id."""
    assert told(redis_server, stream, **fields)["ts_event"] == pd.Timestamp(
        f"2026-02-17T{expected}Z"
    )


def test_a_position_since_now_says_nothing_of_when_it_was_opened(
    redis_server: RedisServer,
) -> None:
    """`entry_timestamp` is the time of telling: no frame takes it for the time of opening."""
    fields = {"symbol": "A2ZUSDT", "side": "SHORT", "position_qty": "5", "mark_price": "2"}
    fields |= {"entry_price": "1", "unrealized_pnl": "-5", "entry_timestamp": AT, "timestamp": AT}
    found = told(redis_server, "position.snapshot", **fields)
    assert (found["kind"], found["side"], found["quantity"]) == ("position", "sell", 5.0)
    assert (found["price"], found["value"]) == (2.0, -5.0)
