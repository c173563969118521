"""Executions become closed trades where a source tells none, and nothing is counted twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from data_sources.frames import FRAMES
from desk.desk import Desk
from metrics.trade_statistics import trade_statistics

Start = Callable[..., Desk]


ASSUMED = [
    ("2025-11-03T15:00:00Z", "XLK", "buy", 100, 100),
    ("2025-11-04T10:00:00Z", "XLF", "buy", 10, 50),
    ("2025-11-04T15:00:00Z", "XLF", "sell", 10, 50),
    ("2025-11-05T15:00:00Z", "XLK", "sell", 50, 110),
    ("2025-11-06T15:00:00Z", "TLT", "sell", 10, 50),
    ("2025-11-10T15:00:00Z", "XLK", "buy", 100, 120),
    ("2025-11-12T14:00:00Z", "XLK", "sell", 150, 90),
]
BROKER = """
name = "broker"
title = "Fills, and what opens and closes"
[record]
time = ["ts"]
code = ["event"]
details = ["@record"]
[[rules]]
when = { code = "FILL" }
then = { kind = "order.filled" }
[[rules]]
when = { code = "CLOSED" }
then = { kind = "trade.closed" }
[columns]
symbol.from = ["symbol"]
side.from = ["side"]
quantity.from = ["quantity"]
price.from = ["price"]
client_order_id.from = ["id"]
position_effect.from = ["effect"]
"""
OWN_TRADES = """
[frames.trades]
when = { kind = "trade.closed" }
[frames.trades.columns]
pnl = ["pnl"]
ts_closed = ["@ts_event"]
"""


def assumed() -> list[dict[str, Any]]:
    names = ("timestamp", "symbol", "side", "quantity", "price")
    return [
        {"event_type": "trade_executed", "order_id": f"o{n}", **dict(zip(names, row, strict=True))}
        for n, row in enumerate(ASSUMED)
    ]


def fill(minute: int, side: str, price: float, **more: Any) -> dict[str, Any]:
    told = {"ts": f"2025-11-03T15:{minute:02}:00Z", "event": "FILL", "symbol": "BTC"}
    return {**told, "id": f"c{minute}", "side": side, "quantity": 2, "price": price, **more}


def test_the_reference_case_of_stock_trader(start: Start) -> None:
    """Its assumed trades by quantity: four closed, one won, two lost, −3,000; TLT is none."""
    trades = start(bot=("stock_trader", assumed(), "PA1")).frame("trades")
    assert list(trades.columns)[: len(FRAMES["trades"])] == list(FRAMES["trades"])
    assert trades["symbol"].tolist() == ["XLF", "XLK", "XLK", "XLK"]
    assert trades["pnl"].tolist() == [0, 500, -500, -3000]
    assert set(trades["source"]) == {"bot"}
    assert set(trades["account_id"]) == {"PA1"}
    found = trade_statistics(trades)
    assert (found.closed, found.wins, found.losses, found.pnl) == (4, 1, 2, -3000)


def test_what_is_asked_for_does_not_change_what_is_paired(start: Start) -> None:
    """The newest trade of a later day closes what was bought days before."""
    desk = start(bot=("stock_trader", assumed(), "PA1"))
    since = pd.Timestamp("2025-11-12T00:00Z")
    assert desk.frame("trades", since=since)["pnl"].tolist() == [-500, -3000]
    assert desk.frame("trades", limit=1)["quantity"].tolist() == [100]
    assert desk.frame("trades", symbol="XLF")["pnl"].tolist() == [0]
    assert desk.frame("trades", account="PA2").empty


def test_fills_are_paired_as_their_source_means_them(start: Start) -> None:
    """Sold to open and bought to close is a short; without a word it is a sale of nothing."""
    told = [fill(1, "sell", 10, effect="open"), fill(2, "buy", 8, effect="close")]
    silent = [fill(1, "sell", 10), fill(2, "buy", 8), fill(3, "sell", 9)]
    desk = start(telling=(BROKER, told, None), silent=(BROKER, silent, None))
    trades = desk.frame("trades").set_index("source")
    assert trades.loc["telling", ["position_side", "pnl"]].tolist() == ["short", 4.0]
    assert trades.loc["silent", ["position_side", "pnl"]].tolist() == ["long", 2.0]
    assert desk.frame("fills")["position_effect"].tolist().count("close") == 1


def test_a_source_with_trades_of_its_own_is_not_paired(start: Start) -> None:
    """Its fills stay fills: by its dialect's table, or because it told that a trade closed."""
    lines = [
        fill(1, "buy", 10),
        fill(2, "sell", 12),
        {"ts": "2025-11-03T15:03:00Z", "event": "CLOSED", "symbol": "BTC", "pnl": 3.5},
    ]
    desk = start(own=(BROKER + OWN_TRADES, lines, None), bare=(BROKER, lines, None))
    assert len(desk.frame("fills")) == 4
    trades = desk.frame("trades")
    assert trades["source"].tolist() == ["own"]
    assert trades["pnl"].tolist() == [3.5]


def test_fills_of_an_account_come_before_what_its_bot_assumes(start: Start) -> None:
    """The broker's fills of PA1 make its trades; the bot's own lines of it are not added."""
    fills = [fill(1, "buy", 10), fill(2, "sell", 11)]
    desk = start(bot=("stock_trader", assumed(), "PA1"), broker=(BROKER, fills, "PA1"))
    assert desk.frame("trades")["source"].tolist() == ["broker"]
