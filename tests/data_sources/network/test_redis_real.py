"""The captured streams of the real system, replayed into a server, say what is known of them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from data_sources.reading import Reading
from data_sources.redis_streams import RedisStreamsSource


@pytest.fixture
def captured(redis_server, realdata: Path) -> tuple[RedisStreamsSource, Reading]:
    """All 70 captured entries of the 35 streams, read."""
    folder = realdata / "quantum_trader/redis_2026-02-17"
    assert redis_server.replay(folder / "stream_first_last.jsonl") == 70
    source = RedisStreamsSource(
        redis_server.url, dialect="quantum_trader", streams=["quantum:stream:*"], exclude=["-"]
    )
    return source, source.read()


def last(frame: pd.DataFrame, code: str) -> pd.Series:
    """The newest event of a stream."""
    return frame[frame["code"] == code].sort_values("ts_event").iloc[-1]


def test_every_entry_is_counted_and_the_mirror_once(captured) -> None:
    """70 entries of 35 streams: 68 events and the two results that stand in two streams."""
    _, reading = captured
    assert (reading.counts.lines_in, reading.counts.accepted) == (70, 68)
    assert (reading.counts.duplicates, reading.counts.quarantined) == (2, {})
    assert reading.counts.untimed == 0
    assert reading.frame["system"].unique().tolist() == ["quantum_trader"]
    results = reading.frame[reading.frame["kind"].isin(["order.filled", "order.rejected"])]
    assert len(results) == 2


def test_three_truths_about_equity_at_the_same_moment(captured) -> None:
    """3902.69 and 3902.686 are equities; the service's 10000.0 is a placeholder and none."""
    frame = captured[1].frame
    assert last(frame, "portfolio.state")["value"] == 3902.69
    assert last(frame, "account.balance")["value"] == 3902.68617702
    placeholder = last(frame, "portfolio.snapshot_updated")
    assert placeholder["kind"] == "telemetry.sentinel"
    assert pd.isna(placeholder["value"])
    assert json.loads(placeholder["attributes"])["payload"]["total_equity"] == 10000.0
    state = json.loads(last(frame, "portfolio.state")["attributes"])
    assert (state["balance_usd"], state["positions_count"]) == ("4004.44", "47")
    assert json.loads(last(frame, "account.balance")["attributes"])["positions"] == "14"


def test_a_closed_trade_a_position_and_a_signal(captured) -> None:
    """Texts became numbers, times and sides; payloads are read where they stand."""
    frame = captured[1].frame
    trade = last(frame, "trade.closed")
    assert (trade["kind"], trade["symbol"], trade["side"]) == ("trade.closed", "ALICEUSDT", "sell")
    assert (trade["value"], trade["venue_order_id"]) == (-6.03, "89628152")
    assert trade["ts_event"] == pd.Timestamp("2026-02-17T21:26:35.884213Z")
    position = last(frame, "position.snapshot")
    assert (position["quantity"], position["price"]) == (206748.0, 0.0004870077137)
    signal = last(frame, "ai.signal_generated")
    assert (signal["kind"], signal["side"], signal["confidence_ratio"]) == ("signal", "sell", 0.68)


def test_what_is_no_time_and_no_id_is_not_taken_for_one(captured) -> None:
    """A statistic named `ts` is no time, "REJECTED" is no order id, "None" and "" are nothing."""
    frame = captured[1].frame
    assert last(frame, "marketstate")["ts_event"] == pd.Timestamp(1771364731, unit="s", tz="UTC")
    rejected = frame[frame["kind"] == "order.rejected"].iloc[0]
    assert pd.isna(rejected["venue_order_id"])
    assert last(frame, "utf")["ts_event"] == pd.Timestamp(1771364762306650, unit="us", tz="UTC")
    exits = json.loads(last(frame, "ai.exit.decision")["attributes"])
    assert exits["regime"] is None


def test_exit_gates_are_apart_from_entry_decisions_and_guards_are_told(captured) -> None:
    """The portfolio gate is no risk decision; risk events are the emergency stop's."""
    frame = captured[1].frame
    gates = frame[frame["code"] == "portfolio.gate"].sort_values("ts_event")
    assert gates["kind"].unique().tolist() == ["telemetry.exit_gate"]
    assert gates["decision"].tolist() == ["scale", "block"]
    assert gates["reason"].tolist() == ["forbid_full_close_portfolio_cold", "not_allowed"]
    guards = frame[frame["kind"] == "ess.changed"].sort_values("ts_event")
    assert guards["reason"].tolist() == ["RISK_GUARD_ACTIVATED", "EMERGENCY_FLATTEN_REQUESTED"]
    assert guards["text"].iloc[0] == "EMERGENCY_FLATTEN drawdown=20.1% > 10.0%"


def test_the_raw_entry_is_one_click_away(captured, realdata: Path) -> None:
    """Every event leads back to the entry as it was captured, value by value."""
    source, reading = captured
    file = realdata / "quantum_trader/redis_2026-02-17/stream_first_last.jsonl"
    entries = [json.loads(line) for line in file.read_text().splitlines()]
    known = {(e["stream"], e["entry_id"]): e["fields"] for e in entries}
    for row in reading.frame.itertuples():
        raw = json.loads(source.raw_line(row.raw_generation, row.raw_offset) or "")
        assert raw["fields"] == known[raw["stream"], raw["id"]]


def test_market_data_stays_out_by_itself(redis_server, realdata: Path) -> None:
    """Without options the dialect leaves out the streams of millions of entries."""
    redis_server.replay(realdata / "quantum_trader/redis_2026-02-17/stream_first_last.jsonl")
    reading = RedisStreamsSource(redis_server.url, dialect="quantum_trader").read()
    codes = set(reading.frame["code"])
    assert {"trade.closed", "account.balance"} <= codes
    assert not codes & {"exchange.raw", "features", "market.tick", "utf"}
