"""Stock-Trader's rarer lines, and the questions that its documents answered with jq."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources import JsonlSource
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from desk.desk import Desk
from desk.origin import origin
from metrics.trade_statistics import trade_statistics
from tests.desk.small_desk import wait_for
from web.measured_frames import frame_of as served

DIALECT = load_dialect("stock_trader")
NAV = {"nav": 100_000.0, "cash": 100_000.0, "positions_count": 0, "positions": {}}


def line(event: str, timestamp: str, **fields: Any) -> dict[str, Any]:
    return {"timestamp": timestamp, "event_type": event, **fields}


def cycle(timestamp: str, nav: float) -> dict[str, Any]:
    own = {"nav": nav, "cash": nav, "buying_power": 2 * nav, "cycle_timestamp": None}
    return line("cycle_complete", timestamp, **{**NAV, **own})


def written(folder: Path, name: str, *lines: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines))
    return folder


def test_a_time_on_the_second_has_no_fraction(tmp_path: Path) -> None:
    """Python leaves the fraction out where it is 0; the offset is read, not cut off."""
    times = ["2025-11-18T15:42:21+00:00", "2025-11-18T10:42:21.5-05:00"]
    written(tmp_path, "performance", *(cycle(each, 1.0) for each in times))
    reading = JsonlSource(tmp_path, dialect="stock_trader").read()
    assert reading.frame["ts_event"].tolist() == [
        pd.Timestamp("2025-11-18T15:42:21Z"), pd.Timestamp("2025-11-18T15:42:21.5Z"),
    ]  # fmt: skip
    assert reading.counts.naive == 0


def test_a_cycle_that_names_no_hour_is_a_point_all_the_same(tmp_path: Path) -> None:
    """`cycle_timestamp` may be null, and an account worth nothing: 0 is told, not missing."""
    written(tmp_path, "performance", cycle("2025-11-18T15:00:00+00:00", 0.0))
    events = JsonlSource(tmp_path, dialect="stock_trader").read().frame
    assert frame_of(events, DIALECT, "equity")["equity"].tolist() == [0.0]


def test_fractions_of_shares_and_money_below_zero(tmp_path: Path) -> None:
    """Documents show float quantities; a margin account has cash below 0: both as written."""
    order = {"order_id": "o", "symbol": "TLT", "side": "buy", "quantity": 0.25, "price": 89.3}
    written(tmp_path, "orders", line("order_submitted", "2025-11-18T15:00:00+00:00", **order))
    short = cycle("2025-11-18T15:00:00+00:00", 5.0) | {"cash": -12.5, "positions": {"TLT": 0.25}}
    written(tmp_path, "performance", short)
    events = JsonlSource(tmp_path, dialect="stock_trader").read().frame
    assert events.loc[events["kind"] == "order.submitted", "quantity"].tolist() == [0.25]
    assert frame_of(events, DIALECT, "equity")["cash"].tolist() == [-12.5]
    assert frame_of(events, DIALECT, "positions")["quantity"].tolist() == [0.25]


def test_a_word_that_is_new_stays_visible(tmp_path: Path) -> None:
    """An event that a later version of the bot writes is `other` with its own code, and counted."""
    new = line("order_cancelled", "2025-11-18T15:00:00+00:00", order_id="o", nav=1.0)
    written(tmp_path, "orders", new)
    reading = JsonlSource(tmp_path, dialect="stock_trader").read()
    assert reading.frame[["kind", "code"]].values.tolist() == [["other", "order_cancelled"]]
    assert reading.counts.quarantined == {}


def test_the_text_log_beside_them_is_left_alone(realdata: Path, tmp_path: Path) -> None:
    """`production.log` is text in local time of some machine: no line of it is taken."""
    for file in (realdata / "stock_trader/local_logs").glob("*.jsonl"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    text = "2025-11-18 10:52:31,544 - __main__ - INFO - Starting cycle\n"
    (tmp_path / "production.log").write_text(text)
    counts = JsonlSource(tmp_path, dialect="stock_trader").read().counts
    assert (counts.lines_in, counts.accepted, counts.quarantined) == (7, 7, {})


@contextmanager
def running(logs: Path, state: Path) -> Iterator[Desk]:
    source = JsonlSource(logs, dialect="stock_trader", name="stock")
    desk = Desk([origin("stock", source)], state_dir=state)
    desk.start()
    try:
        wait_for(lambda: desk.sources()[0]["accepted"] and not desk.not_ready())
        yield desk
    finally:
        desk.stop()


def test_the_peak_outlives_every_restart(tmp_path: Path) -> None:
    """Their drawdown began anew with the dashboard; ours is from the highest NAV ever logged."""
    days = [100_000.0, 120_000.0, 105_000.0]
    points = [cycle(f"2025-11-1{n}T15:00:00+00:00", nav) for n, nav in enumerate(days)]
    logs = written(tmp_path / "PA1", "performance", *points).parent
    for _ in range(2):
        with running(logs, tmp_path / "state") as desk:
            row = served(desk, "risk_limits", limit=10).set_index("name").loc["drawdown"]
            assert row["value_ratio"] == pytest.approx(1 - 105 / 120)
            assert (row["state"], row["account_id"]) == ("warning", "PA1")
            assert served(desk, "equity", limit=1)["drawdown_ratio"].tolist() == [
                pytest.approx(105 / 120 - 1)
            ]
        (tmp_path / "PA1/performance.jsonl").write_text("")  # the file is gone with its container


def test_what_the_documents_asked_of_the_files(realdata: Path, tmp_path: Path) -> None:
    """Orders by symbol and side, traded value, the NAV series and a range of dates."""
    with running(realdata / "stock_trader/local_logs", tmp_path / "state") as desk:
        orders = desk.frame("orders", symbol="TLT")
        assert orders[["side", "order_quantity"]].values.tolist() == [["buy", 447.0]]
        assert desk.frame("orders", symbol="XLK").empty
        events = desk.frame("events")
        assumed = events[events["kind"] == "telemetry.trade_assumed"]
        assert assumed["value"].sum() == pytest.approx(39_917.1)
        assert set(assumed["currency"]) == {"USD"}
        since, until = (pd.Timestamp(f"2025-11-18T15:{m}Z") for m in (38, 40))
        assert len(desk.frame("equity", since=since, until=until)) == 2
        assert len(desk.frame("equity")) == 5


def test_the_win_rate_counts_shares_and_not_first_buys(tmp_path: Path) -> None:
    """Two accounts: buys are used up, sells of one account close nothing of the other."""
    for account, rows in {
        "PA1": [("buy", 10, 100.0), ("sell", 10, 110.0), ("buy", 10, 120.0), ("sell", 10, 90.0)],
        "PA2": [("sell", 10, 500.0)],
    }.items():
        lines = [
            line("trade_executed", f"2025-11-0{n + 3}T15:00:00+00:00", order_id=f"{n}", side=side,
                 symbol="XLK", quantity=quantity, price=price, value=quantity * price,
                 new_position=0, nav=1.0)
            for n, (side, quantity, price) in enumerate(rows)
        ]  # fmt: skip
        written(tmp_path / account, "trades", *lines)
    (tmp_path / "state").mkdir()
    with running(tmp_path, tmp_path / "state") as desk:
        wait_for(lambda: desk.sources()[0]["accepted"] == 5)
        trades = served(desk, "trades", limit=10)
    assert trades["account_id"].tolist() == ["PA1", "PA1"]
    assert trades["pnl"].tolist() == [100.0, -300.0]
    found = trade_statistics(trades)
    assert (found.closed, found.wins, found.losses) == (2, 1, 1)
