"""One picture of the desk: immutable, versioned, for one moment and one window."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ledger.codes import DIMENSIONS
from ledger.newest_events import KEPT, NewestEvents
from ledger.notable import COLUMNS as NOTABLE_COLUMNS
from ledger.open_rows import allowed_orders, open_rows
from ledger.order_columns import OrderColumns
from ledger.order_frame import STATUSES, lapses
from ledger.order_table import NEVER
from ledger.rollup import MINUTE_NS
from ledger.samples import LatencySamples, latency_samples, taken_samples
from ledger.sorted_log import SortedLog, first_allowed, last_allowed
from ledger.tally import tally, tally_by_minute, tally_rows

if TYPE_CHECKING:
    from ledger.ledger import Ledger

SECOND_NS: Final = 1_000_000_000
TABLE_ROWS: Final = 5_000
"""Orders that one picture shows row by row, newest kept; counts cover all of them."""

Mask = npt.NDArray[np.bool_]


class View:
    """A picture of the desk at a moment; numbers agree with each other because it never changes.

    Attributes:
        version: of the ledger it was taken from.
        at: the moment, UTC. newest, oldest: event times up to it, or None.
        window_seconds: length of the window, None for all. start: its beginning, or None.
        exact: False when the window reaches behind what is kept row by row; counts are then by
            whole minutes and percentiles from histograms (± 0.4 %).
        sources, desk: filled in by whoever owns the sources.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        at: int | None,
        window_seconds: float | None,
        source: str | None,
        account: str | None,
        symbol: str | None,
    ) -> None:
        self._ledger = ledger
        self._memo: dict[Hashable, Any] = {}
        self.version = ledger.version
        self.window_seconds = window_seconds
        self.sources: list[dict[str, Any]] = []
        self.desk: dict[str, Any] = {}
        self.states: Mapping[str, pd.DataFrame] = ledger.states
        self._filters = {"source": source, "account_id": account, "symbol": symbol}
        self._allowed = self._allow(self._filters)
        # Not by symbol: the end of an order may name none.
        mine = self._allow({**self._filters, "symbol": None})
        newest = self._newest_of(mine, ledger.events, ledger.orders.transitions)
        self._moves = ledger.orders.moves
        self._at = at if at is not None else newest
        self._told_until = min(self._at, newest)
        self._start = (
            None if window_seconds is None else self._at - round(window_seconds * SECOND_NS)
        )
        dropped = ledger.events.dropped_until
        self.exact = dropped is None or (self._start is not None and self._start >= dropped)
        self._is_everything = window_seconds is None and self._at >= newest
        self._look()

    # -- what is taken at once -----------------------------------------------------------------

    def _allow(self, filters: dict[str, str | None]) -> Mask:
        groups = self._ledger.groups
        allowed = np.ones(len(groups), np.bool_)
        for name, word in filters.items():
            if word is not None:
                code = groups.codes[name].find(word)
                column = groups.table()[:, DIMENSIONS.index(name)]
                allowed &= False if code is None else column == code
        return allowed

    def _newest_of(self, allowed: Mask, *logs: SortedLog) -> int:
        """Return the newest time in some logs of the allowed groups, else the newest of all."""
        found = [(log, last_allowed(log.column("group"), allowed)) for log in logs]
        times = [int(log.column("ts")[place]) for log, place in found if place is not None]
        return max(times) if times else self._ledger.newest() or 0

    def _look(self) -> None:
        ledger = self._ledger
        low, high = ledger.events.bounds(self._start, self._at)
        ts = ledger.events.column("ts")
        group = ledger.events.column("group")[:high]
        last, first = last_allowed(group, self._allowed), first_allowed(group, self._allowed)
        self.newest = None if last is None else _moment(ts[last])
        self.oldest = None if first is None else _moment(ts[first])
        self._counts = self._count(low, high)
        self._rows, self._status = open_rows(ledger, self._at, self._allowed)
        self._add_lapsed()
        newest = ledger.events.slice(max(0, high - KEPT), high)
        self._newest = NewestEvents(newest, ledger.groups, ledger.generations)
        self._take_samples(low, high)

    def _count(self, low: int, high: int) -> npt.NDArray[np.int64]:
        """Count by group in the window, from rows where they are kept, else by minutes."""
        ledger, size = self._ledger, len(self._ledger.groups)
        counts = np.zeros(size, np.int64)
        if self._is_everything or not self.exact:
            found = ledger.rollup.counts(*self._minutes())[:size]
            counts[: len(found)] += found
        else:
            first, last = ledger.orders.transitions.bounds(self._start, self._at)
            counts += np.bincount(ledger.events.column("group")[low:high], minlength=size)
            moved = ledger.orders.transitions.column("group")[first:last]
            counts += np.bincount(moved, minlength=size)
            if self._start is None:
                counts += np.bincount(ledger.timeless.column("group"), minlength=size)
        return np.where(self._allowed, counts, 0)

    def _add_lapsed(self) -> None:
        """Count orders that nobody answered in time: they expired without an event."""
        table, ledger = self._ledger.orders.table, self._ledger
        expired = self._status == STATUSES.index("expired")
        rows = self._rows[expired]
        cells = table.at(rows, self._at)
        lapsed_at = lapses(cells, ledger.orders.lives.expiry_ns)
        silent = cells["ts_expired"] == NEVER
        inside = silent & (True if self._start is None else lapsed_at > self._start)
        self._lapsed = rows[inside]
        self._open = self._rows[~expired]

    def _take_samples(self, low: int, high: int) -> None:
        ledger = self._ledger
        minutes = None if self.exact or not self._allowed.all() else self._minutes()
        taken = taken_samples(ledger, self._allowed, (low, high), (self._start, self._at))
        self._samples = {
            stage: latency_samples(ledger, stage, *rows, minutes=minutes, exact=self.exact)
            for stage, rows in taken.items()
        }

    def _minutes(self) -> tuple[int | None, int | None]:
        """Return the whole minutes of the window, first and last; None is open."""
        first = None if self._start is None else self._start // MINUTE_NS
        last = None if self._at >= (self._ledger.newest() or 0) else self._at // MINUTE_NS
        return first, last

    # -- what a metric asks for ----------------------------------------------------------------

    @property
    def at(self) -> pd.Timestamp:
        """The moment of the picture."""
        return _moment(self._at)

    @property
    def start(self) -> pd.Timestamp | None:
        """The beginning of the window, None for all."""
        return None if self._start is None else _moment(self._start)

    def latency(self, stage: str) -> LatencySamples:
        """Return the latencies of `decision`, `order_ack` or `first_fill` in the window."""
        return self._samples[stage]

    @cached_property
    def tally(self) -> pd.DataFrame:
        """Counts in the window: one row a distinct combination of the dimensions, and `n`."""
        ledger = self._ledger
        with ledger.guard:
            return tally(ledger.groups, ledger.orders, self._counts, self._lapsed, self._at)

    @cached_property
    def tally_rows(self) -> list[dict[str, Any]]:
        """The rows of `tally` as dicts, what is missing None: what metrics count in."""
        ledger = self._ledger
        with ledger.guard:
            return tally_rows(ledger.groups, ledger.orders, self._counts, self._lapsed, self._at)

    def tally_by_minute(self) -> pd.DataFrame:
        """Return counts over time: `ts` (start of the bin), what, position_effect, n.

        The window is cut into at most 60 bins of at least a second.
        """
        return self._by_minute

    @cached_property
    def _by_minute(self) -> pd.DataFrame:
        ledger = self._ledger
        first = self._start
        if first is None:
            first = self._at if self.oldest is None else int(self.oldest.value)
        with ledger.guard:
            logs = (ledger.events, ledger.orders.transitions)
            return tally_by_minute(ledger.groups, logs, self._allowed, first, self._at)

    @cached_property
    def open_order_columns(self) -> OrderColumns:
        """What is in flight or open at the moment, oldest first, column by column."""
        with self._ledger.guard:
            rows = self._ledger.orders.rows_now(self._open, self._moves)
            return OrderColumns(self._ledger, rows, self._at, self._told_until)

    @cached_property
    def open_orders(self) -> pd.DataFrame:
        """The orders frame of what is in flight or open at the moment, oldest first."""
        with self._ledger.guard:
            return self.open_order_columns.frame()

    @cached_property
    def order_columns(self) -> OrderColumns:
        """What `orders` holds, column by column."""
        ledger = self._ledger
        with ledger.guard:
            low, high = ledger.orders.transitions.bounds(self._start, self._told_until)
            touched = ledger.orders.transitions.column("row")[low:high]
            known = ledger.orders.rows_now(np.concatenate([self._open, self._lapsed]), self._moves)
            rows = np.unique(np.concatenate([touched[touched >= 0], known]))
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
        with self._ledger.guard:
            return self.order_columns.frame()

    @cached_property
    def notable(self) -> pd.DataFrame:
        """The rows of `notable_rows` as a frame of `ledger.notable.COLUMNS`."""
        return pd.DataFrame(self.notable_rows, columns=list(NOTABLE_COLUMNS))

    @cached_property
    def notable_rows(self) -> list[dict[str, Any]]:
        """Rare events up to the moment as dicts, whatever the window; not to be changed.

        Oldest first, what is missing None. What has no time is told by the picture of everything
        alone.
        """
        with self._ledger.guard:
            return self._ledger.notable.rows(self._at, self._filters, timeless=self._is_everything)

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

    @property
    def lapsed_orders(self) -> int:
        """How many orders expired in silence within the window."""
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


def _moment(ns: int) -> pd.Timestamp:
    return pd.Timestamp(int(ns), unit="ns", tz="UTC")
