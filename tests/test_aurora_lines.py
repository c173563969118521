"""What lines of Aurora count as in `/status`, where no real session has such lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data_sources import JsonlSource
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from ledger import order_lives
from metrics.slippage import slippage
from tests.data_sources.aurora_records import TS, runner
from tests.lines.test_decode_ways import assert_same
from tests.test_golden_aurora import status_of


def log(path: Path, *records: dict[str, Any]) -> Path:
    """Write records, each a microsecond after the one before where it has the common time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    timed = [
        record | {"ts_ns": TS + 1_000 * number} if record.get("ts_ns") == TS else record
        for number, record in enumerate(records)
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in timed))
    return path


def test_refusing_a_route_takes_time_as_well(tmp_path: Path) -> None:
    """Decisions that state how long they took are samples whatever they decided.

    A denial by the SLA states the latency that it refuses for, and is none.
    """
    took = {"maker": 3.0, "deny": 4.0, "taker": 5.0}
    path = log(
        tmp_path / "aurora_events.jsonl",
        *(runner("ROUTER.DECISION", route=r, latency_ms=ms) for r, ms in took.items()),
        runner("ORDER.ROUTE.DENY", route="deny", decision_ms=99.0),
        runner("SLA.DENY", phase="actual", latency_ms=500.0),
    )
    found = status_of(path)
    assert found["latency"]["decision_n"] == 4
    assert found["latency"]["decision_ms_p50"] == pytest.approx(4.5)
    assert found["routes"] == {"maker": 1, "taker": 1, "deny": 2, "cancel": 0}
    assert found["orders"]["denied"] == 3


def test_governance_tells_why_too(tmp_path: Path) -> None:
    """Its why codes count like those of denials; the free text of a transition is no code."""
    path = log(
        tmp_path / "aurora_events.jsonl",
        runner("GOVERNANCE.SPRT.BLOCK", why="WHY_GOV_SPRT_REJECT"),
        runner("GOVERNANCE.ALPHA.EXHAUSTED", why_code="WHY_GOV_ALPHA_EXHAUST"),
        runner("GOVERNANCE.SPRT.UPDATE", why="WHY_GOV_SPRT_REJECT", test_id="sprt:BTCUSDT:BUY"),
        runner("GOVERNANCE.SPRT.FINAL", why="OK_PASS"),
        runner("GOVERNANCE.TRANSITION", reason="edge mean is positive", to="canary"),
        runner("RISK.DENY", why_code="WHY_NEGATIVE_EDGE"),
    )
    assert status_of(path)["xai"]["why_code_counts"] == {
        "WHY_GOV_SPRT_REJECT": 2,
        "WHY_GOV_ALPHA_EXHAUST": 1,
        "WHY_NEGATIVE_EDGE": 1,
    }


def test_a_cancel_that_failed_tells_why(tmp_path: Path) -> None:
    """It decides nothing about the order, and its code is a why code all the same."""
    path = log(
        tmp_path / "aurora_events.jsonl",
        runner("ORDER.CANCEL.FAIL", why_code="WHY_EX_CANCEL_FAIL"),
        runner("AURORA.HALT", reason="reject rate of 0.5"),
    )
    assert status_of(path)["xai"]["why_code_counts"] == {"WHY_EX_CANCEL_FAIL": 1}


