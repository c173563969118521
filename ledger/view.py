"""One picture of the desk: immutable, versioned, for one moment and one window.

Much of it is made when it is asked for. What the ledger was told meanwhile is left out by its time
where it is newer than the picture; before anything older is told, the ledger lets it `settle`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from ledger.codes import IntArray
from ledger.look import Look, moment_of
from ledger.notable import COLUMNS as NOTABLE_COLUMNS
from ledger.open_rows import allowed_orders
from ledger.order_columns import OrderColumns
from ledger.samples import LatencySamples
from ledger.stray_past import course_begins
from ledger.tally import Counted, counted, tally, tally_by_minute, tally_rows

PARTS: Final = (*("counted", "by_minute", "open_order_columns", "order_columns", "notable_rows"),)
TABLE_ROWS: Final = 5_000
"""Orders that one picture shows row by row, newest kept; counts cover all of them."""


class View(Look):
    """A picture of the desk at a moment; numbers agree with each other because it never changes.

    Attributes:
        version: of the ledger it was taken from.
        at: the moment, UTC. newest, oldest: event times up to it, or None.
        window_seconds: length of the window, None for all. start: its beginning, or None.
        exact: False when the window reaches behind what is kept row by row; counts are then by
            whole minutes and percentiles from histograms (± 0.4 %).
        sources, desk: filled in by whoever owns the sources.
        states: frame name → what polled sources told at the moment.
        frames: frame name → those and what events told up to the moment; read when asked for.
        listed_ends: tells which open orders have ended by the word of a polled list; None where
            nothing is polled.
    """

    @property
    def at(self) -> pd.Timestamp:
        """The moment of the picture."""
        return moment_of(self._at)

    @property
    def start(self) -> pd.Timestamp | None:
        """The beginning of the window, None for all."""
        return None if self._start is None else moment_of(self._start)

    def latency(self, stage: str) -> LatencySamples:
        """Return the latencies of `decision`, `order_ack` or `first_fill` in the window."""
        return self._samples[stage]

    @cached_property
    def tally(self) -> pd.DataFrame:
        """Counts in the window: one row a distinct combination of the dimensions, and `n`."""
        return tally(self._ledger.groups, self._part("counted"))

    @cached_property
    def tally_rows(self) -> list[dict[str, Any]]:
        """The rows of `tally` as dicts, what is missing None: what metrics count in."""
        return tally_rows(self._ledger.groups, self._part("counted"))

    def _make_counted(self) -> Counted:
        ledger = self._ledger
        return counted(ledger.groups, ledger.orders, self._counts, self._lapsed, self._at)

    def tally_by_minute(self) -> pd.DataFrame:
        """Return counts over time: `ts` (start of the bin), what, position_effect, n.

        The window is cut into at most 60 bins of at least a second. Of everything there is, a few
        events that stand apart long before all others are left out.
        """
        frame: pd.DataFrame = self._part("by_minute")
        return frame

    def _make_by_minute(self) -> pd.DataFrame:
        ledger = self._ledger
        first = self._start
        if first is None:
            told = self._told_times()
            first = course_begins(told) if len(told) else self._at
        logs = (ledger.events, ledger.orders.transitions)
        return tally_by_minute(
            ledger.groups, logs, self._allowed, first, self._at, self._told_until
        )

    def _told_times(self) -> IntArray:
        """The times of the events up to the moment, oldest first."""
        events = self._ledger.events
        _, high = events.bounds(None, self._told_until)
        ts = events.column("ts")[:high]
        if self._allowed.all():
            return ts
        # A group younger than the picture is not in it.
        group = events.column("group")[:high]
        allowed = np.zeros(max(len(self._allowed), int(group.max(initial=0)) + 1), np.bool_)
        allowed[: len(self._allowed)] = self._allowed
        chosen: IntArray = ts[allowed[group]]
        return chosen

    @property
    def open_order_columns(self) -> OrderColumns:
        """What is in flight or open at the moment, oldest first, column by column."""
        columns: OrderColumns = self._part("open_order_columns")
        return columns

    def _make_open_order_columns(self) -> OrderColumns:
        return OrderColumns(self._ledger, self._open, self._at, self._told_until)

    @cached_property
    def waiting_order_columns(self) -> OrderColumns:
        """`open_order_columns` without those that a list of their venue says have ended."""
        orders = self.open_order_columns
        if self.listed_ends is None or orders.empty:
            return orders
        ended = self.listed_ends(orders)
        return orders.only(~ended) if ended.any() else orders

    @cached_property
    def open_orders(self) -> pd.DataFrame:
        """The orders frame of what is in flight or open at the moment, oldest first."""
        return self.open_order_columns.frame()

    @property
    def order_columns(self) -> OrderColumns:
        """What `orders` holds, column by column."""
        columns: OrderColumns = self._part("order_columns")
        return columns

    def _make_order_columns(self) -> OrderColumns:
        ledger = self._ledger
        low, high = ledger.orders.transitions.bounds(self._start, self._told_until)
        touched = ledger.orders.transitions.column("row")[low:high]
        rows = np.unique(np.concatenate([touched[touched >= 0], self._open, self._lapsed]))
        rows = rows[allowed_orders(ledger, rows, self._allowed, self._told_until)]
        if self._start is not None:
            rows = rows[-TABLE_ROWS:]
        return OrderColumns(ledger, rows, self._at, self._told_until)

    @cached_property
    def orders(self) -> pd.DataFrame:
        """The orders frame of what changed in the window or is open, as it stood at the moment.

        Oldest first; when there are more than 5,000, the newest 5,000 (all of them for a window
        over everything, which is what a notebook asks for).
        """
        return self.order_columns.frame()

    @cached_property
    def notable(self) -> pd.DataFrame:
        """The rows of `notable_rows` as a frame of `ledger.notable.COLUMNS`."""
        return pd.DataFrame(self.notable_rows, columns=list(NOTABLE_COLUMNS))

    @property
    def notable_rows(self) -> list[dict[str, Any]]:
        """Rare events up to the moment as dicts, whatever the window; not to be changed.

        Oldest first, what is missing None. What has no time is told by the picture of everything
        alone.
        """
        rows: list[dict[str, Any]] = self._part("notable_rows")
        return rows

    def _make_notable_rows(self) -> list[dict[str, Any]]:
        return self._ledger.notable.rows(
            self._told_until, self._filters, timeless=self._is_everything
        )

    def _part(self, name: str) -> Any:
        """A part of the picture, made once."""
        if name not in self._parts:
            with self._ledger.guard:
                if name not in self._parts:
                    self._parts[name] = getattr(self, f"_make_{name}")()
        return self._parts[name]

    def settle(self) -> None:
        """Make all that is not made yet, and hold it: the past is about to be told otherwise.

        To be called under the ledger's guard. Not by way of a `cached_property`: who makes one
        holds a lock of its own and may be waiting for the guard.
        """
        made = [self._part(name) for name in PARTS]
        for part in (*made, self.__dict__.get("waiting_order_columns")):
            if isinstance(part, OrderColumns):
                part.hold_ids()

    @cached_property
    def activity_rows(self) -> list[dict[str, Any]]:
        """The rows of `activity` as dicts, what is missing None."""
        return self._newest.activity_rows()

    @cached_property
    def activity(self) -> pd.DataFrame:
        """When each source was last heard, when it last acted, and its usual gap in seconds.

        Columns: source, ts_last_event, ts_last_action, usual_gap_seconds (the median of the gaps
        between actions, weighted by their length, among the newest 2,000 events), n (gaps).
        """
        return self._newest.activity()

    def recent(self, n: int = 50) -> pd.DataFrame:
        """Return the newest events first: when, what, and where its raw line stands."""
        return self._newest.recent(self._allowed, n)

    def sources_of_session(self, session_id: str) -> frozenset[str]:
        """Return the sources of which any event, whenever it was, names this session."""
        return self._ledger.sources_of_session(session_id)

    @property
    def lapsed_orders(self) -> int:
        """How many orders were over in silence within the window."""
        return len(self._lapsed)

    def measure(self, metric: Callable[..., Any], **options: Hashable) -> Any:
        """Return a metric of this picture; the same metric and options are computed once."""
        key = (metric, tuple(sorted(options.items())))
        needs: tuple[str, ...] = getattr(metric, "needs", ())
        if key not in self._memo:
            self._memo[key] = metric(*(self._input(name) for name in needs), **options)
        return self._memo[key]

    def _input(self, name: str) -> Any:
        value = getattr(self, name)
        return value() if name == "tally_by_minute" else value
