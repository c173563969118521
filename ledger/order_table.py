"""All orders of the desk as parallel arrays: a row an order, times as int64 nanoseconds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import numpy.typing as npt

from ledger.order_cells import Cells, first_cells, later_cells

if TYPE_CHECKING:
    from ledger.order import Order

NEVER: Final = int(np.iinfo(np.int64).min)
"""A time that has not come."""

CLOSING: Final = ("ts_filled", "ts_canceled", "ts_rejected", "ts_denied", "ts_expired")
TIMES: Final = (
    "ts_created",
    "ts_submitted",
    "ts_accepted",
    "ts_answered",
    "ts_first_partial",
    "ts_first_fill",
    *CLOSING,
    "ts_named",
    "ts_venue_named",
)
CODES: Final = (
    "source",
    "account_id",
    "session_id",
    "symbol",
    "side",
    "position_effect",
    "route",
    "reason",
    "strategy_id",
    "generation",
    "mode",
)
NUMBERS: Final = (
    "order_quantity",
    "filled_quantity",
    "filled_value",
    "limit_price",
    "stop_loss_price",
    "take_profit_price",
    "ttl_seconds",
)
PRICES_AGREED: Final = ("stop_loss_price", "take_profit_price")
LEARNED: Final = ("symbol", "side", "route", "reason", "mode", *PRICES_AGREED)
"""What an order may be told of later in its life: words, and prices that were not known before."""

_BY_SUBMIT: Final = ("order_quantity", "limit_price", "ttl_seconds")
"""What the submit alone tells."""


class OrderTable:
    """Struct of arrays; `cell[name][row]` reads or writes one value."""

    def __init__(self) -> None:
        self.size = 0
        self._written = 0
        """Rows from here on hold nothing yet."""
        self.client_order_ids: list[str | None] = []
        self.venue_order_ids: list[str | None] = []
        self._arrays: dict[str, npt.NDArray[Any]] = {}
        self.cell: dict[str, memoryview[Any]] = {}
        self._resize(256)

    def _resize(self, capacity: int) -> None:
        for names, dtype, empty in (
            (TIMES, np.int64, NEVER),
            (CODES, np.int32, -1),
            (NUMBERS, np.float64, np.nan),
            (("raw_offset",), np.int64, -1),
        ):
            for name in names:
                fresh = np.full(capacity, empty, dtype)
                old = self._arrays.get(name)
                if old is not None:
                    fresh[: self.size] = old[: self.size]
                self._arrays[name] = fresh
                self.cell[name] = memoryview(cast(Any, fresh))

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return a column as a view of all rows."""
        return self._arrays[name][: self.size]

    def extend(self, size: int) -> None:
        """Make room for rows up to `size`."""
        if size > len(self._arrays["ts_created"]):
            # Rows are written when they are made: twice the room would be memory taken for nothing.
            self._resize(size + size // 4)
        self.client_order_ids += [None] * (size - self.size)
        self.venue_order_ids += [None] * (size - self.size)
        self.size = max(self.size, size)

    def write(self, orders: Iterable[Order]) -> None:
        """Write what is known of some orders into their rows."""
        written = list(orders)
        if not written:
            return
        fresh = [order for order in written if order.row >= self._written]
        self._put(first_cells(fresh), [order.row for order in fresh])
        self._put(later_cells(written), [order.row for order in written])
        for order in written:
            self.client_order_ids[order.row] = order.client_order_id
            self.venue_order_ids[order.row] = order.venue_order_id
        self._written = self.size

    def _put(self, cells: Cells, numbers: list[int]) -> None:
        rows = np.array(numbers, np.int64)
        for name, values in cells.items():
            self._arrays[name][rows] = values

    def close(self, column: str, rows: npt.NDArray[np.int64], ts: npt.NDArray[np.int64]) -> None:
        """Stamp the end of some orders."""
        self._arrays[column][rows] = ts

    def ended(self, row: int) -> int:
        """Return when an order ended, NEVER where it has not."""
        for name in CLOSING:
            ended: int = self.cell[name][row]
            if ended != NEVER:
                return ended  # an order has one end
        return NEVER

    def end(self, row: int) -> str:
        """Return how an order ended, the empty text where it has not."""
        ends = (name for name in CLOSING if self.cell[name][row] != NEVER)
        return next(ends, "").removeprefix("ts_")

    def clear(self, row: int) -> None:
        """Make a row as if it had never been: it belongs to no moment."""
        for names, empty in ((TIMES, NEVER), (CODES, -1), (NUMBERS, float("nan"))):
            for name in names:
                self.cell[name][row] = empty
        self.client_order_ids[row] = self.venue_order_ids[row] = None

    def keep(self, mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Drop the other rows; return the new row of each old one (-1 = dropped)."""
        moved = np.where(mask, np.cumsum(mask) - 1, -1).astype(np.int64)
        kept = int(mask.sum())
        old_size = self.size
        for name, array in self._arrays.items():
            array[:kept] = array[:old_size][mask]
            fill: Any = NEVER if name in TIMES else np.nan if name in NUMBERS else -1
            array[kept:old_size] = fill
        rows = np.flatnonzero(mask).tolist()
        self.client_order_ids = [self.client_order_ids[row] for row in rows]
        self.venue_order_ids = [self.venue_order_ids[row] for row in rows]
        self.size = self._written = kept
        return moved

    def at(self, rows: npt.NDArray[np.int64], at: int) -> dict[str, npt.NDArray[Any]]:
        """Return columns of some rows as they stood at a moment: later times have not come yet."""
        result: dict[str, npt.NDArray[Any]] = {}
        for name, array in self._arrays.items():
            picked = array[rows]
            result[name] = np.where(picked > at, NEVER, picked) if name in TIMES else picked
        unsubmitted = result["ts_submitted"] == NEVER
        for name in _BY_SUBMIT:
            result[name][unsubmitted] = np.nan
        return result
