"""The `orders` frame: order lives as they stood at one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ledger.order_table import CLOSING, NEVER

if TYPE_CHECKING:
    from ledger.ledger import Ledger

SECOND_NS: Final = 1_000_000_000

ORDER_COLUMNS: Final = (
    "client_order_id",
    "venue_order_id",
    "symbol",
    "side",
    "order_quantity",
    "filled_quantity",
    "leaves_quantity",
    "limit_price",
    "average_fill_price",
    "stop_loss_price",
    "take_profit_price",
    "mode",
    "status",
    "route",
    "strategy_id",
    "reason",
    "ts_submitted",
    "ts_accepted",
    "ts_first_fill",
    "ts_closed",
    "ts_expires",
    "order_ack_seconds",
    "first_fill_seconds",
    "source",
    "account_id",
    "session_id",
    "position_effect",
    "raw_generation",
    "raw_offset",
)

STATUSES: Final = (
    "submitted",
    "accepted",
    "partially_filled",
    "filled",
    "canceled",
    "rejected",
    "denied",
    "expired",
)
OPEN_STATUSES: Final = ("submitted", "accepted", "partially_filled")
_BY_CLOSING: Final = dict(zip(CLOSING, STATUSES[3:], strict=True))

Arrays = dict[str, npt.NDArray[Any]]


def statuses(cells: Arrays, at: int, expiry_ns: int) -> npt.NDArray[np.int8]:
    """Return the status (index into STATUSES) of each row at a moment; -1 = not yet heard of.

    An order that nobody answered for `expiry_ns` has expired; that is derived here, never stored.
    """
    submitted, accepted = cells["ts_submitted"], cells["ts_accepted"]
    status = np.full(len(submitted), -1, np.int8)
    status[submitted != NEVER] = 0
    status[accepted != NEVER] = 1
    status[(cells["ts_first_fill"] != NEVER) | (cells["ts_first_partial"] != NEVER)] = 2
    lapsed = (status == 0) & (submitted <= at - expiry_ns)
    status[lapsed] = STATUSES.index("expired")
    for column, word in _BY_CLOSING.items():
        status[cells[column] != NEVER] = STATUSES.index(word)
    return status


def order_frame(
    ledger: Ledger, rows: npt.NDArray[np.int64], at: int, told_until: int
) -> pd.DataFrame:
    """Return the orders frame (columns `ORDER_COLUMNS`) of some rows as they stood at `at`.

    What the ledger was told after `told_until` is left out: a picture that is taken now and read
    later must not know more in one part than in another.
    """
    lives, words = ledger.orders.lives, ledger.groups.codes
    cells = ledger.orders.table.at(rows, told_until)
    _quantities_at(ledger, rows, told_until, cells)
    status = statuses(cells, at, lives.expiry_ns)
    submitted = cells["ts_submitted"]
    lapses = np.where(submitted == NEVER, NEVER, submitted + lives.expiry_ns)
    closed = np.max([cells[name] for name in CLOSING], axis=0, initial=NEVER)
    closed = np.where((status == STATUSES.index("expired")) & (closed == NEVER), lapses, closed)
    named = {"client_order_id": "ts_named", "venue_order_id": "ts_venue_named"}
    ids = {"client_order_id": ledger.orders.table.client_order_ids}
    ids["venue_order_id"] = ledger.orders.table.venue_order_ids
    picked = rows.tolist()
    columns: dict[str, Any] = {}
    for name, known_since in named.items():
        known = (cells[known_since] != NEVER).tolist()
        pairs = zip(picked, known, strict=True)
        columns[name] = pd.array(
            [ids[name][row] if is_known else None for row, is_known in pairs], dtype="str"
        )
    quantity, filled = cells["order_quantity"], cells["filled_quantity"]
    columns |= {
        "symbol": words["symbol"].categorical(cells["symbol"]),
        "side": words["side"].categorical(cells["side"]),
        "order_quantity": quantity,
        "filled_quantity": filled,
        "leaves_quantity": quantity - np.nan_to_num(filled),
        "limit_price": cells["limit_price"],
        "average_fill_price": cells["filled_value"] / np.where(filled > 0, filled, np.nan),
        "stop_loss_price": np.full(len(rows), np.nan),
        "take_profit_price": np.full(len(rows), np.nan),
        "mode": pd.array([None] * len(rows), dtype="str"),
        "status": _category(status, STATUSES),
        "route": words["route"].categorical(cells["route"]),
        "strategy_id": ledger.orders.strategies.categorical(cells["strategy_id"]),
        "reason": words["reason"].categorical(cells["reason"]),
        "ts_submitted": times(submitted),
        "ts_accepted": times(cells["ts_accepted"]),
        "ts_first_fill": times(cells["ts_first_fill"]),
        "ts_closed": times(closed),
        "ts_expires": times(np.where(cells["ts_accepted"] == NEVER, lapses, NEVER)),
        "order_ack_seconds": _between(submitted, cells["ts_accepted"]),
        "first_fill_seconds": _between(submitted, cells["ts_first_fill"]),
        "source": words["source"].categorical(cells["source"]),
        "account_id": words["account_id"].categorical(cells["account_id"]),
        "session_id": words["session_id"].categorical(cells["session_id"]),
        "position_effect": _category(cells["position_effect"], ("open", "close")),
        "raw_generation": ledger.generations.categorical(cells["generation"]),
        "raw_offset": cells["raw_offset"],
    }
    return pd.DataFrame(columns, columns=list(ORDER_COLUMNS), copy=False)


def times(ns: npt.NDArray[np.int64]) -> pd.DatetimeIndex:
    """Return int64 nanoseconds as UTC times; `NEVER` becomes NaT."""
    return pd.DatetimeIndex(ns.view("M8[ns]")).tz_localize("UTC")


def _between(first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    known = (first != NEVER) & (last != NEVER)
    result = np.full(len(first), np.nan)
    result[known] = (last[known] - first[known]) / SECOND_NS
    return result


def _quantities_at(ledger: Ledger, rows: npt.NDArray[np.int64], at: int, cells: Arrays) -> None:
    """Take fills after the moment out of what is filled."""
    low, high = ledger.orders.fills.bounds(at, None)
    later = set(ledger.orders.fills.column("row")[low:high].tolist())
    if not later:
        return
    fill_rows = ledger.orders.fills.column("row")[:low]
    quantity, price = (
        ledger.orders.fills.column("quantity")[:low],
        ledger.orders.fills.column("price")[:low],
    )
    for position, row in enumerate(rows.tolist()):
        if row in later:
            mine = (fill_rows == row) & np.isfinite(quantity)
            known = bool(mine.any())
            cells["filled_quantity"][position] = quantity[mine].sum() if known else np.nan
            worth = (quantity[mine] * price[mine]).sum() if known else np.nan
            cells["filled_value"][position] = worth


def _category(codes: npt.NDArray[Any], words: tuple[str, ...]) -> pd.Categorical:
    dtype = pd.CategoricalDtype(pd.Index(words, dtype="str"))
    return pd.Categorical.from_codes(codes, dtype=dtype, validate=False)
