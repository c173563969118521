"""Orders that had ended, brought back because something more is told of them."""

from __future__ import annotations

from typing import Final

from ledger.order import Order, Session
from ledger.order_table import OrderTable

_ALIKE: Final = (
    *("account_id", "symbol", "side", "route", "reason", "strategy_id", "generation", "mode"),
    *("stop_loss_price", "take_profit_price", "ttl_seconds"),
)
"""What an order calls as its table does."""


def revive(table: OrderTable, session: Session, row: int) -> Order:
    """Return an order that had ended as it stands in the table."""
    order = Order.__new__(Order)
    order.row, order.session, order.dimensions = row, session, -1
    cell = table.cell
    order.created = cell["ts_created"][row]
    order.submitted, order.accepted = cell["ts_submitted"][row], cell["ts_accepted"][row]
    order.answered = cell["ts_answered"][row]
    order.first_partial, order.first_fill = (
        cell["ts_first_partial"][row],
        cell["ts_first_fill"][row],
    )
    order.named, order.venue_named = cell["ts_named"][row], cell["ts_venue_named"][row]
    order.ended, order.end = table.ended(row), table.end(row)
    order.client_order_id = table.client_order_ids[row]
    order.venue_order_id = table.venue_order_ids[row]
    order.effect = max(cell["position_effect"][row], 0)
    for name in _ALIKE:
        setattr(order, name, cell[name][row])
    order.raw_offset = cell["raw_offset"][row]
    order.quantity, order.limit_price = cell["order_quantity"][row], cell["limit_price"][row]
    order.filled_quantity = cell["filled_quantity"][row]
    order.filled_value = cell["filled_value"][row]
    return order
