"""Quantum Trader's Redis streams: what the account is worth, told by two that disagree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from demo.script import Script
from demo.walk import Walk

PREFIX: Final = "quantum:stream:"
BALANCE: Final = 3_902.68


class Backbone(Script):
    """Entries of streams: a piece's path is the stream's name, its data the fields as JSON."""

    def __init__(self, seed: int, start_ns: int) -> None:
        super().__init__(start_ns)
        self._random = Random(f"{seed}/backbone")
        self._equity = Walk(self._random, BALANCE, 0.0006)
        self.begin(self._balances())
        self.begin(self._guards())

    def _balances(self) -> Iterator[float]:
        while True:
            equity = self._equity.at(self.seconds)
            open_profit = round(self._random.gauss(-20, 30), 4)
            now = str(int(self.now.timestamp()))
            self._entry(
                "account.balance",
                event_type="account.balance",
                balance=equity,
                available=round(equity * 0.86, 2),
                margin_used=round(equity * 0.11, 2),
                unrealized_pnl=open_profit,
                positions=14,
                margin_ratio=0.11,
                timestamp=now,
            )
            # The portfolio service sums up in its own way; when it has no data, it says 10000.0.
            told = 10_000.0 if self._random.random() < 0.3 else round(equity - open_profit, 2)
            payload = {"total_equity": told, "cash_balance": told, "num_positions": 0}
            payload |= {"unrealized_pnl": 0.0, "timestamp": self.now.isoformat()}
            self._entry("portfolio.snapshot_updated", payload=json.dumps(payload))
            yield 5.0

    def _guards(self) -> Iterator[float]:
        while True:
            yield self._random.uniform(120, 300)
            drawdown = round(self._random.uniform(10.1, 21.0), 1)
            self._entry(
                "risk.events",
                event="RISK_GUARD_ACTIVATED",
                guard_type="EMERGENCY_FLATTEN",
                reason=f"EMERGENCY_FLATTEN drawdown={drawdown}% > 10.0%",
                duration_sec=14_400,
                timestamp=self.now.timestamp(),
            )

    def _entry(self, stream: str, **fields: Any) -> None:
        # Every value is a text, whatever it was.
        texts = {key: str(value) for key, value in fields.items()}
        self.line(PREFIX + stream, texts)
