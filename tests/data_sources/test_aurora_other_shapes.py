"""More of how Aurora's records are read, rule by rule."""

from __future__ import annotations

import json
from typing import Any

import pytest

from data_sources.lines.infer import infer
from tests.data_sources.aurora_records import SHAPES, TS, canonical, runner
from tests.data_sources.one_line import event, events


@pytest.mark.parametrize("name", SHAPES)
def test_every_record_shape_is_accepted(name: str) -> None:
    """All shapes that Aurora ever wrote give the same kind, each with its own time."""
    record, ts = SHAPES[name]
    found = event(record)
    assert found["kind"] == "order.filled"
    assert (found["ts_event"].value if "ts_event" in found else None) == ts


def test_where_the_reason_of_the_older_shapes_stands() -> None:
    """Where `type` is the code, `code` is the reason; where `code` is the code, it is not."""
    assert event(SHAPES["fixture"][0])["reason"] == "why"
    assert event(SHAPES["legacy"][0])["reason"] == "why"
    assert "reason" not in event(SHAPES["observability"][0])


def test_the_wrapper_gives_the_inner_details() -> None:
    """A wrapped record's attributes are its own details, not the wrapper's payload."""
    inner = canonical("ORDER.REJECT", {"reason_code": "-1021"})
    found = event({"ts": 1, "type": "x", "payload": inner})
    assert found["attributes"] == '{"reason_code": "-1021"}'
    assert found["reason"] == "EXCHANGE_TIMESTAMP"


API_KEYS = [
    "cid", "oid", "position_id", "lifecycle_state", "reason_code", "reason_detail", "reason_class",
    "severity", "action", "latency_ms", "spread_bps", "vol_std_bps", "governance_gate",
    "reward_tag",
]  # fmt: skip


def api(**fields: Any) -> dict[str, Any]:
    return {"ts_ns": TS, "run_id": "20261121-082919", **dict.fromkeys(API_KEYS), **fields}


TWINS = [
    ({"action": "open", "status": "ACK", "ts_ns": TS}, "order.filled", "open"),
    ({"action": "open", "status": "PENDING", "ts_ns": TS}, "order.accepted", "open"),
    ({"action": "close", "status": "ACK", "ts_ns": TS}, "order.filled", "close"),
    ({"action": "cancel", "status": "ACK", "ts_ns": TS}, "order.canceled", "open"),
    (
        {"action": "open", "lifecycle_state": "PENDING", "order_id": "c1", "ts_ns": TS},
        "order.accepted",
        "open",
    ),
    (
        {"action": "open", "lifecycle_state": "ACK", "order_id": "c1", "ts_ns": TS},
        "order.filled",
        "open",
    ),
    ({"deny_reason": "WHY_NEGATIVE_EDGE", "ts_ns": TS}, "order.denied", "open"),
    (
        {"reason_code": "WHY_CONN_ERR", "error_msg": "t", "final_status": "CANCELLED", "ts_ns": TS},
        "order.rejected",
        "open",
    ),
    (api(reason_class="AURORA", action="ABORT", reason_code="gate"), "order.denied", "open"),
    (api(reason_class="EXCHANGE", action="ABORT"), "order.rejected", "open"),
    (api(lifecycle_state="CLOSED", oid="4711"), "order.filled", "open"),
    (api(lifecycle_state="PARTIAL"), "order.partially_filled", "open"),
    ({"ts_server": TS // 10**6, "status": "filled", "cid": "c"}, "other", None),
    ({"ts_server": TS // 10**6, "status": "filled", "type": "limit", "id": "1"}, "other", None),
    ({"ts_server": TS // 10**6, "status": "rejected", "code": -2019}, "other", None),
]


@pytest.mark.parametrize(("record", "kind", "effect"), TWINS, ids=lambda v: str(v)[:50])
def test_an_order_file_line_is_a_twin(record: dict[str, Any], kind: str, effect: str) -> None:
    """Order files are told by their keys and become twins of the events that they repeat."""
    found = event(record)
    assert found["kind"] == f"telemetry.twin.{kind}"
    assert found.get("position_effect") == effect


def test_the_two_meanings_of_action_and_order_id() -> None:
    """`action` is retry advice in lines with a run_id; `order_id` is ours on opens, theirs else."""
    opened = event({"action": "open", "lifecycle_state": "ACK", "order_id": "a", "ts_ns": TS})
    cancel = event({"action": "cancel", "status": "ACK", "order_id": "x", "ts_ns": TS})
    assert (opened.get("client_order_id"), opened.get("venue_order_id")) == ("a", None)
    assert (cancel.get("client_order_id"), cancel.get("venue_order_id")) == (None, "x")
    assert event(api(reason_class="AURORA", action="open"))["position_effect"] == "open"


def test_the_shape_that_knows_one_id_cancels_by_it() -> None:
    """`order_id` of a cancel is the exchange's in the runner's records, else the order's own."""
    details = {"order_id": "o2"}
    for record in (
        {"timestamp": "2024-01-01T12:00:00Z", "event": "ORDER.CANCELLED", "details": details},
        {"timestamp": 1704110400.5, "event_code": "ORDER.CANCEL.ACK", "details": details},
    ):
        assert event(record)["client_order_id"] == "o2"
        assert "venue_order_id" not in event(record)
    assert event(runner("ORDER.CANCEL.ACK", order_id="o2"))["venue_order_id"] == "o2"


def test_the_logs_of_decisions_and_explanations() -> None:
    """Beside the events stand what the models thought: with its own time, and no order at all."""
    rec = {"decision_id": "d", "timestamp_ns": TS, "symbol": "BTCUSDT", "action": "enter", "p": 0.5}
    decided = event({"sig": "ab", "rec": rec})
    assert (decided["kind"], decided["ts_event"].value) == ("telemetry.decision", TS)
    assert (decided["symbol"], decided["decision"]) == ("BTCUSDT", "enter")
    assert decided["confidence_ratio"] == 0.5
    told = {"component": "router", "decision": "taker", "input": {}, "explanation": "cheap"}
    told |= {"ts": TS // 10**6, "confidence": 0.7, "trace_id": "t"}
    explained = event(told)
    assert (explained["kind"], explained["text"]) == ("telemetry.explanation", "cheap")
    assert explained["ts_event"].value == TS // 10**6 * 10**6
    for record in ({"sig": "ab", "rec": rec}, told):
        assert infer([json.dumps(record).encode()]).dialect == "aurora"


def test_ids_keep_every_digit_and_texts_stay_whole() -> None:
    """Integers as ids are not rounded, details are kept verbatim, empty ids are missing."""
    found = events(
        b'{"event_code":"ORDER.FILL","cid":9007199254740993,"details":{"x":1.10,  "y":[1e2]}}',
        canonical("ORDER.FILL", {"client_oid": "second"}, cid=""),
        canonical("ORDER.FILL", {}, cid=None),
    )
    assert found[0]["client_order_id"] == "9007199254740993"
    assert found[0]["attributes"] == '{"x":1.10,  "y":[1e2]}'
    assert found[1]["client_order_id"] == "second"
    assert "client_order_id" not in found[2]
    assert "attributes" not in found[2]


def test_what_is_no_number_is_missing() -> None:
    """Texts that are no numbers, truth values, NaN as text and arrays leave a number missing."""
    for value in ["abc", True, "nan", "inf", [1], {"a": 1}, None, ""]:
        assert "price" not in event(canonical("ORDER.SUBMIT", price=value)), value
    assert event(canonical("ORDER.SUBMIT", price=" 1.5 "))["price"] == 1.5
    assert event(canonical("ORDER.SUBMIT", price=0))["price"] == 0.0
