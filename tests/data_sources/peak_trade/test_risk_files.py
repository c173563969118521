"""Files that Peak_Trade's risk layer and its newer ledgers write, by the keys of their writers."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources import JsonlSource, attach
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.lines.infer import infer


def events_of(file: Path, *records: dict[str, Any]) -> pd.DataFrame:
    """What becomes of lines, found as `--attach` finds them: none is left as `other`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(each) + "\n" for each in records))
    (found,) = attach(file.parent).found
    assert found.dialect == "peak_trade"
    events = JsonlSource(file.parent, dialect="peak_trade").read().frame
    assert len(events) == len(records)
    assert "other" not in set(events["kind"])
    return events


def gate(second: int, *, allowed: bool, violation: str | None) -> dict[str, Any]:
    found = [{"code": violation, "message": "m", "severity": "CRITICAL", "details": {}}]
    return {
        "timestamp_utc": f"2025-02-03T04:05:{second:02d}.25+00:00",
        "decision": {"allowed": allowed, "severity": "WARN", "reason": f"why {second}"},
        "violations": found if violation else [],
        "kill_switch": {"enabled": True, "status": {"timestamp_utc": "2020-01-01T00:00:00Z"}},
        "var_gate": {"enabled": True, "result": {"severity": "OK"}},
        "order": {"symbol": "AB/CD", "qty": 1.5, "side": "sell"},
        "context": {},
    }


def test_the_audit_of_the_risk_gate(tmp_path: Path) -> None:
    """Each order that it judged is a decision: of when, for what, and the first violation why."""
    lines = (
        gate(1, allowed=True, violation=None),
        gate(2, allowed=True, violation="VAR_NEAR_LIMIT"),
        gate(3, allowed=False, violation="VAR_LIMIT_EXCEEDED"),
    )
    events = events_of(tmp_path / "logs" / "risk_audit.jsonl", *lines)
    assert events["ts_event"].dt.second.tolist() == [1, 2, 3]
    frame = frame_of(events, load_dialect("peak_trade"), "decisions")
    assert frame["decision"].tolist() == ["allow", "allow", "block"]
    assert set(frame["gate"]) == {"risk_gate"}
    assert (set(frame["symbol"]), set(frame["side"])) == ({"AB/CD"}, {"sell"})
    assert frame["reason"].tolist()[1:] == ["VAR_NEAR_LIMIT", "VAR_LIMIT_EXCEEDED"]
    assert pd.isna(frame["reason"].iloc[0])
    assert events["text"].tolist() == ["why 1", "why 2", "why 3"]


def test_the_audit_of_the_kill_switch(tmp_path: Path) -> None:
    """ACTIVE means that trading is: closed. While it recovers, all orders are still stopped."""
    states = ["ACTIVE", "KILLED", "RECOVERING", "ACTIVE"]
    lines = [
        {
            "timestamp": f"2025-02-03T04:0{number}:00.5",
            "previous_state": before,
            "new_state": after,
            "trigger_reason": "Loss too large",
            "triggered_by": "threshold",
            "metadata": {},
        }
        for number, (before, after) in enumerate(pairwise(states))
    ]
    events = events_of(tmp_path / "audit" / "kill_switch_audit_2025-02-03.jsonl", *lines)
    assert set(events["kind"]) == {"breaker.changed"}
    assert events["decision"].tolist() == ["open", "half_open", "closed"]
    assert events["ts_event"].iloc[0] == pd.Timestamp("2025-02-03T04:00:00.5Z")
    assert (events["reason"].iloc[0], events["text"].iloc[0]) == ("threshold", "Loss too large")


@pytest.mark.parametrize(
    ("told", "severity"),
    [("debug", "info"), ("info", "info"), ("warning", "warning"), ("error", "critical")],
)
def test_alerts_of_the_risk_layer(tmp_path: Path, told: str, severity: str) -> None:
    """They have no title: the message is it. Its five severities are the three that are agreed."""
    line = {
        "event_id": "5f7e", "timestamp": "2025-02-03T04:05:06", "severity": told,
        "category": "risk_limit", "source": "var_gate", "message": "near the limit", "context": {},
    }  # fmt: skip
    events = events_of(tmp_path / "alerts" / "alerts_2025-02-03.jsonl", line)
    assert events["reason"].tolist() == [severity]
    alert = frame_of(events, load_dialect("peak_trade"), "alerts").iloc[0]
    assert (alert["severity"], alert["title"]) == (severity, "near the limit")


