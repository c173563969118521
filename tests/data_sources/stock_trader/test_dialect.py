"""Stock-Trader's logs as events and frames: the real lines, and what they must not be taken for."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from data_sources import JsonlSource, attach
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of, frames_of
from data_sources.lines.infer import infer_path
from desk.desk import Desk
from desk.origin import origin
from ledger import Ledger
from ledger.round_trips import round_trips
from tests.desk.small_desk import wait_for

DIALECT = load_dialect("stock_trader")
ORDER_ID = "fd5e3cbd-5265-48b0-bfd9-50d0a34b92a7"


@pytest.fixture
def logs(realdata: Path) -> Path:
    return realdata / "stock_trader/local_logs"


def test_the_real_lines(logs: Path) -> None:
    """One order, one assumed trade, five cycles; nothing is set aside."""
    reading = JsonlSource(logs, dialect="stock_trader").read()
    kinds = Counter(reading.frame["kind"])
    assert kinds == {"order.submitted": 1, "telemetry.trade_assumed": 1, "equity": 5}
    assert reading.counts.quarantined == {}
    assert reading.counts.balanced
    order = reading.frame[reading.frame["kind"] == "order.submitted"].iloc[0]
    assert (order["symbol"], order["side"], order["quantity"]) == ("TLT", "buy", 447.0)
    assert order["venue_order_id"] == ORDER_ID
    assert json.loads(order["attributes"])["status"] == "pending_new"


def test_a_trade_line_is_no_fill_and_its_price_no_limit(logs: Path) -> None:
    """The order was sent and has neither a fill, nor a price, nor an acknowledgement time."""
    frame = JsonlSource(logs, dialect="stock_trader").read().frame
    assert frame.loc[frame["kind"] == "order.submitted", "price"].isna().all()
    ledger = Ledger()
    ledger.fold(frame)
    orders = ledger.view(window_seconds=None).orders
    assert len(orders) == 1
    order = orders.iloc[0]
    assert order["order_quantity"] == 447.0
    assert order["filled_quantity"] == 0 or pd.isna(order["filled_quantity"])
    for column in ("limit_price", "order_ack_seconds", "first_fill_seconds", "average_fill_price"):
        assert pd.isna(order[column]), column


def test_a_model_that_the_bot_does_not_know_is_missing(logs: Path) -> None:
    """`model: unknown` is no strategy."""
    frame = JsonlSource(logs, dialect="stock_trader").read().frame
    assert frame["strategy_id"].isna().all()


def test_the_nav_series_without_the_cash_from_before(logs: Path) -> None:
    """Five points of 100,000.05; the last holds 447 TLT, so its repeated cash is missing."""
    frame = JsonlSource(logs, dialect="stock_trader").read().frame
    equity = frame_of(frame, DIALECT, "equity")
    assert equity["equity"].tolist() == [100_000.05] * 5
    assert equity["cash"].tolist()[:4] == [100_000.05] * 4
    assert pd.isna(equity["cash"].iloc[4])
    assert pd.isna(equity["buying_power"].iloc[4])
    assert set(equity["currency"]) == {"USD"}
    assert equity["ts_event"].iloc[4] == pd.Timestamp("2025-11-18T15:42:21.884599Z")
    assert set(frames_of(DIALECT)) == {"equity", "positions", "errors"}


def test_the_shares_that_the_bot_assumes(logs: Path) -> None:
    """Only the last of five cycles holds something: 447 TLT, long, without a price."""
    positions = frame_of(
        JsonlSource(logs, dialect="stock_trader").read().frame, DIALECT, "positions"
    )
    assert positions[["symbol", "position_side", "quantity"]].values.tolist() == [
        ["TLT", "long", 447.0]
    ]
    assert positions["as_of"].tolist() == [pd.Timestamp("2025-11-18T15:42:21.884599Z")]
    assert positions[["entry_price", "current_price", "unrealized_pnl"]].isna().all(axis=None)


def test_positions_are_those_of_the_newest_cycle(tmp_path: Path) -> None:
    """What an account sold is gone with its next cycle; a short one is short, none has no row."""
    cycles = [{"TLT": 447, "XLK": 3}, {"XLK": -5, "XLE": 0}]
    lines = [
        {"timestamp": f"2025-11-18T1{hour}:00:00+00:00", "event_type": "cycle_complete"}
        | {"nav": 1.0, "cash": 1.0, "positions": held}
        for hour, held in enumerate(cycles)
    ]
    folder = tmp_path / "PA1"
    folder.mkdir()
    (folder / "performance.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    source = JsonlSource(folder, dialect="stock_trader", name="stock", account_id="PA1")
    desk = Desk([origin("stock", source)], state_dir=tmp_path / "state")
    desk.start()
    try:
        wait_for(lambda: desk.sources()[0]["accepted"] == 2 and not desk.not_ready())
        found = desk.frame("positions")
    finally:
        desk.stop()
    columns = ["account_id", "symbol", "position_side", "quantity"]
    assert found[columns].values.tolist() == [["PA1", "XLK", "short", 5.0]]


def test_the_real_trade_stays_open(logs: Path) -> None:
    """One buy and no sell: no round trip, 447 TLT at 89.30 are open."""
    frame = JsonlSource(logs, dialect="stock_trader").read().frame
    found = round_trips(frame[frame["kind"] == "telemetry.trade_assumed"])
    assert (len(found.trades), len(found.orphans)) == (0, 0)
    assert found.open[["symbol", "quantity", "price"]].values.tolist() == [["TLT", 447.0, 89.3]]


CYCLE_ERROR = {
    "timestamp": "2025-11-18T05:02:43.860836+00:00", "event_type": "cycle_error",
    "error": "'universe'", "error_type": "KeyError", "nav": 100000.0,
}  # fmt: skip
ORDER_ERROR = {
    "timestamp": "2025-11-18T05:03:00+00:00", "event_type": "order_error", "symbol": "XLK",
    "side": "buy", "quantity": 3, "error": "insufficient buying power",
    "order_data": {"symbol": "XLK", "quantity": 3, "side": "buy", "value": 840.0, "price": 280.0},
}  # fmt: skip
ERRORS = "".join(json.dumps(each) + "\n" for each in (CYCLE_ERROR, ORDER_ERROR))


def test_errors_of_both_kinds(tmp_path: Path) -> None:
    """A cycle's error has its class, an order's error its symbol; none is "Unknown"."""
    (tmp_path / "errors.jsonl").write_text(ERRORS)
    frame = JsonlSource(tmp_path, dialect="stock_trader").read().frame
    errors = frame_of(frame, DIALECT, "errors")
    assert errors["kind"].tolist() == ["KeyError", "order_error"]
    assert errors["text"].tolist() == ["'universe'", "insufficient buying power"]
    assert frame["symbol"].tolist()[1] == "XLK"


def test_a_half_written_line_costs_itself_alone(tmp_path: Path, logs: Path) -> None:
    """The old dashboard lost all its statistics to one bad line; here one line is set aside."""
    good = (logs / "trades.jsonl").read_text()
    (tmp_path / "trades.jsonl").write_text(good + '{"timestamp": "2025-11-18T15:4\n' + good)
    reading = JsonlSource(tmp_path, dialect="stock_trader").read()
    assert len(reading.frame) == 2
    assert sum(reading.counts.quarantined.values()) == 1


@pytest.mark.parametrize("name", ["orders", "trades", "performance"])
def test_each_real_file_is_recognized(logs: Path, name: str) -> None:
    """Every file alone is known as stock_trader, all its lines."""
    guess = infer_path(logs / f"{name}.jsonl")
    assert (guess.dialect, guess.sure_ratio) == ("stock_trader", 1.0)


def test_error_files_are_recognized(tmp_path: Path) -> None:
    """So is a file of errors, and the folder of all four."""
    (tmp_path / "errors.jsonl").write_text(ERRORS)
    assert infer_path(tmp_path / "errors.jsonl").dialect == "stock_trader"


def test_attach_finds_the_logs(logs: Path) -> None:
    """`--attach` on the base folder makes one source of this dialect, empty folders included."""
    found = attach(logs).found
    assert [each.dialect for each in found] == ["stock_trader"]


def test_no_other_system_is_taken_for_it(realdata: Path) -> None:
    """The logs of Aurora stay Aurora's."""
    assert infer_path(realdata / "aurora/tmp_debug_cancel").dialect == "aurora"
