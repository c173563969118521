"""Which orders a picture shows: the rows without an end at its moment, and those a filter lets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ledger.codes import DIMENSIONS
from ledger.order_frame import EXPIRED, OPEN_STATUSES, UNKNOWN, statuses
from ledger.order_table import LEARNED, NEVER

if TYPE_CHECKING:
    from ledger.ledger import Ledger

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]


def open_rows(ledger: Ledger, at: int, allowed: Mask) -> tuple[Rows, npt.NDArray[np.int8]]:
    """Return the rows that are open, or over in silence, at a moment, and their status.

    `allowed` says which groups of events a filter lets.
    """
    orders = ledger.orders
    if at >= (ledger.newest() or 0):
        rows = np.fromiter(orders.lives.live, np.int64, len(orders.lives.live))
    else:
        created = orders.table.column("ts_created")
        rows = np.flatnonzero((created <= at) & (created != NEVER))
    rows = rows[allowed_orders(ledger, rows, allowed, at)]
    status = statuses(orders.table.at(rows, at), at, orders.lives.silence)
    kept = (status >= 0) & ((status < len(OPEN_STATUSES)) | (status == EXPIRED))
    kept |= status == UNKNOWN
    return rows[kept], status[kept]


def allowed_orders(ledger: Ledger, rows: Rows, allowed: Mask, at: int) -> Mask:
    """Return which rows were of a source, an account and a symbol that a filter lets."""
    mask = np.ones(len(rows), np.bool_)
    if allowed.all():
        return mask
    groups = ledger.groups.table()[: len(allowed)][allowed]
    for name in ("source", "account_id", "symbol"):
        words = np.unique(groups[:, DIMENSIONS.index(name)])
        known = ledger.orders.table.column(name)[rows]
        if name in LEARNED:
            known = ledger.orders.logs.known_at(name, rows, at)
        mask &= np.isin(known, words)
    return mask
