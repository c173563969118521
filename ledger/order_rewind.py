"""Winding a session back to a moment, so that a late event can be told in its place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from operator import itemgetter
from typing import Final

from ledger.order import FACTS, NAN, TS, Order, Session, Told
from ledger.order_kinds import DENIED, REJECTED, ROUTED, SKIPPED
from ledger.order_life import MEMORY_NS, OrderLives
from ledger.order_logs import OrderLogs
from ledger.order_revive import revive
from ledger.order_table import CLOSING, NEVER, PRICES_AGREED, OrderTable

_MOMENT: Final = itemgetter(TS)


def wind_back(
    lives: OrderLives,
    logs: OrderLogs,
    session: Session,
    to: int,
    touched: set[int],
    unlearned: Iterable[tuple[int, str, int]],
) -> list[Told]:
    """Undo what a session told after a moment; return those lines, to be told again.

    `touched` are the rows of orders with a change after `to`, `unlearned` what they had learned
    before it, the last one first. The table must be up to date.
    """
    table = logs.table
    split = bisect_right(session.events, to, key=_MOMENT)
    again = session.events[split:]
    del session.events[split:]
    rows = touched | _named_in(again, session, table)
    orders = {row: lives.live.get(row) or revive(table, session, row) for row in rows}
    for row, name, before in unlearned:
        setattr(orders[row], name, NAN if name in PRICES_AGREED else before)
    kept = []
    for row, order in orders.items():
        _forget_names(order, to)
        if order.created > to:
            lives.live.pop(row, None)
            table.clear(row)
        else:
            _undo(lives, table, order, to)
            kept.append(order)
    # What has ended holds all that it was filled with, unless nobody had told its size yet.
    logs.refill(
        order
        for order in kept
        if order.row in touched and (order.row in lives.live or order.submitted == NEVER)
    )
    session.reopened = [gap for gap in session.reopened if gap[1] <= to]
    _remember(session, to)
    queue_again(lives, session)
    session.newest = to
    return again


def _named_in(events: Iterable[Told], session: Session, table: OrderTable) -> set[int]:
    """Return the rows of the session's orders that some lines name: what they taught goes too."""
    rows = set()
    source, word = table.column("source"), table.column("session_id")
    for event in events:
        for known, name in session.ids.named_by(event):
            for entry in known.of(name):
                row = entry if isinstance(entry, int) else entry.row
                if source[row] == session.source and word[row] == session.session_id:
                    rows.add(row)
    return rows


def _forget_names(order: Order, to: int) -> None:
    ids = order.session.ids
    if order.named > to:
        ids.client.remove(order.client_order_id, order)
        order.client_order_id, order.named = None, NEVER
    else:
        ids.client.put(order.client_order_id, order, order)
        ids.client.strays.hear(order.client_order_id, order)
    if order.venue_named > to:
        ids.venue.remove(order.venue_order_id, order)
        order.venue_order_id, order.venue_named = None, NEVER
    else:
        ids.venue.put(order.venue_order_id, order, order)
        ids.venue.strays.hear(order.venue_order_id, order)


def _undo(lives: OrderLives, table: OrderTable, order: Order, to: int) -> None:
    if order.submitted > to:
        order.quantity = order.limit_price = order.ttl_seconds = NAN
    for name in ("submitted", "accepted", "answered", "first_partial", "first_fill", "ended"):
        if getattr(order, name) > to:
            setattr(order, name, NEVER)
    order.dimensions = -1
    cell, row = table.cell, order.row
    for name in CLOSING:
        if cell[name][row] > to:
            cell[name][row] = NEVER
    if order.ended == NEVER:
        order.end = ""
        lives.live[row] = order
    lives.touched[order] = None


def _remember(session: Session, to: int) -> None:
    """Set the short memory of a session to what it was at a moment."""
    session.routes.clear()
    session.skips.clear()
    session.last_rejected = NEVER
    session.twin_denials.clear()
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
            session.is_twin_denial(event)
        elif facts.kind == REJECTED:
            session.twin_of_failure(event)


def queue_again(lives: OrderLives, session: Session) -> None:
    """Fill the queues of a session anew from its living orders, oldest first."""
    for queue in (*session.in_flight, *session.resting):
        queue.clear()
    own = [order for order in lives.live.values() if order.session is session]
    for order in sorted(own, key=lambda order: (order.queued, order.row)):
        if order.accepted != NEVER:
            session.resting[order.effect][order] = None
        elif order.submitted != NEVER:
            session.in_flight[order.effect][order] = None
