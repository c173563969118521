"""What a picture of the desk takes at once: its moment, its window, what it counts and shows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ledger.codes import DIMENSIONS
from ledger.newest_events import KEPT, NewestEvents
from ledger.open_rows import open_rows
from ledger.order_frame import OPEN_STATUSES, lapses
from ledger.order_table import NEVER
from ledger.rollup import MINUTE_NS
from ledger.samples import latency_samples, taken_samples
from ledger.sorted_log import SortedLog, first_allowed, last_allowed

if TYPE_CHECKING:
    from ledger.ledger import Ledger
    from ledger.order_columns import OrderColumns

SECOND_NS: Final = 1_000_000_000

Mask = npt.NDArray[np.bool_]


class Look:
    """A look at the ledger at one moment; what comes later can be asked of it at leisure."""

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
        self._parts: dict[str, Any] = {}
        self.sources: list[dict[str, Any]] = []
        self.desk: dict[str, Any] = {}
        self.states: Mapping[str, pd.DataFrame] = ledger.states
        self.frames: Mapping[str, pd.DataFrame] = ledger.states
        self.listed_ends: Callable[[OrderColumns], Mask] | None = None
        self.version = ledger.version
        self.window_seconds = window_seconds
        self._filters = {"source": source, "account_id": account, "symbol": symbol}
        self._allowed = self._allow(self._filters)
        # Not by symbol: the end of an order may name none.
        mine = self._allow({**self._filters, "symbol": None})
        newest = self._newest_of(mine, ledger.events, ledger.orders.transitions)
        self._at = at if at is not None else newest
        self._told_until = min(self._at, newest)
        self._start = (
            None if window_seconds is None else self._at - round(window_seconds * SECOND_NS)
        )
        dropped = ledger.events.dropped_until
        self.exact = dropped is None or (self._start is not None and self._start >= dropped)
        self._is_everything = window_seconds is None and self._at >= newest
        self._look()

    @property
    def told_until(self) -> int:
        """The newest time that is part of the picture; int64 ns."""
        return self._told_until

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
        self.newest = None if last is None else moment_of(ts[last])
        self.oldest = None if first is None else moment_of(ts[first])
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
        """Count orders that nobody answered in time: they are over without an event."""
        table, ledger = self._ledger.orders.table, self._ledger
        over = self._status >= len(OPEN_STATUSES)
        rows = self._rows[over]
        cells = table.at(rows, self._at)
        lapsed_at = lapses(cells, ledger.orders.lives.silence)
        silent = cells["ts_expired"] == NEVER
        inside = silent & (True if self._start is None else lapsed_at > self._start)
        self._lapsed = rows[inside]
        self._open = self._rows[~over]

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


def moment_of(ns: int) -> pd.Timestamp:
    """Return nanoseconds since 1970 as a time in UTC."""
    return pd.Timestamp(int(ns), unit="ns", tz="UTC")
