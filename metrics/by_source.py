"""The window source by source: which of several bots did what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np

from metrics.base import metric
from metrics.columns import Columns
from metrics.mask import coded, mask
from metrics.rows import Table, rows_of
from metrics.tally import is_event

_OPENS: Final = {"submitted": 1, "filled": 2}
"""Steps of an opening order's life that are counted, and where in `SourceCounts`."""


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """What one source told in the window; orders are opening orders, as in `order_counts`."""

    events: int
    submitted: int
    filled: int
    denied: int


@metric(unit="count", needs=("tally_rows",))
def counts_by_source(tally_rows: Table) -> dict[str, SourceCounts]:
    """Count events and orders of the window by the source that told them. Unit: events, orders.

    The counts of `window_events` and `order_counts`, of each source alone: they add up to those.
    A source that told nothing in the window is not among them.
    """
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows_of(tally_rows):
        what, n = row["what"], row["n"]
        counts = found[row["source"]]
        if is_event(what):
            counts[0] += n
        if what == "order.denied":
            counts[3] += n
        elif what in _OPENS and row["position_effect"] != "close":
            counts[_OPENS[what]] += n
    return {name: SourceCounts(*counts) for name, counts in found.items() if name is not None}


@metric(unit="count", needs=("waiting_order_columns",))
def open_orders_by_source(waiting_order_columns: Columns) -> dict[str, int]:
    """Count the opening orders without an end by source, whatever the window. Unit: orders.

    The orders of `pending`; a source without any is not among them.
    """
    if waiting_order_columns.empty:
        return {}
    words, codes = coded(waiting_order_columns["source"])
    opening = ~mask(waiting_order_columns, "position_effect", ("close",))
    counts = np.bincount(codes[opening & (codes >= 0)], minlength=len(words)).tolist()
    return {word: number for word, number in zip(words, counts, strict=True) if number}
