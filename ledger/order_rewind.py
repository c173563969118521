"""Winding a session back to a moment, so that a late event can be told in its place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from operator import itemgetter
from typing import Final

from ledger.order import FACTS, TS, Order, Session, Told
from ledger.order_life import DENIED, MEMORY_NS, REJECTED, ROUTED, SKIPPED, OrderLives
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
        order = lives.live.get(row) or _revive(table, session, row)
        _forget_names(lives, order, to)
        if order.created > to:
            lives.live.pop(row, None)
            table.clear(row)
        else:
            _undo(lives, table, order, to)
    _remember(session, to)
    queue_again(lives, session)
    session.newest = to
    return again


def _revive(table: OrderTable, session: Session, row: int) -> Order:
    """Return an order that had ended as it stands in the table."""
    order = Order.__new__(Order)
    order.row, order.session = row, session
    cell = table.cell
    order.created = cell["ts_created"][row]
    order.submitted, order.accepted = cell["ts_submitted"][row], cell["ts_accepted"][row]
    order.first_partial, order.first_fill = (
        cell["ts_first_partial"][row],
        cell["ts_first_fill"][row],
    )
    order.named, order.venue_named = cell["ts_named"][row], cell["ts_venue_named"][row]
    order.client_order_id = table.client_order_ids[row]
    order.venue_order_id = table.venue_order_ids[row]
    order.effect = max(cell["position_effect"][row], 0)
    for name in ("account_id", "symbol", "side", "route", "reason", "strategy_id", "generation"):
        setattr(order, name, cell[name][row])
    order.raw_offset = cell["raw_offset"][row]
    order.quantity, order.limit_price = cell["order_quantity"][row], cell["limit_price"][row]
    order.filled_quantity = cell["filled_quantity"][row]
    order.filled_value = cell["filled_value"][row]
    return order


def _forget_names(lives: OrderLives, order: Order, to: int) -> None:
    source = order.session.source
    if order.named > to:
        lives.by_client_id.pop((source, order.client_order_id or ""), None)
        order.client_order_id, order.named = None, NEVER
    elif order.client_order_id is not None:
        lives.by_client_id[source, order.client_order_id] = order
    if order.venue_named > to:
        lives.by_venue_id.pop((source, order.venue_order_id or ""), None)
        order.venue_order_id, order.venue_named = None, NEVER
    elif order.venue_order_id is not None:
        lives.by_venue_id[source, order.venue_order_id] = order


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
    session.last_skip, session.last_rejected = None, NEVER
    session.denials = {name: ts for name, ts in session.denials.items() if ts <= to}
    first = bisect_right(session.events, to - MEMORY_NS, key=_MOMENT)
    for event in session.events[first:]:
        ts, facts = event[TS], event[FACTS]
        if facts.kind == ROUTED:
            session.routes[facts.symbol] = (ts, facts.route)
        elif facts.kind == SKIPPED:
            session.last_skip = (ts, facts.reason)
        elif facts.kind == DENIED:
            session.last_skip = None
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
