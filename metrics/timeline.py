"""Counts as they went: one row a time bin, for charts and sparklines."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from metrics.base import metric
from metrics.mask import mask, mask_where
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
    counts = tally["n"].to_numpy()
    opening = ~mask(tally, "position_effect", ("close",))
    parts = {
        name: np.where(opening & mask(tally, "what", (what,)), counts, 0)
        for name, what in _COLUMNS.items()
    }
    parts["events"] = np.where(mask_where(tally, "what", is_event), counts, 0)
    frame = pd.DataFrame({"ts": tally["ts"], **parts})
    return frame.groupby("ts", sort=True, as_index=False).sum()
