"""The life of an order, told from events: submit, acknowledge, fill, or another end.

Ids are used where they exist. Where an id is missing, or was never heard of, the oldest order that
fits is meant (first in, first out) within (source, session, open or close). Events are folded in
event time; `order_rewind` winds a session back when a late one arrives.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Final

from ledger.elsewhere import Elsewhere
from ledger.order import NAN, OPEN_EFFECT, Order, Session, Told
from ledger.order_changes import ROUTE, OrderChanges
from ledger.order_table import NEVER
from ledger.silence import Silence

SECOND_NS: Final = 1_000_000_000
MEMORY_NS: Final = SECOND_NS
"""How long a route decision belongs to the order event that follows it."""
SKIP_NS: Final = 100_000_000
"""How long a skip waits for the denial that repeats it: they are written one behind the other."""
HORIZON: Final = 50_000
"""Events of a session that are kept to be told again; later ones than that are only added."""
DENIALS_KEPT: Final = 20_000
LONGEST_TTL_SECONDS: Final = 1e9


class OrderLives(OrderChanges):
    """Folds sessions into orders. What it told since the last drain lies in its lists."""

    def __init__(
        self,
        *,
        silence: Silence,
        revive: Callable[[int], Order],
        elsewhere: Elsewhere,
    ) -> None:
        super().__init__(silence=silence, revive=revive, elsewhere=elsewhere)
        self._tellers = (
            self._submitted,
            self._accepted,
            self._partially_filled,
            self._filled,
            self._canceled,
            self._rejected,
            self._denied,
            self._expired,
            self._skipped,
            self._routed,
        )

    def tell(self, session: Session, events: list[Told]) -> None:
        """Fold events sorted by time; the session must not have told anything newer."""
        tellers, by_id = self._tellers, self._by_id
        borne = session.ids.client.entries.get
        session.first = min(session.first, events[0][0])
        for event in events:
            order = None
            entry = None if event[2] is None else borne(event[2])
            # One look-up says nearly always which order is meant, or that it is a new one.
            if isinstance(entry, Order) and entry.session is session:
                order = entry
            elif entry is not None or event[3] is not None:
                order = by_id(session, event)
            tellers[event[1].kind](session, event, order)
        session.newest = max(session.newest, events[-1][0])
        session.events += events
        if len(session.events) > HORIZON + HORIZON // 4:
            session.let_go(HORIZON)
            self.elsewhere.forget(session)

    # -- the ten kinds of event ----------------------------------------------------------------

    def _submitted(self, session: Session, event: Told, order: Order | None) -> None:
        if order is not None and order.submitted != NEVER:
            if self._lives(order, event[0]) or order.submitted == event[0]:
                return  # the same submit told twice
            order = None  # an id that is used again, after its order ended or lapsed
        if order is None:
            order = self._new(session, event)
        elif order.created in (order.accepted, order.first_partial, order.first_fill):
            self._emit("orphan_claimed", order, NAN, event)  # answered before it was submitted
        ts, facts = event[0], event[1]
        order.submitted = ts
        order.quantity = event[4]
        order.limit_price = event[5]
        if 0 < event[9] < LONGEST_TTL_SECONDS:
            order.ttl_seconds = event[9]
        if facts.route < 0 and session.routes:
            decided, route = session.routes.get(facts.symbol, (NEVER, -1))
            if decided >= ts - MEMORY_NS and route != order.route:
                self._note(order, ts, ROUTE, order.route)
                order.route = route
        self._learn(order, event)
        if order.end == "filled":
            self._size(order, event)
        if order.row in self.live and order.accepted == NEVER:
            self._queue(order.session.in_flight[order.effect], order)
        self._emit("submitted", order, NAN, event)
        if facts.acknowledges:
            # It is told once it stands at the venue: when that was, nobody says.
            self._acknowledge(order, event, answered=NEVER)
        if order.row in self.live and order.is_whole:
            self._close(order, "filled", event)  # all its parts were told before it

    def _size(self, order: Order, event: Told) -> None:
        """Hold what was filled before the submit against the size that the submit tells."""
        if order.filled_quantity != order.filled_quantity:
            order.filled_quantity = order.quantity  # a fill that told no quantity: all of it
        elif self._lacks(order):
            self._reopen(order, event)
            self._note_part(order, event)

    def _accepted(self, session: Session, event: Told, order: Order | None) -> None:
        order = order or self._oldest(session, event, waiting=True)
        self._acknowledge(order or self._orphan(session, event), event, answered=event[0])

    def _acknowledge(self, order: Order, event: Told, *, answered: int) -> None:
        self._learn(order, event)
        if order.accepted != NEVER:
            return
        order.accepted, order.answered = event[0], answered
        owner = order.session
        owner.in_flight[order.effect].pop(order, None)
        if order.row in self.live:
            self._queue(owner.resting[order.effect], order)
        known = order.submitted != NEVER and answered != NEVER
        seconds = (answered - order.submitted) / SECOND_NS if known else NAN
        self._emit("accepted", order, seconds, event)

    def _partially_filled(self, session: Session, event: Told, order: Order | None) -> None:
        order = self._executed(session, event, order)
        self._note_part(order, event)
        if order.is_whole:  # not every origin says which part was the last
            self._close(order, "filled", event)

    def _note_part(self, order: Order, event: Told) -> None:
        if order.first_partial == NEVER:
            order.first_partial = event[0]
            self._emit("first_partial", order, NAN, event)

    def _filled(self, session: Session, event: Told, order: Order | None) -> None:
        order = self._executed(session, event, order)
        if order.row in self.live and self._lacks(order):
            self._note_part(order, event)
            return
        untold = order.filled_quantity != order.filled_quantity
        if untold and order.row in self.live:  # all of it
            order.filled_quantity = order.quantity
        self._close(order, "filled", event)

    def _lacks(self, order: Order) -> bool:
        """Whether the fills are parts of an order that are not all of it yet.

        A size that nobody told is taken for whole: NaN is neither above nor below.
        """
        lacks = order.filled_quantity < order.quantity * (1 - 1e-9)
        return lacks and self.silence.fills_are_parts(order.session.source)

    def _executed(self, session: Session, event: Told, order: Order | None) -> Order:
        if order is None:
            order = self._oldest(session, event, waiting=False)
            order = order or self._oldest(session, event, waiting=True)
            order = order or self._orphan(session, event)
        if event[1].acknowledges:
            self._acknowledge(order, event, answered=event[0])
        else:
            self._learn(order, event)
        # What is taken for whole until its submit is heard of may turn out to be a part.
        unsized = order.submitted == NEVER and order.end == "filled"
        parts = unsized and self.silence.fills_are_parts(order.session.source)
        if order.row in self.live or parts:
            self._add_fill(order, event)
        return order

    def _add_fill(self, order: Order, event: Told) -> None:
        ts, quantity, price, total = event[0], event[4], event[5], event[9]
        filled = order.filled_quantity
        before = filled if filled == filled else 0.0
        if quantity != quantity and total == total:
            quantity = max(total - before, 0.0)  # a running total: what it grew by is this fill
        if quantity == quantity:
            order.filled_quantity = before + quantity
            # Where one tells no price, what all of them were worth is not known: NaN stays NaN.
            worth = order.filled_value if filled == filled else 0.0
            order.filled_value = worth + (quantity * price if quantity else 0.0)
        number = order.session.number
        self.fills.append((ts, order.row, quantity, price, number, event[7], event[8]))
        if order.first_fill == NEVER:
            order.first_fill = ts
            # The end of a closing order is not a fill of ours: it has no time to first fill.
            timed = order.submitted != NEVER and order.effect == OPEN_EFFECT
            seconds = (ts - order.submitted) / SECOND_NS if timed else NAN
            self._emit("first_fill", order, seconds, event)

    def _canceled(self, session: Session, event: Told, order: Order | None) -> None:
        order = order or self._oldest(session, event, waiting=False)
        self._end(session, event, "canceled", order or self._oldest(session, event, waiting=True))

    def _rejected(self, session: Session, event: Told, order: Order | None) -> None:
        if (twin := session.twin_of_failure(event)) is not None:
            self._mark("denied_repeat", session, twin, at=event[0])
        order = order or self._oldest(session, event, waiting=True)
        self._end(session, event, "rejected", order or self._oldest(session, event, waiting=False))

    def _expired(self, session: Session, event: Told, order: Order | None) -> None:
        order = order or self._oldest(session, event, waiting=True)
        self._end(session, event, "expired", order or self._oldest(session, event, waiting=False))

    def _end(self, session: Session, event: Told, what: str, order: Order | None) -> None:
        order = order or self.elsewhere.claim(session, event)
        if order is None:
            order = self._new(session, event)
        self._learn(order, event)
        self._close(order, what, event)

    def _denied(self, session: Session, event: Told, order: Order | None) -> None:
        ts, facts = event[0], event[1]
        # Other events may stand between a skip and its denial: the reason says which one it is.
        if ts - session.skips.pop(facts.reason, NEVER) <= SKIP_NS:
            self._mark("skip_absorbed", session, event)
        if self._denied_before(session, event):
            self._mark("denied_repeat", session, event)
        elif order is not None:
            self._end(session, event, "denied", order)

    @staticmethod
    def _denied_before(session: Session, event: Told) -> bool:
        name = event[2]
        if session.is_twin_denial(event):
            return True  # a failed order that was also written to the file of denials
        if name is None:
            return False
        if name in session.denials:
            return True
        if len(session.denials) > DENIALS_KEPT:
            for old in list(islice(session.denials, DENIALS_KEPT // 2)):
                del session.denials[old]
        session.denials[name] = event[0]
        return False

    def _skipped(self, session: Session, event: Told, _order: Order | None) -> None:
        if event[1].reason >= 0:  # a trap names none, and nobody repeats it
            session.skips[event[1].reason] = event[0]

    def _routed(self, session: Session, event: Told, _order: Order | None) -> None:
        session.routes[event[1].symbol] = (event[0], event[1].route)
