"""Peak_Trade's logs as events: telemetry in both payload dialects, alerts, health, campaigns."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data_sources import JsonlSource, attach
from data_sources.columns import EVENT_COLUMNS
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.reading import Reading
from ledger import order_lives

GOLDEN = "peak_trade/fixtures/execution_telemetry"


def read(path: Path) -> Reading:
    return JsonlSource(path, dialect="peak_trade").read()


def one(tmp_path: Path, record: dict[str, Any]) -> pd.Series:
    """The event of one line."""
    (tmp_path / "x.jsonl").write_text(json.dumps(record) + "\n")
    reading = read(tmp_path / "x.jsonl")
    assert len(reading.frame) == 1, reading.counts
    return reading.frame.iloc[0]


def telemetry(kind: str, payload: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "ts": "2025-12-20T10:00:15.380Z",
        "session_id": "s1",
        "symbol": "BTC-USD",
        "mode": "paper",
        "kind": kind,
        "payload": payload,
        **fields,
    }


def test_the_golden_telemetry(realdata: Path) -> None:
    """Three sessions: 27 good lines, 3 set aside, each under the session that its lines name."""
    reading = read(realdata / GOLDEN)
    assert Counter(reading.frame["kind"]) == {
        "signal": 9, "order.submitted": 8, "order.filled": 8, "risk.decision": 2,
    }  # fmt: skip
    assert reading.counts.quarantined == {"malformed": 3}
    assert reading.counts.balanced
    assert set(reading.frame["session_id"]) == {
        "golden_ok_001", "golden_bad_001", "golden_latency_001",
    }  # fmt: skip
    assert tuple(reading.frame.columns) == EVENT_COLUMNS


def test_order_to_fill_by_ids(realdata: Path) -> None:
    """In the latency session each fill finds its order by id: 100, 550, 120 and 3,500 ms."""
    events = read(realdata / GOLDEN / "golden_session_latency.jsonl").frame
    orders, fills = (
        events[events["kind"] == kind].set_index("client_order_id")["ts_event"]
        for kind in ("order.submitted", "order.filled")
    )
    assert (fills - orders).dt.total_seconds().tolist() == [0.1, 0.55, 0.12, 3.5]


BOTH = [
    (
        telemetry("fill", {"client_id": "c1", "filled_quantity": 0.5, "fill_price": 9.5}),
        {"kind": "order.filled", "client_order_id": "c1", "quantity": 0.5, "price": 9.5},
    ),
    (
        telemetry("fill", {"order_id": "o1", "filled_quantity": 1, "fill_price": 2, "fill_fee": 3}),
        {"kind": "order.filled", "client_order_id": "o1", "quantity": 1.0, "price": 2.0},
    ),
    (
        telemetry("order", {"client_id": "c1", "side": "buy", "quantity": 2, "order_type": "m"}),
        {"kind": "order.submitted", "side": "buy", "quantity": 2.0, "position_effect": None},
    ),
    (
        telemetry("intent", {"side": "SELL", "quantity": 2, "current_price": None}),
        {"kind": "signal", "side": "sell", "quantity": 2.0, "price": None},
    ),
    (
        telemetry("intent", {"side": "BUY", "quantity": 1, "strategy_key": "ma"}),
        {"kind": "signal", "strategy_id": "ma"},
    ),
    (
        telemetry("gate", {"gate_name": "Size", "passed": False, "reason": "too big"}),
        {"kind": "risk.decision", "decision": "block", "reason": "too big", "text": "Size"},
    ),
    (telemetry("gate", {"gate_name": "Size", "passed": True}), {"decision": "allow"}),
    (telemetry("gate", {"gate": "Size", "decision": "ALLOW"}), {"decision": "allow"}),
    (telemetry("gate", {"gate": "Size", "decision": "MAYBE"}), {"decision": "maybe"}),
    (telemetry("error", {"error": "boom"}), {"kind": "error", "text": "boom"}),
    (telemetry("other", {}), {"kind": "other", "code": "other"}),
]


@pytest.mark.parametrize(("record", "wanted"), BOTH, ids=lambda v: str(v.get("kind"))[:20])
def test_both_payload_dialects(
    tmp_path: Path, record: dict[str, Any], wanted: dict[str, Any]
) -> None:
    """What the emitter writes and what the fixtures hold become the same columns."""
    event = one(tmp_path, record)
    for name, value in wanted.items():
        assert pd.isna(event[name]) if value is None else event[name] == value, name
    assert event["session_id"] == "s1"
    assert json.loads(event["attributes"]) == record


def test_plain_and_compressed_telemetry_is_read_once(tmp_path: Path, realdata: Path) -> None:
    """A log that was compressed after seven days is the same log; none of it counts twice."""
    data = (realdata / GOLDEN / "golden_session_ok.jsonl").read_bytes()
    (tmp_path / "a.jsonl").write_bytes(data)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(data.replace(b"golden_ok", b"other_ok")))
    source = JsonlSource(tmp_path, dialect="peak_trade")
    assert len(source.read().frame) == 20
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(data))
    (tmp_path / "a.jsonl").unlink()
    source.wake()
    reading = source.read()
    assert (len(reading.frame), reading.counts.accepted) == (0, 20)
    (tmp_path / "torn.jsonl.gz").write_bytes(gzip.compress(data)[:200])
    source.wake()
    assert source.read().counts.balanced


def test_alert_history(tmp_path: Path) -> None:
    """Three vocabularies of severity are one; a naive time or a bad line costs no neighbor."""
    alert = {
        "title": "t", "body": "b", "severity": "WARN", "category": "RISK", "source": "limits",
        "session_id": "s", "timestamp": "2025-11-21T08:16:23.950217+00:00", "id": "alert_1",
        "context": {"runbooks": []}, "stored_at": "2025-11-21T08:16:24+00:00",
    }  # fmt: skip
    store = {
        "id": "u", "timestamp_utc": "2025-11-21T08:16:23", "source": "rule:x",
        "severity": "critical", "title": "t2", "body": "b", "dedupe_key": "k",
        "delivery_status": "sent",
    }  # fmt: skip
    naive = {**alert, "timestamp": "2025-11-21T08:16:25", "severity": "CRITICAL"}
    lines = [json.dumps(each) for each in (alert, naive, store)]
    (tmp_path / "alerts_2025-11-21.jsonl").write_text("\n".join([lines[0], "{no", *lines[1:], ""]))
    reading = read(tmp_path)
    assert reading.counts.quarantined == {"malformed": 1}
    assert reading.counts.naive == 2
    alerts = frame_of(reading.frame, load_dialect("peak_trade"), "alerts")
    assert alerts["severity"].tolist() == ["warning", "critical", "critical"]
    assert alerts["title"].tolist() == ["t", "t", "t2"]
    assert alerts["category"].tolist()[:2] == ["risk", "risk"]
    assert alerts["session_id"].tolist()[:2] == ["s", "s"]
    assert set(reading.frame["kind"]) == {"alert"}


@pytest.mark.parametrize(
    ("told", "state"), [("ok", "ok"), ("warn", "warning"), ("critical", "critical")]
)
def test_health_snapshots(tmp_path: Path, told: str, state: str) -> None:
    """A snapshot of the telemetry's health is a health event with its severity and disk use."""
    metrics = {"disk_usage_mb": 12.5, "parse_error_rate": 12.0}
    record = {"schema_version": 1, "ts_utc": "2026-01-01T00:00:00+00:00", "severity": told}
    event = one(tmp_path, {**record, "metrics": metrics, "checks": []})
    assert (event["kind"], event["decision"], event["value"]) == ("health", state, 12.5)


