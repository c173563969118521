"""The window source by source: which of several bots did what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.base import metric
from metrics.columns import Columns
from metrics.mask import coded, mask
from metrics.orders import order_counts
from metrics.rows import Table, rows_of
from metrics.tally import events_total


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
    return {name: _counts(rows) for name, rows in _by_source(rows_of(tally_rows)).items()}


@metric(unit="count", needs=("open_order_columns",))
def open_orders_by_source(open_order_columns: Columns) -> dict[str, int]:
    """Count the opening orders without an end by source, whatever the window. Unit: orders.

    The orders of `pending`; a source without any is not among them.
    """
    if open_order_columns.empty:
        return {}
    words, codes = coded(open_order_columns["source"])
    opening = ~mask(open_order_columns, "position_effect", ("close",))
    counts = np.bincount(codes[opening & (codes >= 0)], minlength=len(words)).tolist()
    return {word: number for word, number in zip(words, counts, strict=True) if number}


def _by_source(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        if row["source"] is not None:
            found.setdefault(row["source"], []).append(row)
    return found


def _counts(rows: list[Any]) -> SourceCounts:
    counts = order_counts(rows)
    return SourceCounts(events_total(rows), counts.submitted, counts.filled, counts.denied)
