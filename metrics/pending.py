"""Orders that wait: sent or acknowledged, without an end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.base import metric
from metrics.columns import Columns
from metrics.mask import mask

_SECOND_NS: Final = 1_000_000_000
_NEVER: Final = np.iinfo(np.int64).min
"""How pandas writes a missing time among nanoseconds."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Opening orders without an end at one moment, by logs and by lists, whatever the window.

    pending_orders      all of them
    unacknowledged      of these, sent but not yet acknowledged (in flight)
    oldest_age_seconds  age of the oldest since its submit; None when there is none
    median_age_seconds  age of the one in the middle; None when there is none
    """

    pending_orders: int
    unacknowledged: int
    oldest_age_seconds: float | None
    median_age_seconds: float | None


@metric(unit="count", needs=("waiting_order_columns", "at"))
def pending(waiting_order_columns: Columns, at: pd.Timestamp) -> Pending:
    """Count the opening orders that have no terminal event at `at`, with their ages in seconds.

    An order that nobody acknowledged for as long as its system waits has expired by then and is
    not among them; nor is one that a list of its venue says has ended.
    """
    opening = ~mask(waiting_order_columns, "position_effect", ("close",))
    in_flight = mask(waiting_order_columns, "status", ("submitted",))
    ages = _ages(waiting_order_columns, at)[opening]
    ages = ages[np.isfinite(ages)]
    return Pending(
        pending_orders=int(opening.sum()),
        unacknowledged=int((opening & in_flight).sum()),
        oldest_age_seconds=float(ages.max()) if ages.size else None,
        median_age_seconds=float(np.median(ages)) if ages.size else None,
    )


def age_seconds(orders: pd.DataFrame, at: pd.Timestamp) -> pd.Series[float]:
    """Give the age of each order at `at` since its submit, else since its ack, in seconds."""
    return pd.Series(_ages(orders, at), index=orders.index, name="age_seconds")


def _ages(orders: Columns, at: pd.Timestamp) -> NDArray[np.float64]:
    born = np.full(len(orders), _NEVER)
    for column in ("ts_accepted", "ts_submitted"):
        if column in orders.columns:
            index = pd.DatetimeIndex(orders[column])
            stamps = (index if index.unit == "ns" else index.as_unit("ns")).asi8
            born = np.where(stamps == _NEVER, born, stamps)
    return np.where(born == _NEVER, np.nan, (at.as_unit("ns").value - born) / _SECOND_NS)
