"""No order may vanish: what was submitted is open or closed, order by order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.base import metric
from metrics.columns import Columns, rows_at
from metrics.mask import mask
from metrics.rows import Row, Table
from metrics.tally import totals

IN_FLIGHT: Final = ("submitted",)
OPEN: Final = ("accepted", "partially_filled")
CLOSED: Final = ("filled", "canceled", "rejected", "denied", "expired", "unknown")

_SHOWN_IDS: Final = 10
_MOST_ROWS: Final = 5_000
"""A view of a bounded window shows so many orders at most; a full one may have left some out."""
_QUANTITY_TOLERANCE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Identity:
    """One sum that must come out.

    name    the identity in words
    left, right   its two sides, orders
    ids     client order ids, else the raw line, of the orders that break it (at most 10)
    """

    name: str
    left: int
    right: int
    ids: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether both sides agree and no order breaks it."""
        return self.left == self.right and not self.ids


@dataclass(frozen=True, slots=True)
class Conservation:
    """Every identity that could be checked. `n` is the number of orders looked at."""

    n: int
    identities: tuple[Identity, ...]

    @property
    def breaks(self) -> tuple[Identity, ...]:
        """The identities that do not hold."""
        return tuple(one for one in self.identities if not one.holds)

    @property
    def holds(self) -> bool | None:
        """Whether all hold; None when there was no order to look at."""
        return None if not self.n else not self.breaks


@metric(unit="count", needs=("order_columns", "tally_rows", "start", "exact"))
def conservation(
    order_columns: Columns, tally_rows: Table, start: pd.Timestamp | None, exact: bool
) -> Conservation:
    """Check that no order vanishes or counts twice. Unit: orders.

    By id: every order that was submitted is in flight, open or closed; its quantity is filled
    plus left. Against the counts: the steps that the tally counted in the window are the steps
    that the orders themselves remember (left out where
    the window holds more than the orders that a view shows).
    """
    orders = order_columns
    if orders.empty or "status" not in orders.columns:
        return Conservation(0, ())
    identities = [_by_state(orders), _by_quantity(orders)]
    if exact and (start is None or len(orders) < _MOST_ROWS):
        identities += [
            _against_tally(orders, tally_rows, start, step, column)
            for step, column in (("submitted", "ts_submitted"), ("accepted", "ts_accepted"))
        ]
    return Conservation(len(orders), tuple(identities))


@metric(unit="count", needs=("open_order_columns", "tally_rows", "exact"))
def conservation_of_counts(
    open_order_columns: Columns, tally_rows: Table, exact: bool
) -> Conservation:
    """Check that no order vanished from a window over everything, by counts alone. Unit: orders.

    submitted + orphans ≤ open + closed; the right side may hold more, because an order can end
    that was never heard of before. It costs the same however long the history is.
    """
    steps = _steps(tally_rows)
    orphans = steps.get("orphan", 0) - steps.get("orphan_claimed", 0)
    born = steps.get("submitted", 0) + orphans
    if not exact or not born:
        return Conservation(0, ())
    told_of = len(open_order_columns) + sum(steps.get(step, 0) for step in CLOSED)
    identity = Identity("submitted + orphans = open + closed", born, min(born, told_of))
    return Conservation(born, (identity,))


def _steps(tally: Table) -> dict[str, int]:
    steps: dict[str, int] = {}
    for (what, _), n in totals(tally).items():
        steps[what] = steps.get(what, 0) + n
    return steps


def _by_state(orders: Columns) -> Identity:
    """Check submitted = in flight + open + closed, order by order."""
    known = mask(orders, "status", (*IN_FLIGHT, *OPEN, *CLOSED))
    name = "submitted + orphans = in flight + open + closed"
    return Identity(name, len(orders), int(known.sum()), _ids(orders, ~known))


def _by_quantity(orders: Columns) -> Identity:
    """Check order_quantity = filled_quantity + leaves_quantity where all three are known."""
    columns = ["order_quantity", "filled_quantity", "leaves_quantity"]
    name = "order quantity = filled + leaves"
    if not set(columns) <= set(orders.columns):
        return Identity(name, 0, 0)
    whole, filled, leaves = (np.asarray(orders[one], np.float64) for one in columns)
    known = np.isfinite(whole) & np.isfinite(filled) & np.isfinite(leaves)
    room = _QUANTITY_TOLERANCE * np.maximum(1.0, np.abs(whole))
    fits = np.abs(whole - filled - leaves) <= room
    overfilled = filled - whole > room
    broken = known & (~fits | overfilled)
    return Identity(name, int(known.sum()), int((known & ~broken).sum()), _ids(orders, broken))


def _against_tally(
    orders: Columns, tally: Table, start: pd.Timestamp | None, step: str, column: str
) -> Identity:
    """Check that the tally counted as many steps as the orders remember in the window."""
    stamps = pd.DatetimeIndex(orders[column])
    inside = np.asarray(stamps.notna() if start is None else stamps > start)
    name = f"{step} in the tally = orders {step} in the window"
    return Identity(name, _steps(tally).get(step, 0), int(inside.sum()))


def _ids(orders: Columns, rows: NDArray[np.bool_]) -> tuple[str, ...]:
    if not rows.any():
        return ()
    return tuple(_id(row) for row in rows_at(orders, np.flatnonzero(rows)[:_SHOWN_IDS]))


def _id(row: Row) -> str:
    for name in ("client_order_id", "venue_order_id"):
        if isinstance(row.get(name), str):
            return str(row[name])
    return f"{row.get('raw_generation')}:{row.get('raw_offset')}"