@pytest.mark.parametrize("later_ns", [0, 1_000_000])
def test_an_intent_that_is_denied_twice_is_one(tmp_path: Path, later_ns: int) -> None:
    """The stage that refuses it and the order that is not made say so, often in one moment."""
    first = runner("SLA.DENY", phase="actual", latency_ms=300.0, intent_id="i1")
    again = runner("ORDER.DENY", code="SLA_ACTUAL", intent_id="i1")
    lines = [first, again | {"ts_ns": TS + later_ns}]
    (tmp_path / "aurora_events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    assert status_of(tmp_path)["orders"]["denied"] == 1


def executions(code: str, routes: str) -> list[dict[str, Any]]:
    """Lines of a set of executions, one for each letter: maker, taker."""
    words = {"m": "maker", "t": "taker"}
    costs = {"is_bps": 1.0, "fees_bps": 1.0, "impact_bps": 1.0, "spread_bps": 1.0}
    return [
        {"event_code": code, "cid": f"c{n}", "ts_ms": TS // 10**6 + n, "liquidity": words[letter]}
        | {"order_qty": 2.0, "filled_qty": 1.5, "slippage_bps": 0.1 * n, **costs}
        for n, letter in enumerate(routes)
    ]


@pytest.mark.parametrize("code", ["ORDER.FILL", "ORDER_FILL", "FILL", "TCA", "ORDER.TCA"])
def test_executions_tell_their_routes(tmp_path: Path, code: str) -> None:
    """In a set of executions each line has its `liquidity`, which is the route of its order."""
    found = status_of(log(tmp_path / "test_synth_small.jsonl", *executions(code, "mmmtt")))
    assert found["routes"] == {"maker": 3, "taker": 2, "deny": 0, "cancel": 0}
    assert found["taker_ratio"] == 0.4
    assert found["orders"]["filled"] == (5 if "ORDER" in code and "FILL" in code else 0)


def test_the_taker_ratio_of_a_set_of_executions(tmp_path: Path) -> None:
    """A tenth of the 29,851 maker and 20,149 taker of a known set: 40.3 % taker."""
    lines = executions("ORDER.FILL", "m" * 2_985 + "t" * 2_015)
    found = status_of(log(tmp_path / "test_synth_small.jsonl", *lines))
    assert (found["routes"]["maker"], found["routes"]["taker"]) == (2_985, 2_015)
    assert round(100 * found["taker_ratio"], 1) == 40.3


def test_a_decision_goes_before_the_executions_of_its_session(tmp_path: Path) -> None:
    """Where the bot tells its decisions, what became of them adds no routes; elsewhere it does."""
    decided = (runner("ROUTE_DECISION", route="maker"), *executions("ORDER.FILL", "tt"))
    log(tmp_path / "one/aurora_events.jsonl", *decided)
    assert status_of(tmp_path)["routes"]["taker"] == 0
    log(tmp_path / "two/dataset.jsonl", *executions("ORDER.FILL", "t"))
    found = status_of(tmp_path)["routes"]
    assert (found["maker"], found["taker"]) == (1, 1)


def test_what_an_execution_filled_is_not_what_was_ordered(tmp_path: Path) -> None:
    """`filled_qty` of 1.5 of an order over 2 is 1.5 filled."""
    path = log(tmp_path / "dataset.jsonl", *executions("ORDER.FILL", "m"))
    orders = order_lives(JsonlSource(path, dialect="aurora").read().frame)
    assert orders["filled_quantity"].tolist() == [1.5]


@pytest.mark.parametrize("after_ns", [-900_000, -200_192, 200_192])
def test_a_failure_that_is_denied_too_counts_once(tmp_path: Path, after_ns: int) -> None:
    """Order files alone: the runner writes one order to both, up to a millisecond apart."""
    failed = {"reason_code": "WHY_CONN_ERR", "error_msg": "timeout", "final_status": "CANCELLED"}
    denied = {"deny_reason": "WHY_RISK_GUARD_MIN_NOTIONAL", "ts_ns": TS + after_ns}
    other = {"deny_reason": "WHY_NEGATIVE_EDGE", "ts_ns": TS + 500_000_000}
    for name, *lines in (("failed", failed | {"ts_ns": TS}), ("denied", denied, other)):
        log(tmp_path / f"orders_{name}.jsonl", *lines)
    told = {name: n for name, n in status_of(tmp_path)["orders"].items() if n}
    assert told == {"failed": 1, "denied": 1}


def test_what_was_posted_hides_no_order_file(tmp_path: Path) -> None:
    """A folder without events: orders.jsonl holds the posted bodies, and the other files count."""
    done = {"run_id": "r", "oid": "1", "lifecycle_state": "CLOSED", "reason_class": None}
    log(tmp_path / "orders_success.jsonl", done | {"ts_ns": TS})
    body = {"id": "1", "type": "limit", "status": "closed", "ts_server": TS // 10**6}
    log(tmp_path / "orders.jsonl", body, {"code": -2019, "ts_server": TS // 10**6})
    found = status_of(tmp_path)
    assert {name: n for name, n in found["orders"].items() if n} == {
        "ack": 1,
        "filled": 1,
        "orphans": 1,
    }


def test_what_a_model_thought_hides_no_order_file(tmp_path: Path) -> None:
    """Logs of decisions and explanations are no events file: the order files beside them count."""
    log(tmp_path / "orders_success.jsonl", {"action": "open", "status": "ACK", "ts_ns": TS})
    thought = {"decision_id": "d", "timestamp_ns": TS}
    log(tmp_path / "decisions_20250901.jsonl", {"sig": "a", "rec": thought})
    assert status_of(tmp_path)["orders"]["filled"] == 1


@pytest.mark.parametrize("code", ["ORDER.FILL", "TCA"])
def test_what_executions_cost(tmp_path: Path, code: str) -> None:
    """P50, P90 and P99 of `slippage_bps` are numpy's; a line without one is no execution of it."""
    lines = executions(code, "mt" * 100)
    bare = {"event_code": "ORDER.FILL", "cid": "x", "ts_ms": TS // 10**6, "filled_qty": 1.0}
    path = log(tmp_path / "dataset.jsonl", *lines, bare, runner("RISK.DENY", reason="R"))
    source = JsonlSource(path, dialect="aurora", name="tca")
    events = source.read().frame
    costs = frame_of(events, load_dialect("aurora"), "execution_costs")
    assert costs["client_order_id"].tolist() == [line["cid"] for line in lines]
    assert costs["route"].tolist() == [line["liquidity"] for line in lines]
    assert costs[["shortfall_bps", "fees_bps", "impact_bps", "spread_bps"]].eq(1.0).all(axis=None)
    (row,) = slippage({"execution_costs": costs}).to_dict("records")
    told = [line["slippage_bps"] for line in lines]
    for percent in (50, 90, 99):
        assert row[f"p{percent}_bps"] == pytest.approx(np.percentile(told, percent))
    assert (row["n"], row["source"]) == (200, "tca")
    assert row["p50_low_bps"] < row["p50_bps"] < row["p50_high_bps"]
    assert (row["since"], row["as_of"]) == (costs["ts_event"].min(), costs["ts_event"].max())
    early = slippage({"execution_costs": costs}, at=row["since"])
    assert early["n"].tolist() == [1]
    assert early["p99_bps"].isna().all()
    assert slippage({}).empty
    assert slippage({"execution_costs": costs.iloc[:0]}).empty


def test_a_set_of_executions_is_kept_whole(tmp_path: Path) -> None:
    """Its lines have no details, so all of each is kept; other lines keep their details alone."""
    (line,) = executions("ORDER.FILL", "m")
    path = log(tmp_path / "dataset.jsonl", line, runner("RISK.DENY", reason="R"))
    frame = JsonlSource(path, dialect="aurora").read().frame
    assert [json.loads(text) for text in frame["attributes"]] == [line, {"reason": "R"}]


def test_executions_among_their_like_are_read_alike_both_ways() -> None:
    """Without slippage, with details of their own, wrapped, with lists: fast as one by one."""
    lines = executions("ORDER.FILL", "mtmtmt")
    del lines[1]["slippage_bps"]
    lines[2]["details"] = {"reason": "R", "qty": 1}
    lines[3]["more"] = {"details": {"x": 1}, "list": [1, {"y": 2}]}
    lines[4] = {"ts": 1, "type": "X", "payload": lines[4]}
    lines += [dict(reversed(line.items())) for line in lines]
    assert_same(load_dialect("aurora"), "".join(json.dumps(line) + "\n" for line in lines).encode())
