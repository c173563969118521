"""Quantum Trader's closed trades: each written twice, shorts labelled BUY, no size, no money."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources import JsonlSource
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.dialects.quantum_trader import closed_trade
from tests.data_sources.quantum_trader.lines import NOW_NS, read, trade, written

TRADES = [
    trade("02:24:30.135108", 0.2864, 0.28629782, -0.04),
    trade("02:25:59.087842", 0.2864, 0.28658772, 0.07),
    trade("02:46:06.938413", 0.2865, 0.28809999999999997, -0.56, outcome_label="LOSS"),
    trade("02:46:39.070318", 629.72, 630.1719063510639, -0.07, symbol="BNBUSDT"),
    trade("02:50:00.000000", 0.2865, 0.2865, 0.0),
]
"""Two longs, two shorts, and one that won nothing."""


def twice(line: dict[str, Any], ms: int = 2) -> list[dict[str, Any]]:
    """The line as two writers wrote it, some milliseconds apart."""
    at = pd.Timestamp(line["timestamp"]) + pd.Timedelta(milliseconds=ms)
    return [line, {**line, "timestamp": at.isoformat()}]


def trades_of(events: pd.DataFrame) -> pd.DataFrame:
    return frame_of(events, load_dialect("quantum_trader"), "trades")


def test_each_trade_counts_once(tmp_path: Path) -> None:
    """A trade written twice within a second is one; the second line is counted as a duplicate."""
    lines = [line for each in TRADES for line in twice(each, ms=6)]
    reading = read(written(tmp_path / "clm_trades.jsonl", *lines))
    assert (reading.counts.lines_in, reading.counts.accepted) == (10, 5)
    assert reading.counts.duplicates == 5
    assert reading.counts.balanced
    assert len(trades_of(reading.frame)) == 5


def test_the_same_trade_later_is_another_one(tmp_path: Path) -> None:
    """Equality alone makes no duplicate: two seconds later, or in another folder, it is new."""
    line = TRADES[0]
    written(tmp_path / "a/t.jsonl", line, *twice(line, ms=2_000)[1:])
    written(tmp_path / "b/t.jsonl", line)
    reading = read(tmp_path)
    assert (reading.counts.accepted, reading.counts.duplicates) == (3, 0)


def test_a_copy_with_other_ends_of_lines_beside_it(tmp_path: Path) -> None:
    """The system keeps files beside copies with CRLF: some hundred trades are not others for it."""
    many = [
        trade(f"{n // 60:02}:{n % 60:02}:00.1", 1.0, 1.0 + n / 1e4, n / 100) for n in range(300)
    ]
    lines = [line for each in many for line in twice(each)]
    first = written(tmp_path / "clm_trades.jsonl", *lines)
    copy = first.read_bytes().replace(b"\n", b"\r\n")
    (tmp_path / "clm_trades_crlf.jsonl").write_bytes(copy)
    reading = read(tmp_path)
    assert (reading.counts.accepted, reading.counts.duplicates) == (300, 900)


@pytest.mark.parametrize("field", ["symbol", "side", "entry_price", "exit_price", "pnl_percent"])
def test_trades_that_differ_are_two(tmp_path: Path, field: str) -> None:
    """Lines that differ in any of the five fields are two trades, however near."""
    other = {**twice(TRADES[0])[1], field: 7 if "p" in field and field != "side" else "X"}
    reading = read(written(tmp_path / "t.jsonl", TRADES[0], other))
    assert (reading.counts.accepted, reading.counts.duplicates) == (2, 0)


def test_a_restart_between_the_two_lines(tmp_path: Path) -> None:
    """The second line is still a duplicate when another process reads it, from the cursor."""
    first, second = twice(TRADES[0])
    path = written(tmp_path / "t.jsonl", first)
    reading = read(path)
    with path.open("a") as file:
        file.write(written(tmp_path / "x.txt", second).read_text())
    again = JsonlSource(path, dialect="quantum_trader", clock=lambda: NOW_NS).read(reading.cursor)
    assert len(again.frame) == 0
    assert (again.counts.accepted, again.counts.duplicates) == (1, 1)
    assert again.counts.balanced


def test_shorts_are_told_by_their_prices(tmp_path: Path) -> None:
    """A trade labelled BUY whose percent is the price move turned around was a short."""
    trades = trades_of(read(written(tmp_path / "t.jsonl", *TRADES)).frame)
    assert trades["position_side"].tolist() == ["long", "long", "short", "short", "long"]
    assert trades["pnl_ratio"].tolist() == [-0.0004, 0.0007, -0.0056, -0.0007, 0]


def test_a_log_of_the_real_ones_proportions(tmp_path: Path) -> None:
    """542 lines are 271 trades: 83 won, 170 lost, 18 neither; the sums halve."""
    percents = 77 * [0.12] + 6 * [0.11] + 37 * [-0.21] + 133 * [-0.20] + 18 * [0.0]
    symbols = 217 * ["ADAUSDT"] + 53 * ["ALGOUSDT"] + ["BNBUSDT"]
    lines = []
    for number, (percent, symbol) in enumerate(zip(percents, symbols, strict=True)):
        at = f"{number // 60:02}:{number % 60:02}:00.100000"
        end = 100 - percent if number % 2 and percent else 100 + percent
        lines += twice(trade(at, 100.0, end, percent, symbol=symbol))
    reading = read(written(tmp_path / "t.jsonl", *lines))
    assert (reading.counts.lines_in, reading.counts.duplicates) == (542, 271)
    trades = trades_of(reading.frame)
    ratios = trades["pnl_ratio"]
    won, lost = ratios[ratios > 0], ratios[ratios < 0]
    assert (len(won), len(lost), (ratios == 0).sum()) == (83, 170, 18)
    assert len(won) / (len(won) + len(lost)) == pytest.approx(0.328, abs=5e-4)
    assert ratios.sum() == pytest.approx(-0.2447)
    assert won.sum() / -lost.sum() == pytest.approx(0.288, abs=5e-4)
    assert trades["symbol"].value_counts().tolist() == [217, 53, 1]
    assert (trades["position_side"] == "short").sum() == sum(
        1 for n, percent in enumerate(percents) if n % 2 and percent
    )


def test_what_the_log_does_not_say_is_missing(tmp_path: Path) -> None:
    """A size of 0.0, no duration and no money are missing in the frame, not zero."""
    trades = trades_of(read(written(tmp_path / "t.jsonl", TRADES[0])).frame)
    unknown = ["quantity", "ts_opened", "pnl", "currency", "strategy_id"]
    assert trades[unknown].isna().all().all()
    assert trades["ts_closed"].iloc[0] == pd.Timestamp("2026-02-17T02:24:30.135108Z")


def test_when_it_was_opened(tmp_path: Path) -> None:
    """Where the duration is known, seconds or minutes, the time of opening is."""
    lines = [
        {**TRADES[0], "duration_seconds": 90},
        {**TRADES[1], "duration_minutes": 2, "trade_id": "t_1"},
        {**TRADES[2], "duration_seconds": -5},
    ]
    trades = trades_of(read(written(tmp_path / "t.jsonl", *lines)).frame)
    held = (trades["ts_closed"] - trades["ts_opened"]).dt.total_seconds()
    assert held.iloc[:2].tolist() == [90.0, 120.0]
    assert pd.isna(held.iloc[2])


@given(
    st.floats(1e-6, 1e6),
    st.floats(-0.2, 0.2),
    st.sampled_from(["BUY", "SELL"]),
    st.booleans(),
)
def test_any_trade_is_told_by_its_prices(
    entry: float, move: float, label: str, turned: bool
) -> None:
    """Whatever the label, a move that shows beyond the rounding proves the side of the trade."""
    end = entry * (1 + move)
    long = (label == "BUY") != turned
    percent = round((end - entry) / entry * 100 * (1 if long else -1), 2)
    fields = {"entry_price": entry, "exit_price": end, "pnl_percent": percent, "side": label}
    side = closed_trade(fields, {})["position_side"]
    if abs(move) > 0.0002:
        assert side == ("long" if long else "short")
    else:
        assert side in {"long", "short"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"pnl_percent": 55.0},
        {"pnl_percent": None},
        {"entry_price": 0},
        {"entry_price": "x"},
        {"exit_price": -1},
        {"side": "HELD"},
        {"side": None},
    ],
)
def test_a_side_that_nothing_proves_is_missing(wrong: dict[str, Any]) -> None:
    """Where percent, prices and label fit no direction, the side is missing."""
    assert closed_trade({**TRADES[0], **wrong}, {})["position_side"] is None


def test_the_mock_trades_do_not_count(realdata: Path) -> None:
    """All 52 mock trades are kept as lines of tests, and none of them is a trade."""
    reading = read(realdata / "quantum_trader/tests/mock_clm_trades.jsonl")
    assert set(reading.frame["kind"]) == {"telemetry.test.trade.closed"}
    assert len(reading.frame) == 52
    assert trades_of(reading.frame).empty
