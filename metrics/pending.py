"""Orders that wait: sent or acknowledged, without an end."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from metrics.base import metric
from metrics.tally import mask


@dataclass(frozen=True, slots=True)
class Pending:
    """Opening orders without an end at one moment, whatever the window.

    pending_orders      all of them
    unacknowledged      of these, sent but not yet acknowledged (in flight)
    oldest_age_seconds  age of the oldest since its submit; None when there is none
    median_age_seconds  age of the one in the middle; None when there is none
    """

    pending_orders: int
    unacknowledged: int
    oldest_age_seconds: float | None
    median_age_seconds: float | None


@metric(unit="count", needs=("open_orders", "at"))
def pending(open_orders: pd.DataFrame, at: pd.Timestamp) -> Pending:
    """Count the opening orders that have no terminal event at `at`, with their ages in seconds.

    An order that nobody acknowledged for 300 s has expired by then and is not among them.
    """
    waiting = open_orders[~mask(open_orders, "position_effect", ("close",))]
    ages = age_seconds(waiting, at).dropna()
    known = not ages.empty
    return Pending(
        pending_orders=len(waiting),
        unacknowledged=int(mask(waiting, "status", ("submitted",)).sum()),
        oldest_age_seconds=float(ages.max()) if known else None,
        median_age_seconds=float(ages.median()) if known else None,
    )


def age_seconds(orders: pd.DataFrame, at: pd.Timestamp) -> pd.Series[float]:
    """Give the age of each order at `at` since its submit, else since its ack, in seconds."""
    born = pd.Series(pd.NaT, index=orders.index, dtype="datetime64[ns, UTC]")
    for column in ("ts_submitted", "ts_accepted"):
        if column in orders.columns:
            born = born.fillna(orders[column])
    ages: pd.Series[float] = (at - born).dt.total_seconds().rename("age_seconds")
    return ages
