"""Counts as they went: one row a time bin, for charts and sparklines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.base import metric
from metrics.mask import coded, mask
from metrics.tally import is_event

_COLUMNS: Final = {
    "submitted": "submitted",
    "ack": "accepted",
    "filled": "filled",
    "cancelled": "canceled",
    "expired": "expired",
    "failed": "rejected",
    "denied": "order.denied",
}


@metric(unit="count", needs=("tally_by_minute",))
def order_timeline(tally_by_minute: pd.DataFrame) -> pd.DataFrame:
    """Count opening orders by what happened to them, and all events, for each bin of the window.

    Returns:
        `ts` (the bin's start, UTC), `submitted, ack, filled, cancelled, expired, failed, denied,
        events`; unit: orders and events a bin. Bins in which nothing happened are not there.
    """
    tally = tally_by_minute
    if "ts" not in tally.columns or tally.empty:
        columns = ["ts", *_COLUMNS, "events"]
        empty = pd.DataFrame(columns=columns).astype(dict.fromkeys(columns[1:], "int64"))
        return empty.assign(ts=pd.Series([], dtype="datetime64[ns, UTC]"))
    stamps, places = np.unique(
        pd.DatetimeIndex(tally["ts"]).as_unit("ns").asi8, return_inverse=True
    )
    counts = tally["n"].to_numpy()
    words, codes = coded(tally["what"])
    closing = mask(tally, "position_effect", ("close",))

    def sums(holds: Callable[[str], bool], n: NDArray[np.int64]) -> NDArray[np.int64]:
        chosen = np.array([*map(holds, words), False])[codes]
        summed = np.bincount(places[chosen], weights=n[chosen], minlength=len(stamps))
        return summed.astype(np.int64)

    opening = np.where(closing, 0, counts)
    parts = {name: sums(what.__eq__, opening) for name, what in _COLUMNS.items()}
    parts["events"] = sums(is_event, counts)
    starts = pd.DatetimeIndex(stamps.view("M8[ns]"), tz="UTC")
    return pd.DataFrame({"ts": starts, **parts}, copy=False)
