"""The columns of the `orders` frame, and the status of an order at one moment."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ledger.order import FAR
from ledger.order_table import CLOSING, NEVER
from ledger.silence import Silence

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
    "unknown",
)
OPEN_STATUSES: Final = ("submitted", "accepted", "partially_filled")
EXPIRED: Final = STATUSES.index("expired")
UNKNOWN: Final = STATUSES.index("unknown")
"""Over, but nobody told how it ended."""
_BY_CLOSING: Final = dict(zip(CLOSING, STATUSES[3:UNKNOWN], strict=True))

Arrays = dict[str, npt.NDArray[Any]]


def statuses(cells: Arrays, at: int, silence: Silence) -> npt.NDArray[np.int8]:
    """Return the status (index into STATUSES) of each row at a moment; -1 = not yet heard of.

    An order that nobody answered for as long as its system waits, or that outlived its own time,
    has expired, or is over without anybody's word where its source tells of no ends; that is
    derived here, never stored.
    """
    submitted, accepted = cells["ts_submitted"], cells["ts_accepted"]
    status = np.full(len(submitted), -1, np.int8)
    status[submitted != NEVER] = 0
    status[accepted != NEVER] = 1
    status[(cells["ts_first_fill"] != NEVER) | (cells["ts_first_partial"] != NEVER)] = 2
    limited = (status == 0) | ((status == 1) & ~np.isnan(cells["ttl_seconds"]))
    limited &= submitted != NEVER
    over = limited & (lapses(cells, silence) <= at)
    status[over] = np.where(silence.tells_ends(cells["source"][over]), EXPIRED, UNKNOWN)
    for column, word in _BY_CLOSING.items():
        status[cells[column] != NEVER] = STATUSES.index(word)
    return status


def lapses(cells: Arrays, silence: Silence) -> npt.NDArray[np.int64]:
    """Return when each order expires unless it ends before: int64 ns.

    NEVER without a submit; FAR where neither the order nor its system has a limit.
    """
    submitted, own = cells["ts_submitted"], cells["ttl_seconds"]
    ttl_ns = (np.nan_to_num(own) * 1e9).astype(np.int64)
    ttl_ns = np.where(np.isnan(own), silence.of_each(cells["source"]), ttl_ns)
    limited = ttl_ns < FAR
    ends = submitted + np.where(limited, ttl_ns, 0)
    found: npt.NDArray[np.int64] = np.where(limited, ends, FAR)
    found[submitted == NEVER] = NEVER
    return found


def times(ns: npt.NDArray[np.int64]) -> pd.DatetimeIndex:
    """Return int64 nanoseconds as UTC times; `NEVER` becomes NaT."""
    return pd.DatetimeIndex(ns.view("M8[ns]")).tz_localize("UTC")
