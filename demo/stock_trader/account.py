"""One account's audit logs: its past, and a cycle now and then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from demo.alpaca_desk import LOOKBACK, Desk
from demo.script import Script

PAST_SESSIONS: Final = 120
LOGS: Final = "production/local_logs"


class Account:
    """Writes `orders`, `trades`, `performance` and `errors` of an account.

    Args:
        script: what it writes to. desk: what the account did until now.
        account_id: the folder's name; the lines do not name it.
    """

    def __init__(self, script: Script, random: Random, desk: Desk, account_id: str) -> None:
        self._script = script
        self._random = random
        self._desk = desk
        self._folder = f"{LOGS}/{account_id}"

    def live(self, wait_seconds: float) -> Iterator[float]:
        """The past at once; then a cycle every so often, and an error now and then."""
        for name in ("orders", "trades", "performance", "errors"):
            self._script.text(f"{self._folder}/{name}.jsonl", "")
        self._past()
        while True:
            yield self._random.uniform(0.7, 1.3) * wait_seconds
            if self._random.random() < 0.1:
                self._note("errors", self._script.now, "cycle_error", error="'universe'",
                           error_type="KeyError", nav=self._desk.equity[-1])  # fmt: skip
                continue
            wobble = self._random.gauss(0, 0.0004)
            nav = round(self._desk.equity[-1] * (1 + wobble), 2)
            self._cycle(self._script.now, nav, self._desk.cash, dict(self._desk.quantity))

    def _past(self) -> None:
        """Orders with the trades that were assumed, and two cycles a session."""
        desk, held = self._desk, dict[str, int]()
        orders = sorted(desk.orders, key=lambda order: str(order["submitted_at"]))
        cash = 100_000.0
        for place in range(LOOKBACK, len(desk.sessions)):
            opens, closes = desk.sessions[place]
            nav = desk.equity[place - LOOKBACK]
            before = cash
            while orders and _time(orders[0]) < closes:
                order = orders.pop(0)
                cash -= self._order(order, nav, held, place)
            if place < len(desk.sessions) - PAST_SESSIONS:
                continue
            for hours in (0, 4):
                at = opens + dt.timedelta(hours=hours, minutes=5, seconds=self._random.random())
                if at < self._script.now:
                    # The first cycle after its orders still tells the cash from before them.
                    told = before if not hours else cash
                    self._cycle(at, nav, round(told, 2), dict(held))

    def _order(self, order: dict[str, Any], nav: float, held: dict[str, int], place: int) -> float:
        """Tell one order and the trade that the bot takes for done; return what it cost."""
        symbol, side = str(order["symbol"]), str(order["side"])
        quantity, price = int(order["qty"]), float(order["filled_avg_price"])
        signed = quantity if side == "buy" else -quantity
        held[symbol] = held.get(symbol, 0) + signed
        if not held[symbol]:
            del held[symbol]
        if place >= len(self._desk.sessions) - PAST_SESSIONS:
            at = _time(order)
            same = {"order_id": order["id"], "symbol": symbol, "side": side}
            same |= {"quantity": quantity, "price": price}
            self._note("orders", at, "order_submitted", **same, order_type="market",
                       status="pending_new", nav=nav, model="unknown")  # fmt: skip
            after = at + dt.timedelta(microseconds=104)
            self._note("trades", after, "trade_executed", **same,
                       value=round(quantity * price, 2), new_position=held.get(symbol, 0),
                       nav=nav)  # fmt: skip
        return signed * price

    def _cycle(self, at: dt.datetime, nav: float, cash: float, held: dict[str, int]) -> None:
        hour = at.replace(minute=0, second=0, microsecond=0).isoformat()
        self._note("performance", at, "cycle_complete", nav=nav, cash=cash,
                   positions_count=len(held), positions=held, buying_power=round(nav * 2, 2),
                   cycle_timestamp=hour)  # fmt: skip

    def _note(self, name: str, at: dt.datetime, event: str, **more: Any) -> None:
        record = {"timestamp": at.isoformat(), "event_type": event, **more}
        self._script.line(f"{self._folder}/{name}.jsonl", record)


def _time(order: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(str(order["submitted_at"]))
