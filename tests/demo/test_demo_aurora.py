"""The simulated Aurora writes what the real one writes."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from demo.aurora import AuroraBot, Line

START = 1_795_249_759_606_926_592
EVENTS = "aurora_events.jsonl"


def bot(seed: int = 7, start_ns: int = START, **options: Any) -> AuroraBot:
    return AuroraBot(Random(seed), start_ns=start_ns, **options)


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    """Ten minutes of the desk."""
    return bot().until(600)


def without_time(line: Line) -> str:
    """The line with every time and every id made of a time taken out."""
    text = json.dumps([line.file, line.record])
    text = re.sub(r'"(ts_ns|ts_ms|ts_server|until|until_ms)": \d+', r'"\1": 0', text)
    text = re.sub(r"aurora_\d+_", "aurora_0_", text)
    return re.sub(r"\d{8}-\d{6}", "RUN", text)


def test_the_same_seed_writes_the_same_events() -> None:
    """Same seed and start: equal to the byte; another start: equal but for the times."""
    later = START + 86_400 * 10**9 + 123_456_789

    assert bot().until(30) == bot().until(30)
    assert [without_time(line) for line in bot().until(30)] == [
        without_time(line) for line in bot(start_ns=later).until(30)
    ]
    assert bot().until(30) != bot(seed=8).until(30)


def test_it_matters_not_how_often_it_is_asked() -> None:
    """Asked once, every 20 ms, or event by event: the same lines in the same order."""
    whole, pieces, single = bot().until(20), bot(), bot()

    assert [line for step in range(1, 1001) for line in pieces.until(step * 0.02)] == whole
    assert list(islice(single, len(whole))) == whole


def test_lines_come_in_the_order_of_their_time(lines: list[Line]) -> None:
    """What is handed out is sorted by the moment it is written."""
    moments = [line.ts_ns for line in lines]

    assert moments == sorted(moments)


@pytest.mark.parametrize(("rate", "seconds"), [(5, 600), (50, 300), (1000, 40)])
def test_the_rate_is_what_was_asked_for(rate: float, seconds: float) -> None:
    """Event lines a second come within a tenth of the rate."""
    events = [line for line in bot(rate=rate).until(seconds) if line.file == EVENTS]

    assert abs(len(events) / seconds / rate - 1) < 0.1


def test_the_first_seconds_are_already_alive() -> None:
    """Within five seconds orders are submitted, acknowledged, filled and denied in every way."""
    desk = bot()
    desk.until(5)
    truth = sum(desk.truth.values(), Counter())

    for what in ("submitted", "ack", "filled", "denied", "route.maker", "route.taker"):
        assert truth[what] > 0
    assert truth["submitted"] / 5 > 2


def test_everything_happens_within_ten_minutes(lines: list[Line]) -> None:
    """No code that the pages show is missing from a session of ten minutes."""
    codes = {line.record.get("event_code") for line in lines}

    assert codes >= {
        "SIZING.DECISION", "ROUTE_DECISION", "POLICY.DECISION", "RISK.DENY", "ORDER.SUBMIT",
        "ORDER.ACK", "ORDER.REJECT", "ORDER.CANCEL.REQUEST", "ORDER.CANCEL.ACK",
        "ORDER.CANCEL.FAIL", "ORDER.INTENT.RECEIVED", "SLA.CHECK", "SLA.DENY", "KELLY.APPLIED",
        "ROUTER.DECISION", "ORDER.PLAN.BUILD", "ORDER.DENY", "ORDER.PARTIAL", "ORDER.FILL",
        "ORDER.EXPIRE", "ALPHA.LEDGER.UPDATE", "SPRT.CONTINUE", "SPRT.DECISION_H0",
        "SPRT.DECISION_H1", "GOVERNANCE.TRANSITION", "HEALTH.ERROR", "HEALTH.LATENCY_P95_HIGH",
        "AURORA.STARTUP.OK", "AURORA.HALT", "AURORA.COOL_OFF", "AURORA.ESCALATION",
    }  # fmt: skip


def test_times_are_rounded_like_the_origins(lines: list[Line]) -> None:
    """`int(time.time() * 1e9)` leaves multiples of 256 ns."""
    assert {line.record["ts_ns"] % 256 for line in lines if "ts_ns" in line.record} == {0}


def test_the_runners_know_no_ids_and_no_symbols(lines: list[Line]) -> None:
    """Runner lines: SUBMIT and closes without id, ACK with client_oid, cancels as their variant."""
    flat = [line for line in lines if line.file == EVENTS and "run_id" not in line.record]
    assert flat
    for line in flat:
        record = line.record
        assert set(record) <= {"event_code", "ts_ns", "order_type", "details"}
        code, details = record["event_code"], record["details"]
        if code == "ORDER.SUBMIT":
            assert not {"client_oid", "cid", "order_id"} & set(details)
            assert ("order_type" in record) == (not details["close"])
        if code == "ORDER.ACK":
            assert details.get("close") or re.fullmatch(r"aurora_\d{13}_\d+", details["client_oid"])
        if code == "ORDER.CANCEL.ACK":
            assert ("order_id" in details) == (line.session == "testnet_session")


def test_canonical_records_have_every_key(lines: list[Line]) -> None:
    """API and order stack: thirteen keys, unknown ones null; order files sixteen."""
    for line in lines:
        if "run_id" in line.record:
            assert len(line.record) == (13 if line.file == EVENTS else 16)


def test_both_schemas_stand_in_one_file(lines: list[Line]) -> None:
    """The runner's folder holds lines of the runner and of the API in the same file."""
    mixed = {"run_id" in line.record for line in lines if line.session.startswith("run_")}

    assert mixed == {True, False}


