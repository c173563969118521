"""What has become of the orders that were submitted in the window: what shares are shares of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from metrics.base import metric
from metrics.columns import Columns
from metrics.mask import mask

_BY_TIME: Final = {"ack": "ts_accepted", "partial": "ts_first_partial"}
_BY_STATUS: Final = {
    "filled": "filled",
    "cancelled": "canceled",
    "expired": "expired",
    "failed": "rejected",
}


@dataclass(frozen=True, slots=True)
class SubmittedFates:
    """Opening orders by what they went through until the moment asked for.

    n        submitted in the window and kept row by row: the newest, where there are very many
    reached  of these n, how many were `ack`, had a `partial` fill, ended as `filled`, `cancelled`,
             `expired` or `failed`; never more than n. Frames of orders do not tell of partial fills
             that others followed: of them `partial` is not there
    """

    n: int
    reached: dict[str, int]


@metric(unit="count", needs=("order_columns", "start"))
def submitted_fates(order_columns: Columns, start: pd.Timestamp | None) -> SubmittedFates:
    """Follow the opening orders submitted in the window. Unit: orders.

    The counts of a window (`order_counts`) hold what happened in it: to orders submitted before it
    began, and to orphans, whose submit no log has, as well. A share of what was submitted needs
    the fates of just those orders.
    """
    if order_columns.empty or "ts_submitted" not in order_columns.columns:
        return SubmittedFates(0, dict.fromkeys((*_BY_TIME, *_BY_STATUS), 0))
    submitted = pd.DatetimeIndex(order_columns["ts_submitted"])
    wanted = np.asarray(submitted.notna() if start is None else submitted > start)
    wanted &= ~mask(order_columns, "position_effect", ("close",))
    partly = not isinstance(order_columns, pd.DataFrame) or _BY_TIME["partial"] in order_columns
    reached = {
        **{
            name: pd.DatetimeIndex(order_columns[time]).notna()
            for name, time in _BY_TIME.items()
            if name != "partial" or partly
        },
        **{name: mask(order_columns, "status", (word,)) for name, word in _BY_STATUS.items()},
    }
    return SubmittedFates(
        int(wanted.sum()), {name: int((wanted & found).sum()) for name, found in reached.items()}
    )
