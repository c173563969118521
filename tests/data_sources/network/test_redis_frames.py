"""Events of the captured streams become rows of the other frames; the client loads late."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.redis_streams import RedisStreamsSource


@pytest.fixture
def events(redis_server, realdata: Path) -> pd.DataFrame:
    """All captured entries as events."""
    redis_server.replay(realdata / "quantum_trader/redis_2026-02-17/stream_first_last.jsonl")
    return RedisStreamsSource(redis_server.url, dialect="quantum_trader").read().frame


def rows(events: pd.DataFrame, name: str) -> pd.DataFrame:
    frame = frame_of(events, load_dialect("quantum_trader_redis"), name)
    time = next(c for c in ("ts_closed", "ts_event", "as_of") if c in frame)
    return frame.sort_values(time).reset_index(drop=True)


def test_closed_trades_with_percent_as_ratio(events: pd.DataFrame) -> None:
    """-3.03 % is -0.0303; entry, exit and money stand as the entry says."""
    trades = rows(events, "trades")
    last = trades.iloc[-1]
    assert len(trades) == 2
    assert (last["position_side"], last["pnl"]) == ("short", -6.03)
    assert last["pnl_ratio"] == pytest.approx(-0.0303)
    assert (last["entry_price"], last["exit_price"]) == (0.1104977523725, 0.11384645177535838)
    assert last["ts_closed"] == pd.Timestamp("2026-02-17T21:26:35.884213Z")


def test_equity_points_without_the_placeholder(events: pd.DataFrame) -> None:
    """Four points of two streams; 10000.0 is none of them; cash is what stands beside."""
    equity = rows(events, "equity")
    assert equity["equity"].tolist() == [3920.07, 3920.26822534, 3902.68617702, 3902.69]
    assert equity["cash"].tolist() == [4031.21, 3414.48773942, 3378.35427135, 4004.44]


def test_positions_signals_and_gates(events: pd.DataFrame) -> None:
    """A position has its mark price and leverage; each decision names its gate."""
    position = rows(events, "positions").iloc[-1]
    assert (position["symbol"], position["position_side"]) == ("1000CHEEMSUSDT", "short")
    assert (position["current_price"], position["leverage_ratio"]) == (0.0004870077137, 20.0)
    assert rows(events, "signals")["confidence_ratio"].iloc[-1] == 0.68
    gates = rows(events, "decisions")
    assert gates["gate"].unique().tolist() == ["portfolio.gate"]


def test_the_client_library_is_loaded_only_when_it_is_needed() -> None:
    """Neither finding the kinds nor making a source imports the Redis client: a read does."""
    code = (
        "import sys; from data_sources.registry import discover; "
        "made = discover()['redis_streams']('redis://127.0.0.1:1', streams=['s']); "
        "assert 'redis' not in sys.modules; "
        "assert 'refused' in made.read().problem and 'redis' in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
