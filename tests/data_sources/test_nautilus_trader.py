"""A mapping file alone is enough: NautilusTrader's JSON logs, made after its documented format."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pandas as pd

from data_sources import JsonlSource
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.lines.infer import recognizes
from ledger import order_lives

ROOT = Path(__file__).resolve().parent.parent.parent
TOML = ROOT / "examples/dialects/nautilus_trader.toml"
T0 = dt.datetime(2026, 3, 2, 14, 30, tzinfo=dt.UTC)
PERP = "instrument_id=BTCUSDT-PERP.BINANCE"


def line(milliseconds: float, message: str, **more: str) -> bytes:
    """A line as the file writer makes it: six keys, RFC 3339 with nine digits."""
    at = T0 + dt.timedelta(milliseconds=milliseconds)
    fields = {
        "timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond:06}123Z",
        "trader_id": "TRADER-001",
        "level": "INFO",
        "color": "NORMAL",
        "component": "EMACross-000",
        "message": message,
    }
    return json.dumps(fields | more, separators=(",", ":")).encode()


def command(number: int, asked: str, kind: str = "LimitOrder") -> str:
    return (
        f"[CMD]--> SubmitOrder(order={kind}({asked}, status=INITIALIZED, client_order_id=O-"
        f"{number}, venue_order_id=None, position_id=None, tags=['7']), position_id=None)"
    )


def event(name: str, number: int, rest: str) -> str:
    return f"<--[EVT] {name}({PERP}, client_order_id=O-{number}, {rest})"


def fill(number: int, quantity: str, price: str) -> str:
    return event(
        "OrderFilled", number,
        f"venue_order_id=V{number}, account_id=BINANCE-001, trade_id=T1, position_id=None, "
        f"order_side=BUY, order_type=LIMIT, last_qty={quantity}, last_px={price} USDT, "
        "commission=0.01000000 USDT, liquidity_side=MAKER, ts_event=1772461800000000000",
    )  # fmt: skip


SUBMITTED = "account_id=BINANCE-001, ts_event=1772461800000000000"
ACCEPTED = "venue_order_id=V%d, account_id=BINANCE-001, ts_event=1772461800000000000"
LINES = [
    line(-5, "READY.", component="RiskEngine"),
    line(-4, event("OrderInitialized", 1, "side=BUY, type=LIMIT, quantity=3.000, tags=None")),
    line(0, command(1, "BUY 3.000 BTCUSDT-PERP.BINANCE LIMIT @ 43_537.30 GTC")),
    line(1, event("OrderSubmitted", 1, SUBMITTED)),
    line(41, event("OrderAccepted", 1, ACCEPTED % 1)),
    line(90, fill(1, "1.000", "43_537.30")),
    line(95, fill(1, "2.000", "43_537.00")),
    line(100, command(2, "SELL 1_500 BTCUSDT-PERP.BINANCE MARKET GTC", "MarketOrder")),
    line(101, event("OrderDenied", 2, "reason='NOTIONAL: free=0 USD, need=5 USD'"), level="WARN"),
    line(200, command(3, "SELL 0.5 BTCUSDT-PERP.BINANCE LIMIT @ 50_000 GTC")),
    line(201, event("OrderSubmitted", 3, SUBMITTED)),
    line(260, event("OrderAccepted", 3, ACCEPTED % 3)),
    line(300, event("OrderPendingCancel", 3, ACCEPTED % 3)),
    line(340, event("OrderCanceled", 3, ACCEPTED % 3)),
    # As later versions write it: the component is a module, the strategy stands in the message.
    line(
        400, f"EMACross-000 {event('OrderSubmitted', 4, SUBMITTED)}",
        component="nautilus_trading::strategy",
    ),
    line(430, event("OrderRejected", 4, "account_id=B-1, reason='MARGIN', due_post_only=False")),
    line(500, "Connection lost", level="ERROR", component="DataClient-BINANCE"),
]  # fmt: skip


def read(tmp_path: Path, lines: list[bytes] = LINES) -> Any:
    """The log lies in a `.json` file, named by its path, in a folder of its own."""
    path = tmp_path / "TRADER-001_2026-03-02_635a4539.json"
    path.write_bytes(b"".join(each + b"\n" for each in lines))
    return JsonlSource(path, dialect=str(TOML)).read()


def test_orders_live_through_the_ledger(tmp_path: Path) -> None:
    """Sides, quantities, prices, ids and ends of four orders, and the time to the first answer."""
    reading = read(tmp_path)
    assert reading.counts.accepted == len(LINES)
    orders = order_lives(reading.frame).set_index("client_order_id")
    assert orders["status"].astype(str).to_dict() == {
        "O-1": "filled", "O-2": "denied", "O-3": "canceled", "O-4": "rejected",
    }  # fmt: skip
    first = orders.loc["O-1"]
    assert (first["side"], first["symbol"], first["venue_order_id"]) == (
        "buy",
        "BTCUSDT-PERP",
        "V1",
    )
    assert (first["order_quantity"], first["filled_quantity"], first["leaves_quantity"]) == (
        3,
        3,
        0,
    )
    assert first["limit_price"] == 43537.3
    assert round(first["average_fill_price"], 2) == 43537.1
    assert round(first["order_ack_seconds"], 6) == 0.041
    assert orders.loc["O-2", "order_quantity"] == 1500
    assert orders.loc["O-2", "reason"] == "NOTIONAL: free=0 USD, need=5 USD"
    assert orders.loc["O-4", "reason"] == "MARGIN"
    assert set(orders["strategy_id"].astype(str)) == {"EMACross-000"}


def test_a_part_of_an_order_leaves_it_open(tmp_path: Path) -> None:
    """A fill of less than the order is a part; only what adds up to all of it is filled."""
    (order,) = order_lives(read(tmp_path, LINES[:6]).frame).to_dict("records")
    assert (order["status"], order["leaves_quantity"]) == ("partially_filled", 2)


def test_fills_tell_what_they_cost(tmp_path: Path) -> None:
    """Each execution has its commission and was the maker's, as its message says."""
    costs = frame_of(read(tmp_path).frame, load_dialect(TOML), "fills")
    assert len(costs) == 2
    assert costs["fee"].tolist() == [0.01] * 2
    assert costs["liquidity"].tolist() == ["maker"] * 2


def test_what_is_no_event_stays_visible(tmp_path: Path) -> None:
    """Errors and plain messages keep their text; nothing else of a message is taken from them."""
    frame = read(tmp_path).frame
    plain = frame[frame["code"] == "INFO"]
    assert plain["text"].tolist() == ["READY."]
    assert plain[["symbol", "client_order_id", "strategy_id"]].isna().all(axis=None)
    errors = frame_of(frame, load_dialect(TOML), "errors")
    assert errors[["kind", "text"]].values.tolist() == [["DataClient-BINANCE", "Connection lost"]]
    assert frame["ts_event"].iloc[2] == pd.Timestamp(T0) + pd.Timedelta(123, "ns")


def test_its_lines_are_told_from_others() -> None:
    """Every line shows the signs of the dialect; a line of another log does not."""
    dialect = load_dialect(TOML)
    assert all(recognizes(dialect, json.loads(each)) for each in LINES)
    assert not recognizes(dialect, {"timestamp": 1, "level": "INFO", "message": "x"})
