"""Which order an event means: by id where there is one, else the oldest that fits."""

from __future__ import annotations

from itertools import islice
from typing import Final

from ledger.order import Order, Queue, Session, Told

SEARCHED: Final = 256
"""Orders looked at, oldest first, for one that an event without a known id may mean."""


class OrderMatcher:
    """The ids that were heard of, and the rule for events without one."""

    def __init__(self, *, expiry_ns: int) -> None:
        self.expiry_ns = expiry_ns
        self.by_client_id: dict[tuple[int, str], Order] = {}
        self.by_venue_id: dict[tuple[int, str], Order] = {}

    def _by_id(self, session: Session, event: Told) -> Order | None:
        order = None
        if event[2] is not None:
            order = self.by_client_id.get((session.source, event[2]))
        if order is None and event[3] is not None:
            order = self.by_venue_id.get((session.source, event[3]))
        return order

    def _find(self, session: Session, event: Told, *, waiting: bool) -> Order | None:
        """Return the order that is meant: by id, else the oldest in the queue that fits."""
        order = self._by_id(session, event)
        if order is not None:
            return order
        effect = event[1].effect
        queue = session.in_flight[effect] if waiting else session.resting[effect]
        if waiting:
            self._forget_lapsed(queue, event[0] - self.expiry_ns)
        for order in islice(queue, SEARCHED):
            if self._fits(order, event):
                return order
        return None

    @staticmethod
    def _forget_lapsed(queue: Queue, lapsed: int) -> None:
        """Take orders out that are too old to be meant; they stay known by their ids."""
        while queue:
            first = next(iter(queue))
            if first.submitted > lapsed:
                return
            del queue[first]

    @staticmethod
    def _fits(order: Order, event: Told) -> bool:
        """Whether an event without a known id may mean this order: nothing known contradicts."""
        if event[2] is not None and order.client_order_id is not None:
            return False
        if event[3] is not None and order.venue_order_id is not None:
            return False
        symbol = event[1].symbol
        return symbol < 0 or order.symbol < 0 or symbol == order.symbol
