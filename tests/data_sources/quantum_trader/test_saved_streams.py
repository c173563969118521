"""Entries of Redis streams that somebody saved are read exactly as the live ones are."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources import DialectError, JsonlSource, RedisStreamsSource
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.lines.explain import explain
from tests.data_sources.network.conftest import running_redis

READ = ["source", "system", "session_id", "ts_received", "raw_generation", "raw_offset"]
OURS = [*READ, "attributes"]
"""Columns that tell where an event was read, not what it says; attributes are compared as JSON."""
SNAPSHOT = "quantum:stream:portfolio.snapshot_updated"


def saved(path: Path, *entries: dict[str, Any]) -> JsonlSource:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return JsonlSource(path, dialect="quantum_trader_export")


def entry(stream: str, fields: Any, entry_id: Any = "1771364763765-0") -> dict[str, Any]:
    return {"stream": stream, "which": "last", "entry_id": entry_id, "fields": fields}


def facts(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """What events say, in an order of their own; a result's two streams are one."""
    plain = frame.drop(columns=OURS).astype(object)
    plain["code"] = plain["code"].replace("trade.execution.res", "execution.result")
    rows = plain.where(plain.notna(), None).to_dict("records")
    details = frame["attributes"].map(lambda text: json.loads(text) if text == text else None)
    told = [{**row, "details": detail} for row, detail in zip(rows, details, strict=True)]
    return sorted(told, key=str)


def test_saved_and_live_entries_tell_the_same(tmp_path: Path, realdata: Path) -> None:
    """All 70 captured entries, from the file and from a server: the same 68 events, 2 repeats."""
    file = realdata / "quantum_trader/redis_2026-02-17/stream_first_last.jsonl"
    with running_redis(tmp_path) as server:
        server.replay(file)
        source = RedisStreamsSource(
            server.url, dialect="quantum_trader", streams=["quantum:stream:*"], exclude=["-"]
        )
        live = source.read()
        source.close()
    told = JsonlSource(file, dialect="quantum_trader_export").read()
    assert facts(told.frame) == facts(live.frame)
    for reading in (told, live):
        assert (reading.counts.lines_in, reading.counts.accepted) == (70, 68)
        assert (reading.counts.duplicates, reading.counts.quarantined) == (2, {})
        assert reading.counts.untimed == 0


def test_a_mirror_saved_after_the_whole_stream_counts_once(tmp_path: Path) -> None:
    """However many results stand between an entry and its copy in the other stream."""
    results = [
        {"timestamp": f"2026-02-17T2{n // 60 % 4}:{n % 60:02}:00Z", "status": "rejected"}
        | {"symbol": f"S{n // 240}USDT", "order_id": "REJECTED"}
        for n in range(600)
    ]
    entries = [
        entry(f"quantum:stream:{stream}", {"payload": json.dumps(result)}, f"177136476376{n}-{k}")
        for n, stream in enumerate(("execution.result", "trade.execution.res"))
        for k, result in enumerate(results)
    ]
    told = saved(tmp_path / "saved.jsonl", *entries).read()
    assert told.frame["kind"].tolist() == ["order.rejected"] * 600
    assert told.counts.duplicates == 600


def test_what_stands_in_payloads_is_counted(realdata: Path) -> None:
    """Two signals, four intents, a filled and a rejected order, two placeholders; 40 lengths."""
    folder = realdata / "quantum_trader/redis_2026-02-17"
    frame = JsonlSource(folder, dialect="quantum_trader_export").read().frame
    kinds = Counter(frame["kind"].astype(str))
    assert kinds["signal"] == 2
    assert kinds["telemetry.intent"] == 4
    assert (kinds["order.filled"], kinds["order.rejected"]) == (1, 1)
    assert (kinds["equity"], kinds["telemetry.sentinel"]) == (4, 2)
    assert kinds["telemetry.stream_length"] == 40
    lengths = frame[frame["kind"] == "telemetry.stream_length"].set_index("code")["value"]
    assert (lengths["trade.closed"], lengths["account.balance"]) == (1002, 116)
    dialect = load_dialect("quantum_trader_export")
    signals = frame_of(frame, dialect, "signals")
    assert signals["symbol"].tolist() == ["XRPUSDT", "A2ZUSDT"]
    assert signals["confidence_ratio"].round(4).tolist() == [0.7063, 0.68]
    assert frame_of(frame, dialect, "equity")["equity"].max() < 4_000


