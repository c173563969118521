"""All that a viewer could see of a picture, in a form that can be compared."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ledger import View
from ledger.order_frame import ORDER_COLUMNS


def picture(view: View) -> dict[str, Any]:
    """Return orders, counts, latencies and what is open, none of it in the order of reading."""
    tally = view.tally.astype(object).where(view.tally.notna(), None)
    return {
        "tally": Counter({tuple(row[:-1]): row[-1] for row in tally.itertuples(index=False)}),
        "orders": _rows(view.orders),
        "open": _rows(view.open_orders),
        "lapsed": view.lapsed_orders,
        "ack": sorted(view.latency("order_ack").seconds.tolist()),
        "fill": sorted(view.latency("first_fill").seconds.tolist()),
        "newest": view.newest,
        "oldest": view.oldest,
    }


def _rows(orders: Any) -> list[tuple[str, ...]]:
    return sorted(tuple(map(str, row)) for row in orders[list(ORDER_COLUMNS)].to_numpy().tolist())
