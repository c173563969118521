"""Metrics of frames see what events tell, up to the moment of the picture, and only when asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources.jsonl import JsonlSource
from desk.desk import Desk
from desk.lazy_frames import LazyFrames
from desk.origin import origin
from metrics.drawdown import drawdowns
from metrics.trade_statistics import trade_statistics
from tests.desk.small_desk import wait_for
from web.measured_frames import frame_of

Start = Callable[..., Desk]
NOON = pd.Timestamp("2025-11-18T12:00:00Z")


def cycle(minute: int, nav: float) -> dict[str, Any]:
    told = {"timestamp": f"2025-11-18T12:{minute:02}:00+00:00", "event_type": "cycle_complete"}
    return {**told, "nav": nav, "cash": 1.0, "buying_power": 1.0, "positions": {}}


NAVS = [cycle(minute, nav) for minute, nav in enumerate([100.0, 120.0, 90.0, 105.0])]


def minute(number: int) -> pd.Timestamp:
    return NOON + pd.Timedelta(minutes=number)


def test_the_drawdown_of_a_nav_log(start: Start) -> None:
    """120 → 90 is −25 %, now −12.5 %; a minute earlier than the last cycle it is −25 % now."""
    desk = start(nav=("stock_trader", NAVS, "PA1"))
    (found,) = desk.view().measure(drawdowns)
    assert (found.n, found.peak, found.worst, found.now) == (4, 120.0, -0.25, -0.125)
    (before,) = desk.view(at=minute(2)).measure(drawdowns)
    assert (before.n, before.now) == (3, -0.25)
    (whatever_symbol,) = desk.view(symbol="TLT").measure(drawdowns)
    assert whatever_symbol == found
    assert desk.view(account="PA2").measure(drawdowns) == ()


def test_points_come_with_the_drawdown_of_the_whole_series(start: Start) -> None:
    """Asked for the newest point or a few, the peak before them still counts."""
    desk = start(nav=("stock_trader", NAVS, "PA1"))
    assert frame_of(desk, "equity", limit=9)["drawdown_ratio"].tolist() == [0, 0, -0.25, -0.125]
    assert frame_of(desk, "equity", limit=1)["drawdown_ratio"].tolist() == [-0.125]
    some = frame_of(desk, "equity", limit=9, since=minute(2), until=minute(2), account="PA1")
    assert some[["equity", "drawdown_ratio"]].values.tolist() == [[90.0, -0.25]]
    assert frame_of(desk, "equity", limit=9, account="PA2").empty
    assert list(some.columns) == list(desk.frame("equity").columns)


def test_trades_in_percent_reach_their_statistics(start: Start) -> None:
    """Three trades of Quantum Trader's log, percent alone: one won, one lost, one at zero."""
    told = [
        {
            "timestamp": f"2025-11-18T12:0{n}:00+00:00",
            "symbol": "ADAUSDT",
            "side": "BUY",
            "entry_price": 1.0,
            "exit_price": 1.0 + percent / 100,
            "pnl_percent": percent,
            "outcome_label": "NEUTRAL",
        }
        for n, percent in enumerate([0.5, -0.25, 0.0])
    ]
    desk = start(clm=("quantum_trader", told, None))
    found = desk.view().measure(trade_statistics)
    assert (found.closed, found.wins, found.losses, found.flat) == (3, 1, 1, 1)
    assert (found.win_ratio.value, found.profit_factor) == (0.5, 2.0)
    assert desk.view(at=minute(1)).measure(trade_statistics).closed == 2


def test_nothing_is_read_that_nobody_asks_for() -> None:
    """Naming the frames reads none of them; what was asked for once is not read again."""
    asked: list[str] = []

    def read(name: str) -> pd.DataFrame:
        asked.append(name)
        return pd.DataFrame()

    found = LazyFrames(read)
    assert "equity" in found
    assert len(list(found)) == len(found)
    assert asked == []
    assert found.get("equity") is found["equity"]
    assert asked == ["equity"]
    with pytest.raises(KeyError):
        found["nosuch"]
    assert found.get("orders") is None


def test_the_real_performance_log(realdata: Path, tmp_path: Path) -> None:
    """Five real cycles: a drawdown at each, by a plain loop over their NAVs."""
    folder = realdata / "stock_trader/local_logs"
    source = JsonlSource(str(folder), dialect="stock_trader", name="bot")
    desk = Desk([origin("bot", source)], state_dir=tmp_path / "state")
    desk.start()
    try:
        wait_for(lambda: desk.sources()[0]["accepted"] == 7)
        found = frame_of(desk, "equity", limit=100)
        navs = found["equity"].tolist()
        expected = [nav / max(navs[: n + 1]) - 1 for n, nav in enumerate(navs)]
        assert found["drawdown_ratio"].tolist() == pytest.approx(expected)
        assert desk.view().measure(drawdowns)[0].n == len(navs) == 5
        assert desk.frame("trades").empty
    finally:
        desk.stop()
