"""Profit is told of a period only where both its ends were told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.pnl import profit_and_loss
from tests.metrics.told_account import OWNER, at, equity, positions, trades

NOW = at("2026-02-17T21:46:00")


def told(frame: pd.DataFrame, basis: str = "equity") -> dict[str, Any]:
    """Period → profit, None where it is missing."""
    rows = frame[frame["basis"] == basis].to_dict("records")
    return {row["period"]: None if pd.isna(row["pnl"]) else row["pnl"] for row in rows}


def test_the_day_begins_at_midnight_of_the_zone() -> None:
    """At 21:46 UTC the day of New York began at 05:00 UTC: another base, another profit."""
    points = {"2026-02-16T23:59": 100.0, "2026-02-17T04:00": 120.0, "2026-02-17T21:00": 90.0}
    found = profit_and_loss({"equity": equity(points)}, at=NOW)
    day = found[found["period"] == "day"].iloc[0]
    assert (day["pnl"], day["n"], day["currency"]) == (-10.0, 2, "USDT")
    assert day["pnl_ratio"] == pytest.approx(-0.1)
    assert (day["since"], day["ts_base"]) == (at("2026-02-17"), at("2026-02-16T23:59"))
    away = profit_and_loss({"equity": equity(points)}, at=NOW, timezone="America/New_York")
    assert told(away)["day"] == -30.0


def test_week_and_month_roll() -> None:
    """7 and 30 days back from the moment; the base is the last point up to there."""
    points = {"2026-01-17T00:00": 50.0, "2026-02-10T12:00": 80.0, "2026-02-17T20:00": 100.0}
    assert told(profit_and_loss({"equity": equity(points)}, at=NOW)) == {
        "day": None,  # nothing was told for a week before midnight
        "week": 20.0,
        "month": 50.0,
    }


@pytest.mark.parametrize(
    "points",
    [
        {"2026-02-17T01:00": 1.0, "2026-02-17T02:00": 2.0},
        {"2026-02-16T20:00": 1.0, "2026-02-16T23:00": 2.0},
    ],
    ids=["not told at midnight", "not told since"],
)
def test_without_one_of_its_ends_a_day_has_no_profit(points: dict[str, float]) -> None:
    """Missing, never 0 and never of another stretch of time."""
    assert told(profit_and_loss({"equity": equity(points)}, at=NOW))["day"] is None


def test_streams_of_one_source_are_not_mixed() -> None:
    """Two streams that tell side by side are two series; files that follow each other are one."""
    first = equity({"2026-02-16T20:00": 10.0, "2026-02-17T20:00": 11.0}, raw_generation="a")
    second = equity({"2026-02-16T21:00": 50.0, "2026-02-17T21:00": 40.0}, raw_generation="b")
    found = profit_and_loss({"equity": pd.concat([first, second])}, at=NOW)
    days = found[found["period"] == "day"]
    assert dict(zip(days["stream"], days["pnl"], strict=True)) == {"a": 1.0, "b": -10.0}
    later = equity({"2026-02-17T20:30": 8.0}, raw_generation="b")
    rotated = profit_and_loss({"equity": pd.concat([first, later])}, at=NOW)
    assert told(rotated)["day"] == -2.0


def test_closed_trades_and_open_positions_make_the_total() -> None:
    """Σ pnl + Σ unrealized; missing where a position's profit is, or no position is told."""
    closed = trades({"2026-02-10T00:00": 5.0, "2026-02-17T10:00": -2.0})
    basis = "closed_trades_and_open_positions"
    held = positions({"symbol": "X", "unrealized_pnl": 1.5}, {"symbol": "Y", "unrealized_pnl": -1})
    found = profit_and_loss({"trades": closed, "positions": held}, at=NOW)
    assert told(found, basis) == {"all": 3.5}
    assert told(found, "closed_trades") == {"day": -2.0, "week": -2.0, "month": None, "all": 3.0}
    unknown = positions({"symbol": "X", "unrealized_pnl": 1.5}, {"symbol": "Y"})
    for states in ({"trades": closed, "positions": unknown}, {"trades": closed}):
        assert told(profit_and_loss(states, at=NOW), basis) == {"all": None}


def test_the_real_streams(realdata: Path) -> None:
    """The captured closed trades, +0.71 and −6.03 USDT, with the snapshots' open profits."""
    file = realdata / "quantum_trader/redis_2026-02-17/stream_first_last.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    of = {
        name: [line["fields"] for line in lines if line["stream"] == f"quantum:stream:{name}"]
        for name in ("trade.closed", "position.snapshot", "portfolio.state")
    }
    closed = trades({each["timestamp"]: float(each["pnl_usd"]) for each in of["trade.closed"]})
    held = positions(
        *(
            {"symbol": each["symbol"], "unrealized_pnl": float(each["unrealized_pnl"])}
            for each in of["position.snapshot"]
        )
    )
    found = profit_and_loss({"trades": closed, "positions": held})
    assert told(found, "closed_trades")["all"] == pytest.approx(-5.32)
    total = told(found, "closed_trades_and_open_positions")["all"]
    assert total == pytest.approx(-5.32 - 13.79570649 + 0.206748)


@given(
    st.lists(st.floats(1, 1e6), min_size=2, max_size=30),
    st.lists(
        st.integers(0, 4 * 86_400).filter(lambda second: second % 86_400),
        min_size=30,
        max_size=30,
        unique=True,
    ),
)
def test_profits_of_days_add_up(values: list[float], seconds: list[int]) -> None:
    """For any series: what a day gained at each midnight adds up to what all days gained."""
    start = at("2026-02-12")
    stamps = sorted(seconds[: len(values)])
    points = {
        str((start + pd.Timedelta(seconds=second)).tz_localize(None)): value
        for second, value in zip(stamps, values, strict=True)
    }
    frame = equity(points)
    days = [start + pd.Timedelta(days=n, seconds=86_399) for n in range(6)]
    gained = []
    for end in days:
        found = profit_and_loss({"equity": frame}, at=end)
        day = found[found["period"] == "day"]
        gained += day["pnl"].dropna().tolist()
        assert set(day["source"]) <= {OWNER["source"]}
    firsts = [frame[frame["ts_event"] <= end]["equity"] for end in days]
    base = next(known.iloc[-1] for known in firsts if len(known))
    # The day of the first point has no profit: nothing was told before it.
    opened = [known for known in firsts if len(known)]
    assert sum(gained) == pytest.approx(opened[-1].iloc[-1] - base, abs=1e-6)
