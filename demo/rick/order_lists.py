"""The Arena's lists of pending orders, as its two brokers' addresses give them to a viewer."""

from __future__ import annotations

import json
import threading
from typing import Any, Final

from demo.json_server import NOT_FOUND
from demo.rick.orders import EVENTS
from demo.script import NS, Piece

TTL_SECONDS: Final = 21_600.0
ACCOUNT: Final = {"account_id": "N/A", "balance": 10_000.0, "unrealized_pnl": 0.0}
"""Written into the program: no account at all."""


class OrderLists:
    """Knows from the broker events which orders are pending: canceled ones are gone without a word.

    Who may look at the lists, `viewers` know.
    """

    def __init__(self) -> None:
        self._pending: dict[str, dict[str, dict[str, Any]]] = {"oanda": {}, "coinbase": {}}
        self._newest = 0.0
        self._lock = threading.Lock()

    def hear(self, piece: Piece) -> None:
        """Take the orders of a piece, if it is one of broker events."""
        if piece.path != EVENTS:
            return
        with self._lock:
            self._newest = piece.ts_ns / NS
            for line in piece.data.splitlines():
                self._take(json.loads(line))

    def _take(self, event: dict[str, Any]) -> None:
        pending, payload = self._pending.get(event["source"]), event["payload"]
        if pending is None or "order_id" not in payload:
            return
        if event["type"] == "order_cancelled":
            pending.pop(payload["order_id"], None)
            return
        begun = {"id": payload["order_id"], "side": payload["side"], "status": "PENDING"}
        begun |= {"created_at": self._newest, "mode": payload["mode"]}
        if "instrument" in payload:
            begun |= {"instrument": payload["instrument"], "units": payload["units"]}
            begun |= {"entry_price": payload["entry"], "quality_score": payload["quality"]}
            begun |= {"stop_loss": payload["sl"], "take_profit": payload["tp"]}
            begun |= {"ttl_expires_at": self._newest + TTL_SECONDS}
        else:
            begun |= {"product_id": payload["product_id"], "size": payload["size"]}
        pending[payload["order_id"]] = begun

    def answers(self, path: str) -> tuple[int, Any]:
        """What stands at a path."""
        if path == "/brokers/oanda/accounts":
            return 200, {"environment": "practice", "account_summary": ACCOUNT}
        broker = {"/brokers/oanda/orders": "oanda", "/brokers/coinbase-adv/orders": "coinbase"}
        if path not in broker:
            return NOT_FOUND
        with self._lock:
            orders = list(self._pending[broker[path]].values())
        living = [o for o in orders if o.get("ttl_expires_at", self._newest + 1) > self._newest]
        return 200, {"orders": living, "environment": "paper", "count": len(living)}
