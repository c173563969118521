"""Which order an event means: by id where there is one, else the oldest that fits."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable
from itertools import islice
from operator import itemgetter
from typing import Final

import numpy as np
import numpy.typing as npt

from ledger.known_ids import KnownIds
from ledger.order import FAR, TS, Order, Queue, Session, Told
from ledger.order_table import NEVER

SEARCHED: Final = 256
"""Orders looked at, oldest first, for one that an event without a known id may mean."""
SUBMITTED: Final = 0
"""Number of the kind `order.submitted`; the first one of all."""
_MOMENT: Final = itemgetter(TS)


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
        self._handed_over: list[Told] = []
        self._ids: dict[int, tuple[KnownIds, KnownIds]] = {}
        self._revive = revive

    def ids_of(self, source: int) -> tuple[KnownIds, KnownIds]:
        """Return the client ids and the venue ids that a source told of."""
        return self._ids.setdefault(source, (KnownIds(), KnownIds()))

    def let_go(self) -> None:
        """Keep of the orders that have ended only their rows; the table must be up to date."""
        live = self.live
        for order in self.touched:
            if order.row not in live:
                order.session.client_ids.put(order.client_order_id, order, order.row)
                order.session.venue_ids.put(order.venue_order_id, order, order.row)
        self.touched.clear()

    def move(self, moved: npt.NDArray[np.int64]) -> None:
        """Follow the table after it dropped rows: `moved[row]` is the new row, -1 is gone."""
        rows: list[int] = moved.tolist()
        for known in (each for ids in self._ids.values() for each in ids):
            known.move(rows)
        living = list(self.live.values())
        self.live.clear()
        for order in living:
            order.row = rows[order.row]
            self.live[order.row] = order

    def _by_id(self, session: Session, event: Told) -> Order | None:
        """Return the newest order of the session that bears an id of the event."""
        for known, name in ((session.client_ids, event[2]), (session.venue_ids, event[3])):
            for entry in reversed(known.of(name)):
                order = self._revive(entry) if isinstance(entry, int) else entry
                if order.session is session:
                    return order if order is entry else self._called_back(order)
        return None

    def _elsewhere(self, session: Session, event: Told) -> Order | None:
        """Return a living order of an earlier session of the source that the event must mean.

        A bot that was started anew, with a new folder, cancels what it left at the venue.
        """
        for known, name in ((session.client_ids, event[2]), (session.venue_ids, event[3])):
            for entry in reversed(known.of(name)):
                if isinstance(entry, int) or entry.row not in self.live:
                    continue
                if entry.session.own_newest < session.first:
                    self._hand_over(event, entry.session)
                    return entry
        return None

    def waiting_elsewhere(self, session: Session, told: Iterable[Told]) -> dict[Session, int]:
        """Return later sessions that spoke of an order before its submit was read, and since when.

        Folders are read in any order: such a session must be told again from there on.
        """
        found: dict[Session, int] = {}
        for event in told:
            entries = session.client_ids.of(event[2])
            if len(entries) < 2 or event[1].kind != SUBMITTED:
                continue
            for entry in entries:
                order = self._revive(entry) if isinstance(entry, int) else entry
                other = order.session
                if order.submitted == NEVER and other.first > session.own_newest:
                    found[other] = min(order.created, found.get(other, FAR))
        return found

    def _hand_over(self, event: Told, owner: Session) -> None:
        """Let an event belong to another session, to be told again with that one."""
        insort(owner.events, event, key=_MOMENT)
        owner.newest = max(owner.newest, event[0])
        self._handed_over.append(event)

    def _learn(self, order: Order, event: Told) -> None:
        """Take over what this event tells of the order and was not known before."""
        ts, facts, client_order_id, venue_order_id = event[:4]
        if client_order_id is not None and order.client_order_id is None:
            order.client_order_id, order.named = client_order_id, ts
            order.session.client_ids.add(client_order_id, order)
        if venue_order_id is not None and order.venue_order_id is None:
            order.venue_order_id, order.venue_named = venue_order_id, ts
            order.session.venue_ids.add(venue_order_id, order)
        if facts.reason >= 0:
            order.reason = facts.reason
        if facts.symbol >= 0 and order.symbol < 0:
            order.symbol, order.dimensions = facts.symbol, -1
        if facts.side >= 0 and order.side < 0:
            order.side, order.dimensions = facts.side, -1
        if facts.route >= 0 and order.route < 0:
            order.route, order.dimensions = facts.route, -1
        if event[10] is not None:
            order.agree(event[10])
        self.touched[order] = None

    def _called_back(self, order: Order) -> Order:
        """Note that an order lives in memory again: something more is told of it."""
        order.session.client_ids.put(order.client_order_id, order, order)
        order.session.venue_ids.put(order.venue_order_id, order, order)
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
        return FAR if order.accepted != NEVER else order.submitted + self.expiry_ns
