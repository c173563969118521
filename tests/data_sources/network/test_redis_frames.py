"""Events of the captured streams become rows of the other frames; the client loads late."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.errors import DialectError
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


OWN = """\
name = "own"

[redis]
prefix = "bot:"
streams = ["bot:*"]
decode = ["body"]
nulls = ["-"]

[record]
time = ["details.at", "ts_ms"]
code = ["stream"]
details = ["data"]

[columns.price]
from = ["details.body.px", "details.px"]

[[rules]]
when = { code = "fills" }
then = { kind = "order.filled" }
"""


def test_a_dialect_of_the_users_own(redis_server, tmp_path: Path) -> None:
    """A TOML of one's own says which streams, which fields are JSON and what means nothing."""
    path = tmp_path / "own.toml"
    path.write_text(OWN)
    redis_server.add("bot:fills", body='{"px": 7.5}', at="1771123813")
    redis_server.add("bot:fills", px="-", at="-")
    redis_server.add("else", px="1")
    frame = RedisStreamsSource(redis_server.url, dialect=str(path)).read().frame
    assert frame["kind"].tolist() == ["order.filled"] * 2
    assert frame["system"].unique().tolist() == ["own"]
    assert frame["price"].isna().tolist() == [False, True]
    assert frame["ts_event"].iloc[0] == pd.Timestamp(1771123813, unit="s", tz="UTC")
    assert frame["ts_event"].iloc[1] > pd.Timestamp("2026-01-01", tz="UTC")


@pytest.mark.parametrize(
    ("good", "wrong", "message"),
    [
        ("prefix =", "prefiks =", r"own\.toml:4: redis\.prefiks: unknown key.*'prefix'"),
        ('streams = ["bot:*"]', "streams = [7]", r"own\.toml:5: redis\.streams\[0\]: was 7"),
        ('decode = ["body"]', 'decode = "body"', r"own\.toml:6: redis\.decode: .*a list"),
    ],
)
def test_a_wrong_table_is_refused_by_line_and_key(
    tmp_path: Path, good: str, wrong: str, message: str
) -> None:
    """Each mistake in `[redis]` is named by file, line and key."""
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace(good, wrong))
    with pytest.raises(DialectError, match=message):
        RedisStreamsSource("redis://h", dialect=str(path))