def test_a_campaign_with_one_rejected_order(realdata: Path) -> None:
    """60 cycles, one LIMIT order, rejected once with 51000: the line that repeats it is a twin."""
    events = read(realdata / "peak_trade/testnet_campaign_128").frame
    rejected = events[events["kind"] == "order.rejected"]
    assert rejected["reason"].tolist() == ["51000"]
    assert rejected["client_order_id"].tolist() == ["coid-campaign-0"]
    assert rejected["text"].tolist() == ["Parameter clOrdId error"]
    assert (rejected["side"].item(), rejected["price"].item()) == ("buy", 10_000.0)
    assert (events["kind"] == "telemetry.cycle").sum() == 60
    assert not events["kind"].isin(["order.submitted", "order.accepted", "order.filled"]).any()


def test_a_soak_of_ten_minutes(realdata: Path) -> None:
    """1,287 decisions of which the median took 0.465 s and 99 of 100 at most 0.508 s."""
    seconds = read(realdata / "peak_trade/okx_soak_600s/primary/progress.jsonl").frame[
        "latency_seconds"
    ]
    assert len(seconds) == 1_287
    assert np.quantile(seconds, [0.5, 0.99]).round(3).tolist() == [0.465, 0.508]


FOLDERS = [
    "smoke", "probe_forced", "testnet_campaign_128", "okx_soak_600s", "intrabar_214037",
    "fixtures/execution_telemetry", "fixtures/execution_watch_v0_3", "fixtures/events",
    "fixtures/ops_samples",
]  # fmt: skip


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_folder_is_recognized(realdata: Path, folder: str) -> None:
    """Attached, every folder of logs is told to be Peak_Trade's by its keys."""
    (table,) = attach(realdata / "peak_trade" / folder).sources().values()
    assert (table["kind"], table["dialect"]) == ("jsonl", "peak_trade")


def test_an_order_filled_in_parts_keeps_every_execution(tmp_path: Path) -> None:
    """Telemetry has one word for them: the order is filled by the part that makes it whole."""
    lines = [
        telemetry("order", {"client_id": "c1", "side": "buy", "quantity": 0.5}),
        telemetry("fill", {"client_id": "c1", "filled_quantity": 0.2, "fill_price": 100.0}),
        telemetry("fill", {"client_id": "c1", "filled_quantity": 0.3, "fill_price": 101.0}),
    ]
    (tmp_path / "s1.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    (order,) = order_lives(read(tmp_path / "s1.jsonl").frame).to_dict("records")
    assert (order["status"], order["filled_quantity"], order["leaves_quantity"]) == (
        "filled", 0.5, 0.0,
    )  # fmt: skip
    assert order["average_fill_price"] == pytest.approx(100.6)


def test_rows_of_every_frame_name_their_session(tmp_path: Path) -> None:
    """A gate's decision and an error are of the session that their line names."""
    lines = [
        telemetry("gate", {"gate_name": "Risk", "passed": False, "reason": "too big"}),
        telemetry("error", {"error": "boom"}),
    ]
    (tmp_path / "x.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    events, dialect = read(tmp_path / "x.jsonl").frame, load_dialect("peak_trade")
    for name in ("decisions", "errors"):
        rows = frame_of(events, dialect, name, with_session=True)
        assert rows["session_id"].tolist() == ["s1"], name
    none = frame_of(events, dialect, "regimes", with_session=True)
    assert none["session_id"].dtype == "str"