def test_order_files_are_twins_of_events(lines: list[Line]) -> None:
    """In B's folder the files repeat acks, cancels, denials and rejects, none more, none fewer."""
    own = [line for line in lines if line.session == "testnet_session"]
    files = Counter(line.file for line in own)
    codes = Counter(line.record.get("event_code") for line in own)
    rejects = codes["ORDER.REJECT"]

    assert abs(files["orders_denied.jsonl"] - codes["RISK.DENY"] - rejects) <= 1
    assert abs(files["orders_failed.jsonl"] - rejects) <= 1
    successes = codes["ORDER.ACK"] + codes["ORDER.CANCEL.ACK"]
    assert abs(files["orders_success.jsonl"] - successes) <= 1


def test_the_truth_is_what_the_lines_say() -> None:
    """The counts that the bot keeps are those of its event lines, by the contract's definitions."""
    desk = bot()
    lines = [line for line in desk.until(300) if line.file == EVENTS]
    counted = Counter()
    for line in lines:
        code, details = line.record["event_code"], line.record["details"]
        close = bool(details.get("close"))
        if code == "ORDER.SUBMIT":
            counted["closes_submitted" if close else "submitted"] += 1
        elif code == "ORDER.ACK":
            counted["closes_ack" if close else "ack"] += 1
            counted["filled"] += details.get("fill_type") == "immediate"
        elif code in ("ORDER.FILL", "ORDER.CANCEL.ACK", "ORDER.EXPIRE", "ORDER.REJECT"):
            counted[{"FILL": "filled", "ACK": "cancelled", "EXPIRE": "expired",
                     "REJECT": "failed"}[code.split(".")[-1]]] += 1  # fmt: skip
        elif (
            code in ("RISK.DENY", "ORDER.DENY", "SLA.DENY")
            or details.get("decision") == "NO_OP"
            or (code == "ROUTE_DECISION" and details["route"] == "deny")
        ):
            counted["denied"] += 1
        elif details.get("decision") == "skip_open":
            counted["skipped"] += line.session.startswith("run_")
    truth = sum(desk.truth.values(), Counter())

    for what, number in counted.items():
        assert truth[what] == number, what


def test_lives_are_conserved() -> None:
    """In the stack every submitted id ends at most once, and no fill exceeds its order."""
    ends: Counter[str] = Counter()
    submitted = set()
    filled: dict[str, float] = {}
    for line in bot().until(600):
        record = line.record
        cid, code = record.get("cid"), record.get("event_code")
        if cid is None or line.file != EVENTS:
            continue
        if code == "ORDER.SUBMIT":
            assert cid not in submitted
            submitted.add(cid)
        if code in ("ORDER.FILL", "ORDER.CANCEL.ACK", "ORDER.EXPIRE", "ORDER.REJECT"):
            ends[cid] += 1
            assert cid in submitted
        if code in ("ORDER.FILL", "ORDER.PARTIAL"):
            assert filled.get(cid, 0.0) <= record["details"]["fill_qty"] <= record["qty"]
            filled[cid] = record["details"]["fill_qty"]

    assert max(ends.values()) == 1
    assert len(ends) > 0.9 * len(submitted)


def test_a_rate_of_nothing_is_refused() -> None:
    """A rate must be above zero."""
    with pytest.raises(ValueError, match="rate"):
        bot(rate=0)


def test_a_real_session_has_no_shape_that_the_demo_lacks(realdata: Path, lines: list[Line]) -> None:
    """Each key and each detail of the real log's codes is one that the demo writes as well."""
    ours: dict[str, set[str]] = {}
    for line in lines:
        if "run_id" not in line.record and line.file == EVENTS:
            code = line.record["event_code"]
            ours.setdefault(code, set()).update(line.record["details"])
    folder = realdata / "aurora"
    sessions = ["tmp_debug_cancel", "regenerated/s_open", "regenerated/m_open"]
    sessions += [f"regenerated/{x}_{y}" for x in "sm" for y in ("gate", "neg")]
    sessions += ["regenerated/s_fail", "regenerated/s_pend"]

    for session in sessions:
        for text in (folder / session / EVENTS).read_text().splitlines():
            record = json.loads(text)
            assert set(record["details"]) <= ours[record["event_code"]]


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_who_comes_first_sees_a_well_bot_and_stops_come_later(seed: int) -> None:
    """At the end of its past nothing stops it, nor for a minute; then something does."""
    live = 200.0
    told = bot(seed, rate=10, live_ns=START + round(live * 1e9)).until(420)
    stops = ("AURORA.HALT", "AURORA.COOL_OFF", "AURORA.ESCALATION")
    codes = [((line.ts_ns - START) / 1e9, line.record.get("event_code")) for line in told]
    begun = [seconds for seconds, code in codes if code in stops]
    assert not [seconds for seconds in begun if live - 15 < seconds < live + 60]
    assert min(begun) < live and max(begun) > live + 60


def test_an_escalation_is_lifted_before_the_next_one(lines: list[Line]) -> None:
    """Two within five minutes would halt the real one until somebody resets it."""
    wanted = ("AURORA.ESCALATION", "OPS.RESET")
    codes = [code for line in lines if (code := line.record.get("event_code")) in wanted]
    assert codes and codes == list(wanted) * (len(codes) // 2)