LENGTHS = {
    "trade.closed": 1_002,
    "account.balance": 116,
    "portfolio.state": 1_037,
    "portfolio.snapshot_updated": 6_816,
    "portfolio.exposure_updated": 6_815,
    "position.snapshot": 1_017,
    "trade.intent": 10_000,
    "apply.plan": 10_008,
    "apply.result": 10_002,
    "portfolio.gate": 20_369,
    "risk.events": 30,
    "execution.result": 2_154,
    "trade.execution.res": 2_154,
    "ai.exit.decision": 46_882,
}
"""Stream → its entries, as they were counted on the server."""


def test_the_length_of_each_stream(realdata: Path) -> None:
    """Fourteen streams have the lengths that were counted on the server; twins have one length."""
    file = realdata / "quantum_trader/redis_2026-02-17/stream_lengths.jsonl"
    frame = JsonlSource(file, dialect="quantum_trader_export").read().frame
    told = frame.set_index(frame["code"].astype(str))["value"].to_dict()
    assert {name: told.get(name) for name in LENGTHS} == LENGTHS


def test_a_payload_that_is_torn_costs_its_line_alone(tmp_path: Path) -> None:
    """JSON that ends early, twice the same key, a number beyond all: each one line set aside."""
    good = entry(SNAPSHOT, {"payload": '{"total_equity": 3902.5}', "timestamp": "1771364763"})
    torn = ['{"total_equity": 390', '{"a": 1, "a": 2}', '{"a": 1e999}', '{"a": ' * 2_000]
    reading = saved(
        tmp_path / "a.jsonl", good, *(entry(SNAPSHOT, {"payload": text}) for text in torn), good
    ).read()
    assert reading.frame["value"].tolist() == [3902.5, 3902.5]
    assert sum(reading.counts.quarantined.values()) == len(torn)
    assert reading.counts.balanced


@pytest.mark.parametrize(
    ("line", "kind", "value"),
    [
        (entry(SNAPSHOT, {"payload": {"total_equity": 3902.5}}), "equity", 3902.5),
        (entry("account.balance", {"balance": 3902.5}), "equity", 3902.5),
        (entry("quantum:stream:account.balance", {"balance": "None"}), "equity", None),
        (entry("quantum:stream:account.balance", {"balance": None}), "equity", None),
        (entry("quantum:stream:account.balance", {"balance": "1"}, "x" * 9), "equity", 1.0),
        (entry("quantum:stream:account.balance", {"balance": "1"}, None), "equity", 1.0),
        (entry("quantum:stream:account.balance", [1, 2]), "equity", None),
        (entry("quantum:stream:new", {}), "telemetry.stream", None),
        ({"stream": 7, "entry_id": "1-0", "fields": {}}, "other", None),
    ],
    ids=str,
)
def test_entries_saved_otherwise(
    tmp_path: Path, line: dict[str, Any], kind: str, value: float | None
) -> None:
    """Decoded JSON, numbers, no prefix, no id, no fields: read as far as it goes, and no error."""
    frame = saved(tmp_path / "a.jsonl", line).read().frame
    assert frame["kind"].tolist() == [kind]
    assert [None if v != v else v for v in frame["value"].tolist()] == [value]


def test_an_entry_without_a_time_is_of_its_id(tmp_path: Path) -> None:
    """The first half of the id is when the entry was made; one that is no time dates nothing."""
    stream = "quantum:stream:account.balance"
    entries = [entry(stream, {"balance": "1"}, entry_id) for entry_id in ("1771364763765-0", "7-0")]
    frame = saved(tmp_path / "a.jsonl", *entries).read().frame
    assert frame["ts_event"].tolist() == [pd.Timestamp(1771364763765, unit="ms", tz="UTC"), pd.NaT]


