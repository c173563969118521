"""What a guessed mapping tells beside events is in the desk's frames, and is measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desk.desk import Desk
from metrics.trade_statistics import trade_statistics


def test_closed_trades_of_a_stranger_are_trades(start: Callable[..., Desk]) -> None:
    """Two trades in keys that nobody told: both are rows, and one was a loss."""
    lines: list[dict[str, Any]] = [
        {"time": f"2026-02-17T21:2{n}:00Z", "pair": "ES/USD", "side": "BUY", "pnl_usd": pnl}
        | {"entry": 100.0, "exit": 100.0 + pnl, "qty": 1}
        for n, pnl in enumerate([7.5, -2.0])
    ]
    desk = start(bot=("auto", lines, None))
    trades = desk.frame("trades")
    assert trades[["source", "position_side", "pnl"]].to_numpy().tolist() == [
        ["bot", "long", 7.5],
        ["bot", "long", -2.0],
    ]
    found = desk.view().measure(trade_statistics)
    assert (found.closed, found.losses, found.pnl) == (2, 1, 5.5)
