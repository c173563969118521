"""What happens to one order: it is made, it learns, it ends; each change is noted to be logged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ledger.elsewhere import Elsewhere
from ledger.order import NAN, Order, Queue, Session, Terms, Told
from ledger.order_match import OrderMatcher
from ledger.order_table import LEARNED, NEVER
from ledger.silence import Silence

Moved = tuple[str, int, int, int]
"""(what, dimensions, reason, session); for what happened to no order (what, -1, group, -1)."""
Transition = tuple[int, Moved, float, int, int]
"""(ts, how it is counted, seconds, row, session); row -1 = no order."""
Fill = tuple[int, int, float, float, int, int, int]
"""(ts, row, quantity, price, session, generation, raw_offset)"""
Learned = tuple[int, int, int, int, int]
"""(ts, row, place in `LEARNED`, what was known before, session); of prices nothing was, -1."""

SYMBOL, SIDE, ROUTE, REASON, MODE, STOP, PROFIT = range(len(LEARNED))


class OrderChanges(OrderMatcher):
    """Changes orders. What was changed since the last drain lies in its lists."""

    def __init__(
        self, *, silence: Silence, revive: Callable[[int], Order], elsewhere: Elsewhere
    ) -> None:
        super().__init__(silence=silence, revive=revive)
        self.elsewhere: Final = elsewhere
        self.dimensions: dict[tuple[int, int, int, int, int], int] = {}
        self.next_row = 0
        self.transitions: list[Transition] = []
        self.fills: list[Fill] = []
        self.learned: list[Learned] = []
        self.reopened: dict[int, int] = {}
        """Row → time of an end that was logged before the last drain, and was none."""

    def _new(self, session: Session, event: Told) -> Order:
        row = self.next_row
        self.next_row = row + 1
        order = self.live[row] = Order(row, session, event)
        return order

    def _orphan(self, session: Session, event: Told) -> Order:
        """Return another session's order that is meant, else one that nobody submitted."""
        if (meant := self.elsewhere.claim(session, event)) is not None:
            return meant
        order = self._new(session, event)
        self._learn(order, event)
        self._emit("orphan", order, NAN, event)
        return order

    def _learn(self, order: Order, event: Told) -> None:
        """Take over what this event tells of the order and was not known before."""
        ts, facts = event[0], event[1]
        if order.client_order_id is None and (name := event[2]) is not None:
            order.client_order_id, order.named = name, ts
            order.session.ids.client.add(name, order)
        if order.venue_order_id is None and (name := event[3]) is not None:
            order.venue_order_id, order.venue_named = name, ts
            order.session.ids.venue.add(name, order)
        if facts.reason != order.reason and facts.reason >= 0:
            self._note(order, ts, REASON, order.reason)
            order.reason = facts.reason
        if order.symbol < 0 <= facts.symbol:
            self._note(order, ts, SYMBOL, -1)
            order.symbol = facts.symbol
        if order.side < 0 <= facts.side:
            self._note(order, ts, SIDE, -1)
            order.side = facts.side
        if order.route < 0 <= facts.route:
            self._note(order, ts, ROUTE, -1)
            order.route = facts.route
        if event[10] is not None:
            self._agree(order, ts, event[10])
        self.touched[order] = None

    def _agree(self, order: Order, ts: int, terms: Terms) -> None:
        """Take over the terms that an event tells, as far as none told them before."""
        stop, profit, mode = terms
        if stop == stop and order.stop_loss_price != order.stop_loss_price:
            self._note(order, ts, STOP, -1)
            order.stop_loss_price = stop
        if profit == profit and order.take_profit_price != order.take_profit_price:
            self._note(order, ts, PROFIT, -1)
            order.take_profit_price = profit
        if order.mode < 0 <= mode:
            self._note(order, ts, MODE, -1)
            order.mode = mode

    def _note(self, order: Order, ts: int, which: int, before: int) -> None:
        """Note what is about to be learned: before this moment it was not known."""
        if which < REASON:
            order.dimensions = -1
        if ts > order.created:  # no moment knows the order without it otherwise
            self.learned.append((ts, order.row, which, before, order.session.number))

    @staticmethod
    def _queue(queue: Queue, order: Order) -> None:
        """Put an order behind those that came before it.

        Several that came at once stand as they were heard of, as after a late line too.
        """
        behind = []
        for other in reversed(queue):
            if other.row < order.row or other.queued < order.queued:
                break
            behind.append(other)
        queue[order] = None
        for other in reversed(behind):
            queue.move_to_end(other)

    def _close(self, order: Order, what: str, event: Told) -> None:
        if self.live.pop(order.row, None) is None:
            return  # it has ended before: told twice
        order.ended, order.end = event[0], what
        session = order.session
        session.resting[order.effect].pop(order, None)
        session.in_flight[order.effect].pop(order, None)
        self.touched[order] = None
        self._emit(what, order, NAN, event)

    def _reopen(self, order: Order, event: Told) -> None:
        """Let an order live on: what was taken for the whole of it was a part."""
        ended, order.ended, order.end = order.ended, NEVER, ""
        order.session.reopened.append((ended, event[0]))
        self.live[order.row] = order
        if order.accepted != NEVER:
            self._queue(order.session.resting[order.effect], order)
        for place in reversed(range(len(self.transitions))):
            told = self.transitions[place]
            if told[3] == order.row and told[1][0] == "filled":
                del self.transitions[place]
                return
        self.reopened[order.row] = ended

    def _emit(self, what: str, order: Order, seconds: float, event: Told) -> None:
        number = order.dimensions
        if number < 0:
            key = (order.account_id, order.symbol, order.side, order.effect, order.route)
            number = order.dimensions = self.dimensions.setdefault(key, len(self.dimensions))
        session = order.session.number
        moved = (what, number, event[1].reason, session)
        self.transitions.append((event[0], moved, seconds, order.row, session))

    def _mark(self, what: str, session: Session, event: Told, *, at: int | None = None) -> None:
        """Say something of an event that is about no order, from its own moment on or a later."""
        moved = (what, -1, event[1].group, -1)
        self.transitions.append((event[0] if at is None else at, moved, NAN, -1, session.number))
