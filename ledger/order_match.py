"""Which order an event means: by id where there is one, else the oldest that fits."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Final

import numpy as np
import numpy.typing as npt

from ledger.known_ids import KnownIds
from ledger.order import FAR, Order, Queue, Session, SourceIds, Told
from ledger.order_table import NEVER
from ledger.silence import Silence

SEARCHED: Final = 256
"""Orders looked at, oldest first, for one that an event without a known id may mean."""


class OrderMatcher:
    """The ids that were heard of, and the rule for events without one.

    Args:
        silence: an order that nobody answered for so long is no longer meant.
        revive: gives the order of a row back, after it had ended.
    """

    def __init__(self, *, silence: Silence, revive: Callable[[int], Order]) -> None:
        self.silence = silence
        self.live: dict[int, Order] = {}
        """Orders without an end, by row, in the order they were heard of."""
        self.touched: dict[Order, None] = {}
        """Orders that were told something since the last drain."""
        self._ids: dict[int, SourceIds] = {}
        self._revive = revive

    def ids_of(self, source: int) -> SourceIds:
        """Return the ids that a source told of."""
        found = self._ids.get(source)
        if found is None:
            found = self._ids[source] = SourceIds(KnownIds(), KnownIds())
        return found

    def let_go(self) -> None:
        """Keep of the orders that have ended only their rows; the table must be up to date."""
        live = self.live
        for order in self.touched:
            row = order.row
            if row not in live:
                ids = order.session.ids
                for known, name in (
                    (ids.client, order.client_order_id),
                    (ids.venue, order.venue_order_id),
                ):
                    if name is None:
                        continue
                    if known.entries.get(name) is order:  # as nearly always
                        known.entries[name] = row
                    else:
                        known.put(name, order, row)
        self.touched.clear()

    def move(self, moved: npt.NDArray[np.int64]) -> None:
        """Follow the table after it dropped rows: `moved[row]` is the new row, -1 is gone."""
        rows: list[int] = moved.tolist()
        for ids in self._ids.values():
            ids.client.move(rows)
            ids.venue.move(rows)
        living = list(self.live.values())
        self.live.clear()
        for order in living:
            order.row = rows[order.row]
            self.live[order.row] = order

    def _by_id(self, session: Session, event: Told) -> Order | None:
        """Return the newest order of the session that bears an id of the event."""
        ids, order = session.ids, None
        if (name := event[2]) is not None:
            order = self._borne(ids.client, name, session)
        if order is None and (name := event[3]) is not None:
            order = self._borne(ids.venue, name, session)
        return order

    def _borne(self, known: KnownIds, name: str, session: Session) -> Order | None:
        """Return the newest order of the session that bears an id."""
        for entry in reversed(known.of(name)):
            order = self._revive(entry) if isinstance(entry, int) else entry
            if order.session is session:
                return order if order is entry else self._called_back(order)
        return None

    def _called_back(self, order: Order) -> Order:
        """Note that an order lives in memory again: something more is told of it."""
        order.session.ids.client.put(order.client_order_id, order, order)
        order.session.ids.venue.put(order.venue_order_id, order, order)
        self.touched[order] = None
        return order

    def _oldest(self, session: Session, event: Told, *, waiting: bool) -> Order | None:
        """Return the oldest order in the queue that an event without a known id may mean."""
        effect = event[1].effect
        queue = session.in_flight[effect] if waiting else session.resting[effect]
        if waiting:
            self._forget_lapsed(queue, event[0])
        client, venue, symbol = event[2] is not None, event[3] is not None, event[1].symbol
        for order in islice(queue, SEARCHED):
            if client and order.client_order_id is not None:
                continue  # both have an id, and it is not the same
            if venue and order.venue_order_id is not None:
                continue
            if waiting and self._lapses(order) <= event[0]:
                continue
            if symbol < 0 or order.symbol < 0 or symbol == order.symbol:
                return order
        return None

    def _forget_lapsed(self, queue: Queue, now: int) -> None:
        """Take orders out that are too old to be meant; they stay known by their ids."""
        for order in list(islice(queue, SEARCHED)):
            if self._lapses(order) <= now:
                del queue[order]
            elif order.ttl_seconds != order.ttl_seconds:
                return  # those behind it came later, and wait as long

    def _lives(self, order: Order, now: int) -> bool:
        """Whether an order has neither ended nor lapsed in silence."""
        return order.row in self.live and self._lapses(order) > now

    def _lapses(self, order: Order) -> int:
        """Return when an order expires in silence: by its own time, else if nobody answers."""
        own = order.ttl_seconds
        if own == own:
            return order.submitted + int(own * 1e9)
        if order.accepted != NEVER:
            return FAR
        limit = self.silence.of(order.session.source)
        return FAR if limit == FAR else order.submitted + limit