def test_two_equal_results_of_one_second_count_once(tmp_path: Path) -> None:
    """The result in both streams is one fill; another order of the same second is another one."""
    payload = {"symbol": "XMRUSDT", "action": "BUY", "order_id": "1", "status": "filled"}
    other = {**payload, "order_id": "2"}
    entries = [
        entry(f"quantum:stream:{stream}", {"payload": json.dumps(told), "timestamp": "1771364763"})
        for told in (payload, other)
        for stream in ("execution.result", "trade.execution.res")
    ]
    reading = saved(tmp_path / "a.jsonl", *entries).read()
    assert reading.frame["venue_order_id"].tolist() == ["1", "2"]
    assert (reading.counts.accepted, reading.counts.duplicates) == (2, 2)


def test_a_line_is_explained_by_the_mapping_of_the_streams(tmp_path: Path) -> None:
    """The rule that decides is named with the file and the line where it really stands."""
    line = entry(SNAPSHOT, {"payload": '{"total_equity": 10000.0}', "timestamp": "1771364763"})
    saved(tmp_path / "a.jsonl", line)
    told = {name: rule for name, _, rule in explain(tmp_path / "a.jsonl", 1)}
    place = told["kind"].removeprefix("rule quantum_trader_redis.toml:").partition(":")[0]
    text = load_dialect("quantum_trader_redis").file.read_text().splitlines()
    assert text[int(place) - 1] == "[[rules]]"
    assert "portfolio.snapshot_updated" in text[int(place)]


@pytest.mark.parametrize("like", ["aurorra", "mine", "quantum_trader_rest"])
def test_a_dialect_that_is_like_none_is_refused(tmp_path: Path, like: str) -> None:
    """Named are the file, the line, and what is allowed."""
    path = tmp_path / "mine.toml"
    path.write_text(f'name = "mine"\nlike = "{like}"\n')
    with pytest.raises(DialectError, match=r"mine\.toml:2: like: was '.*Allowed: aurora, "):
        load_dialect(path)


def test_a_dialect_of_ones_own_may_be_like_another(tmp_path: Path) -> None:
    """A table of its own replaces that table; all others, functions too, are taken over."""
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\nlike = "quantum_trader"\n[orders]\nexpiry_seconds = 9\n')
    mine, theirs = load_dialect(path), load_dialect("quantum_trader")
    assert mine.name == "mine"
    assert (mine.orders.expiry_seconds, theirs.orders.expiry_seconds) == (9.0, None)
    assert [rule.then for rule in mine.rules] == [rule.then for rule in theirs.rules]
    assert {n: len(rules) for n, rules in mine.frames.items()} == {
        n: len(rules) for n, rules in theirs.frames.items()
    }


@pytest.mark.parametrize("number", ["10000.0", "15000.0", "100.0", "10000", "10000.5"])
def test_a_made_up_balance_is_no_point(tmp_path: Path, number: str) -> None:
    """What services say without an account is flagged in both streams; a real one is a point."""
    told = {
        "account.balance": {"balance": number, "available": "1", "positions": "0"},
        "portfolio.state": {"equity_usd": number, "balance_usd": number, "positions_count": "0"},
    }
    lines = [
        entry(f"quantum:stream:{name}", {**fields, "timestamp": "1771364763"})
        for name, fields in told.items()
    ]
    events = saved(tmp_path / "saved.jsonl", *lines).read().frame
    points = frame_of(events, load_dialect("quantum_trader_export"), "equity")["equity"].tolist()
    if number == "10000.5":
        assert points == [10_000.5, 10_000.5]
    else:
        assert points == []
        assert set(events["kind"].astype("str")) == {"telemetry.sentinel"}
        assert set(events["reason"].astype("str")) == {"placeholder_equity"}
