"""Closed trades as strangers write them: told by what a line says, not by a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources import JsonlSource
from data_sources.dialects.event_frames import frame_of
from data_sources.lines.guess import guess
from tests.data_sources.good_lines import write
from tests.data_sources.strange_log import NOW_NS, told

SECOND = 1_755_000_000


def closed(number: int, **more: Any) -> dict[str, Any]:
    """A trade of a long position that won 5 - 0.5 and was closed *number* minutes in."""
    at = pd.Timestamp(SECOND + 60 * number, unit="s", tz="UTC")
    return {
        "pair": "ES/USD", "side": "long", "entry_price": 100.0, "exit_price": 105.0 + number,
        "net_pnl": 4.5, "opened_at": (at - pd.Timedelta(minutes=9)).isoformat(),
        "closed_at": at.isoformat(), **more,
    }  # fmt: skip


def trades(folder: Path, *lines: dict[str, Any]) -> pd.DataFrame:
    """The trades that a log of these lines tells."""
    write(folder / "bot.jsonl", *told(list(lines)))
    log = JsonlSource(folder, dialect="auto")
    frame = log.read().frame
    return frame_of(frame, log.spoken, "trades") if log.spoken else frame


def test_a_line_that_says_entry_exit_and_profit_is_a_trade(tmp_path: Path) -> None:
    """Prices, profit and both times are read; it happened when it was closed, not when opened."""
    found = trades(tmp_path, closed(0), closed(1))
    assert found["entry_price"].tolist() == [100.0, 100.0]
    assert (found["exit_price"].tolist(), found["pnl"].tolist()) == ([105.0, 106.0], [4.5, 4.5])
    assert found["ts_closed"].astype("int64").tolist() == [SECOND * 10**9, (SECOND + 60) * 10**9]
    assert (found["ts_closed"] - found["ts_opened"]).tolist() == [pd.Timedelta(minutes=9)] * 2
    assert found["position_side"].astype(str).tolist() == ["long", "long"]
    assert found["symbol"].astype(str).tolist() == ["ES/USD", "ES/USD"]


@pytest.mark.parametrize(
    ("side", "pnl", "expected"), [("sell", 4.5, "long"), ("sell", -4.5, "short")]
)
def test_the_side_is_the_one_that_the_profit_proves(
    tmp_path: Path, side: str, pnl: float, expected: str
) -> None:
    """A line names the side held, or that of the order which closed it: the profit says which."""
    found = trades(tmp_path, *(closed(n, side=side, net_pnl=pnl) for n in range(3)))
    assert found["position_side"].astype(str).tolist() == [expected] * 3


def test_a_side_that_nothing_proves_is_missing(tmp_path: Path) -> None:
    """Where entries, exits and profits contradict each other no side is told."""
    found = trades(tmp_path, *(closed(n, net_pnl=4.5 * (-1) ** n) for n in range(4)))
    assert len(found) == 4
    assert found["position_side"].isna().all()


@pytest.mark.parametrize("nothing", [None, 0, 0.0, ""])
def test_an_open_trade_is_not_closed(nothing: Any) -> None:
    """Where lines have a place for the exit and nothing in it nothing is guessed of trades."""
    lines = [closed(0), closed(1, exit_price=nothing, net_pnl=0.0)]
    mapping = guess(told(lines), now_ns=NOW_NS)
    assert "trade.closed" not in mapping.toml()


def test_trades_beside_orders_and_told_twice(tmp_path: Path) -> None:
    """Orders stay orders; a trade that the log of trades repeats is counted once."""
    at = SECOND + 1
    lines = [
        {"ts": at, "event": "order_filled", "order_id": "a", "pair": "ES/USD", "qty": 2},
        {"ts": at, "event": "position_opened", "pair": "ES/USD", "entry_price": 100.0},
        {"ts": at, "event": "position_closed", **closed(0, qty=2)},
    ]
    write(tmp_path / "events.jsonl", *told(lines))
    write(tmp_path / "trades.jsonl", *told([{"ts": at + 2, "qty": 2, **closed(0)}]))
    log = JsonlSource(tmp_path, dialect="auto")
    reading = log.read()
    kinds = reading.frame["kind"].astype(str).tolist()
    assert sorted(kinds) == ["order.filled", "other", "trade.closed"]
    assert reading.counts.duplicates == 1
    row = reading.frame[reading.frame["kind"] == "trade.closed"].iloc[0]
    assert (row["price"], row["value"], row["quantity"]) == (105.0, 4.5, 2.0)


def test_a_date_beside_a_clock_is_no_moment() -> None:
    """A day and a time of day apart are not midnight: the line is undated, and says so."""
    lines = [{"trade_date": "2025-08-12", "entry_time": f"09:3{n}:00", "x": n} for n in range(4)]
    assert not any(each.role == "time" for each in guess(told(lines), now_ns=NOW_NS).choices)
    dated = [{"date": "2025-08-12", "x": n} for n in range(4)]
    assert any(each.role == "time" for each in guess(told(dated), now_ns=NOW_NS).choices)


def test_an_observation_has_a_time() -> None:
    """`observed_at` is when a line is of, as `created_at` is."""
    lines = [{"observed_at": "2025-08-12T03:00:00-04:00", "pair": "ES"}]
    (time,) = [e for e in guess(told(lines), now_ns=NOW_NS).choices if e.role == "time"]
    assert time.path == "observed_at"


@pytest.mark.parametrize(("told_in", "scale"), [("percent", 100.0), ("ratio", 1.0)])
def test_a_result_without_money_is_a_ratio_if_the_prices_prove_it(
    tmp_path: Path, told_in: str, scale: float
) -> None:
    """The way from entry to exit says whether it is a percentage; leverage proves nothing."""
    lines = [closed(n) | {"pnl_pct": (0.05 + n / 100) * scale} for n in range(3)]
    for line in lines:
        del line["net_pnl"]
    found = trades(tmp_path, *lines)
    assert found["pnl_ratio"].tolist() == pytest.approx([0.05, 0.06, 0.07]), told_in
    assert found["pnl"].isna().all()
    tenfold = [line | {"pnl_pct": line["pnl_pct"] * 10} for line in lines]
    assert "trade.closed" not in guess(told(tenfold), now_ns=NOW_NS).toml()


def test_a_part_of_a_line_does_not_say_what_the_line_is(tmp_path: Path) -> None:
    """How the entry was executed is told inside a trade: it is no fill, and of no entry's time."""
    inner = {"event": "FILL", "timestamp": "2025-08-12T11:00:00Z", "order_id": "1"}
    found = trades(tmp_path, *(closed(n, entry_execution=inner) for n in range(2)))
    assert found["ts_closed"].astype("int64").tolist() == [SECOND * 10**9, (SECOND + 60) * 10**9]
    details = {"ts": SECOND, "payload": {"event": "order_filled", "id": "a", "symbol": "ES"}}
    assert guess(told([details]), now_ns=NOW_NS).codes.counts == {"order_filled": 1}
