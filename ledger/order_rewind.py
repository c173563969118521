"""Winding a session back to a moment, so that a late event can be told in its place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from operator import itemgetter
from typing import Final

from ledger.order import FACTS, TS, Order, Session, Told
from ledger.order_life import DENIED, MEMORY_NS, REJECTED, ROUTED, SKIPPED, OrderLives
from ledger.order_revive import revive
from ledger.order_table import CLOSING, NEVER, OrderTable

_MOMENT: Final = itemgetter(TS)


def wind_back(
    lives: OrderLives, table: OrderTable, session: Session, to: int, touched: Iterable[int]
) -> list[Told]:
    """Undo what a session told after a moment; return those events, to be told again.

    `touched` are the rows with a transition after `to`; the table must be up to date.
    """
    split = bisect_right(session.events, to, key=_MOMENT)
    again = session.events[split:]
    del session.events[split:]
    for row in touched:
        order = lives.live.get(row) or revive(table, session, row)
        _forget_names(order, to)
        if order.created > to:
            lives.live.pop(row, None)
            table.clear(row)
        else:
            _undo(lives, table, order, to)
    _remember(session, to)
    queue_again(lives, session)
    session.newest = to
    return again


def _forget_names(order: Order, to: int) -> None:
    clients, venues = order.session.client_ids, order.session.venue_ids
    if order.named > to:
        clients.remove(order.client_order_id, order)
        order.client_order_id, order.named = None, NEVER
    else:
        clients.put(order.client_order_id, order, order)
    if order.venue_named > to:
        venues.remove(order.venue_order_id, order)
        order.venue_order_id, order.venue_named = None, NEVER
    else:
        venues.put(order.venue_order_id, order, order)


def _undo(lives: OrderLives, table: OrderTable, order: Order, to: int) -> None:
    for name in ("submitted", "accepted", "first_partial", "first_fill"):
        if getattr(order, name) > to:
            setattr(order, name, NEVER)
    cell, row = table.cell, order.row
    for name in CLOSING:
        if cell[name][row] > to:
            cell[name][row] = NEVER
    if all(cell[name][row] == NEVER for name in CLOSING):
        lives.live[row] = order
    lives.touched[order] = None


def _remember(session: Session, to: int) -> None:
    """Set the short memory of a session to what it was at a moment."""
    session.routes.clear()
    session.skips.clear()
    session.last_rejected = NEVER
    session.denials = {name: ts for name, ts in session.denials.items() if ts <= to}
    first = bisect_right(session.events, to - MEMORY_NS, key=_MOMENT)
    for event in session.events[first:]:
        ts, facts = event[TS], event[FACTS]
        if facts.kind == ROUTED:
            session.routes[facts.symbol] = (ts, facts.route)
        elif facts.kind == SKIPPED and facts.reason >= 0:
            session.skips[facts.reason] = ts
        elif facts.kind == DENIED:
            session.skips.pop(facts.reason, None)
        elif facts.kind == REJECTED:
            session.last_rejected = ts


def queue_again(lives: OrderLives, session: Session) -> None:
    """Fill the queues of a session anew from its living orders, oldest first."""
    for queue in (*session.in_flight, *session.resting):
        queue.clear()
    own = [order for order in lives.live.values() if order.session is session]
    for order in sorted(own, key=lambda order: (order.accepted, order.submitted, order.row)):
        if order.accepted != NEVER:
            session.resting[order.effect][order] = None
        elif order.submitted != NEVER:
            session.in_flight[order.effect][order] = None