def test_a_ledger_of_fills_and_of_their_costs(tmp_path: Path) -> None:
    """The fill is told once: the ledger of costs beside it repeats it without its price."""
    cost = {"fill_id": "f1", "fill_class": "entry", "fee": "0.02", "slippage_cost": "0.01"}
    fill = cost | {"fill_price": "12.5", "quantity": "0.4", "side": "SELL", "instrument_id": "AB"}
    digests = {"fill_input_digest": "x", "accounting_output_digest": "y"}
    (tmp_path / "ledgers").mkdir()
    (tmp_path / "ledgers" / "fee_slippage_ledger_v1.jsonl").write_text(json.dumps(cost) + "\n")
    file = tmp_path / "ledgers" / "fill_ledger_v1.jsonl"
    file.write_text(json.dumps(fill | digests | {"event_time_unix": None}) + "\n")
    (tmp_path / "ledgers" / "accounting.jsonl").write_text(
        json.dumps({"fill_id": "f1", "action_code": "APPLIED"} | digests) + "\n"
    )
    events = JsonlSource(tmp_path, dialect="peak_trade").read().frame
    assert sorted(events["kind"]) == ["order.filled", "telemetry.accounting", "telemetry.fee"]
    own = events[events["kind"] == "order.filled"].iloc[0]
    assert (own["side"], own["quantity"], own["price"]) == ("sell", 0.4, 12.5)
    assert pd.isna(own["ts_event"])


@pytest.mark.parametrize(
    ("said", "effect"),
    [
        ({"fill_class": "entry", "reduce_only": False}, "open"),
        ({"fill_class": "reduce", "reduce_only": False}, "close"),
        ({"fill_class": "exit"}, "close"),
        ({"cycle_id": "c", "reduce_only": True}, "close"),
        ({"cycle_id": "c", "reduce_only": False}, None),
        ({"fill_class": "adjust"}, None),
    ],
)
def test_what_a_fill_does_to_the_position(
    tmp_path: Path, said: dict[str, Any], effect: str | None
) -> None:
    """An exit is no opening order; what is not told stays missing."""
    line = {"fill_id": "f", "fill_price": "1.5", "quantity": "2", "session_id": "s"}
    event = events_of(tmp_path / "l" / "fills.jsonl", line | {"slippage_cost": "0"} | said).iloc[0]
    told = event["position_effect"]
    assert pd.isna(told) if effect is None else told == effect


def test_what_a_replay_is_fed_with_counts_nowhere(tmp_path: Path) -> None:
    """`t` numbers the records and the amounts are scaled: no time, no order, no fill, no amount."""
    lines = [
        {"event_type": code, "t": number, "payload": {"symbol": "AB", key: 7, "side": "BUY"}}
        for number, (code, key) in enumerate(
            [("Price", "price_int"), ("Order", "qty_int"), ("Fill", "qty_int"), ("Fee", "fee_int")]
        )
    ]
    events = events_of(tmp_path / "replay" / "beta.jsonl", *lines)
    assert set(events["kind"]) == {"telemetry.replay"}
    assert events[["ts_event", "quantity", "price"]].isna().all(axis=None)


def journal(state: str, **more: Any) -> dict[str, Any]:
    own = {"timestamp": "2025-02-03T04:05:06.5", "client_order_id": "o1", "symbol": "AB/CD"}
    own |= {"side": "BUY", "quantity": "0.25", "avg_price": "8.5", "total_fee": "0.125"}
    return own | {"order_state": state, "metadata": {}} | more


def test_the_journal_of_the_paper_engine(tmp_path: Path) -> None:
    """How each order ended; what stands there again when it is written anew is no news."""
    lines = [journal("FILLED"), journal("REJECTED", client_order_id="o2")]
    events = events_of(tmp_path / "paper" / "trades.jsonl", *lines)
    assert events["kind"].tolist() == ["order.filled", "order.rejected"]
    assert events["client_order_id"].tolist() == ["o1", "o2"]
    fill = events.iloc[0]
    assert (fill["side"], fill["quantity"], fill["price"]) == ("buy", 0.25, 8.5)
    assert fill["ts_event"] == pd.Timestamp("2025-02-03T04:05:06.5Z")
    assert frame_of(events, load_dialect("peak_trade"), "fills")["fee"].tolist() == [0.125]
    file = tmp_path / "paper" / "trades.jsonl"
    source = JsonlSource(file, dialect="peak_trade")
    assert len(source.read().frame) == 2
    file.write_text("")
    assert len(source.read().frame) == 0
    third = journal("FILLED", client_order_id="o3")
    file.write_text("".join(json.dumps(each) + "\n" for each in [*lines, third]))
    source.wake()
    assert source.read().frame["client_order_id"].tolist() == ["o3"]
    source.close()


