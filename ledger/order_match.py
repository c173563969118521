"""Which order an event means: by id where there is one, else the oldest that fits."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Final

import numpy as np
import numpy.typing as npt

from ledger.order import Known, Order, Queue, Session, Told

SEARCHED: Final = 256
"""Orders looked at, oldest first, for one that an event without a known id may mean."""


class OrderMatcher:
    """The ids that were heard of, and the rule for events without one.

    Args:
        expiry_ns: an order that nobody answered for so long is no longer meant.
        revive: gives the order of a row back, after it had ended.
    """

    def __init__(self, *, expiry_ns: int, revive: Callable[[int], Order]) -> None:
        self.expiry_ns = expiry_ns
        self.live: dict[int, Order] = {}
        """Orders without an end, by row, in the order they were heard of."""
        self.touched: dict[Order, None] = {}
        """Orders that were told something since the last drain."""
        self._ids: dict[int, tuple[Known, Known]] = {}
        self._revive = revive

    def ids_of(self, source: int) -> tuple[Known, Known]:
        """Return the client ids and the venue ids that a source told of."""
        return self._ids.setdefault(source, ({}, {}))

    def let_go(self) -> None:
        """Keep of the orders that have ended only their rows; the table must be up to date."""
        live = self.live
        for order in self.touched:
            if order.row in live:
                continue
            name, known = order.client_order_id, order.session.by_client_id
            if name is not None and known.get(name) is order:
                known[name] = order.row
            name, known = order.venue_order_id, order.session.by_venue_id
            if name is not None and known.get(name) is order:
                known[name] = order.row
        self.touched.clear()

    def move(self, moved: npt.NDArray[np.int64]) -> None:
        """Follow the table after it dropped rows: `moved[row]` is the new row, -1 is gone."""
        rows: list[int] = moved.tolist()
        for known in (each for ids in self._ids.values() for each in ids):
            ended = {name: rows[row] for name, row in known.items() if isinstance(row, int)}
            known.update(ended)
            for name in [name for name, row in ended.items() if row < 0]:
                del known[name]
        living = list(self.live.values())
        self.live.clear()
        for order in living:
            order.row = rows[order.row]
            self.live[order.row] = order

    def _by_id(self, session: Session, event: Told) -> Order | None:
        found = None
        if event[2] is not None:
            found = session.by_client_id.get(event[2])
        if found is None and event[3] is not None:
            found = session.by_venue_id.get(event[3])
        return self._called_back(found) if isinstance(found, int) else found

    def _called_back(self, row: int) -> Order:
        """Return an order that had ended: something more is told of it."""
        order = self._revive(row)
        if order.client_order_id is not None:
            order.session.by_client_id[order.client_order_id] = order
        if order.venue_order_id is not None:
            order.session.by_venue_id[order.venue_order_id] = order
        self.touched[order] = None
        return order

    def _oldest(self, session: Session, event: Told, *, waiting: bool) -> Order | None:
        """Return the oldest order in the queue that an event without a known id may mean."""
        effect = event[1].effect
        queue = session.in_flight[effect] if waiting else session.resting[effect]
        if waiting:
            self._forget_lapsed(queue, event[0] - self.expiry_ns)
        client, venue, symbol = event[2] is not None, event[3] is not None, event[1].symbol
        for order in islice(queue, SEARCHED):
            if client and order.client_order_id is not None:
                continue  # both have an id, and it is not the same
            if venue and order.venue_order_id is not None:
                continue
            if symbol < 0 or order.symbol < 0 or symbol == order.symbol:
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