def test_a_dry_run_that_was_rejected_is_no_order(tmp_path: Path) -> None:
    """What a session says of itself is no event of an order, whatever its word."""
    own = {"schema_version": "C2_DRYRUN_V1", "event_id": "e", "run_id": "r", "strategy_id": "s"}
    own |= {"ts_sim": 1, "ts_utc": "2025-02-03T04:05:06.5+00:00"}
    words = ("SESSION_START", "STRATEGY_TICK", "REJECTED")
    lines = [own | {"event_type": word, "payload": {}} for word in words]
    events = events_of(tmp_path / "dry" / "events.jsonl", *lines)
    assert set(events["kind"]) == {"telemetry.session"}
    assert set(events["ts_event"]) == {pd.Timestamp("2025-02-03T04:05:06.5Z")}
    said = {"ts": "2025-02-03T04:05:06", "seq": 1, "code": "C2_ABORT", "meta": {}}
    audit = [said | {"level": level, "message": "m"} for level in ("INFO", "ERROR")]
    events = events_of(tmp_path / "audit" / "audit.jsonl", *audit)
    assert events["kind"].tolist() == ["telemetry.log", "error"]
    assert (set(events["code"]), set(events["text"])) == ({"C2_ABORT"}, {"m"})
    state = {"run_id": "r", "strategy_id": "s", "status": "REJECTED", "ts_sim": 3}
    state |= {"started_ts": "2025-02-03T04:05:06"}
    assert events_of(tmp_path / "state" / "s.jsonl", state)["kind"].tolist() == [
        "telemetry.session"
    ]


@pytest.mark.parametrize(
    "usual",
    [
        {"ts": "2025-02-03T04:05:06", "seq": 1, "level": "INFO", "code": "ORDER_FILLED",
         "message": "m", "meta": {}},
        {"event_id": "e", "timestamp": "2025-02-03T04:05:06", "severity": "info",
         "category": "orders", "source": "x", "message": "m", "context": {}},
        {"event_type": "Fill", "t": 1738000000, "payload": {"symbol": "AB", "qty": 7}},
    ],
)  # fmt: skip
def test_usual_keys_alone_prove_nothing(usual: dict[str, Any]) -> None:
    """Other bots have such envelopes too: the words in them must be Peak_Trade's."""
    assert infer([json.dumps(usual).encode()]).dialect != "peak_trade"


LEDGERS: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "stage": (
        {"schema_version": "stage.v1", "decision_cycle_id": "r:cycle:1", "instrument_id": "AB",
         "market_event_time": 1736928000.5, "decision_outcome": "hold", "runtime_session_id": "r"},
        "telemetry.decision", "2025-01-15T08:00:00.5Z",
    ),
    "learning": (
        {"envelope_schema_version": "v0", "ledger_entry_hash": "h", "record_type": "decision_event",
         "payload": {"event_time_utc": "2025-01-15T08:00:00Z", "decision_type": "NO_ENTRY"}},
        "telemetry.learning", "2025-01-15T08:00:00Z",
    ),
    "permission": (
        {"authorization_id": "a", "authorization_digest": "d", "single_use": True,
         "consumed_at_utc": "2025-01-15T08:00:00Z"},
        "governance.transition", "2025-01-15T08:00:00Z",
    ),
    "intent": (
        {"cycle_index": 2, "class": "exit", "decision_outcome": "exit", "intended_side": "SELL",
         "intended_quantity": "0.1", "intent_action": "SIZING::exit", "reason_codes": ["late"]},
        "signal", None,
    ),
    "no_intent": (
        {"cycle_index": 2, "class": "exit", "decision_outcome": "exit", "intended_side": "SELL",
         "intended_quantity": "0.1", "intent_action": "NONE", "reason_codes": ["late"]},
        "telemetry.intent", None,
    ),
    "work_unit": (
        {"execution_identity": "x", "session_id": "s1", "single_use": True},
        "governance.transition", None,
    ),
    "commit": (
        {"cycle_id": "r:cycle:0", "cycle_index": 1, "decision_id": "d",
         "event_ts_unix": 1736928000.0, "families": {}, "instrument_id": "AB", "mid_price": 0.5,
         "runtime_commit_ok": True, "runtime_session_id": "r"},
        "telemetry.cycle", "2025-01-15T08:00:00Z",
    ),
    "observation": (
        {"cycle": 0, "monotonic": 3.5, "obs_id": "1", "request_count": 1}, "telemetry.cycle", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LEDGERS)
def test_other_ledgers(tmp_path: Path, name: str) -> None:
    """Each has its kind and, where a line names one, its time; a clock that only runs is none."""
    record, kind, time = LEDGERS[name]
    event = events_of(tmp_path / name / f"{name}.jsonl", record).iloc[0]
    assert event["kind"] == kind
    assert (event["ts_event"] == pd.Timestamp(time)) if time else pd.isna(event["ts_event"])
    if name == "intent":
        assert (event["side"], event["quantity"], event["reason"]) == ("sell", 0.1, "late")
