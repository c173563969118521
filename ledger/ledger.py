"""The ledger: events in, a versioned picture of the desk out, for now and for any moment."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ledger.codes import DIMENSIONS, SOURCE, WHAT, Codes, Groups, IntArray
from ledger.dedup import Duplicates
from ledger.fold import DECIDING, EVENT_LOG, NOTABLE
from ledger.notable import Notable
from ledger.order_book import OrderBook
from ledger.order_table import NEVER
from ledger.rollup import Rollup
from ledger.sorted_log import Columns, SortedLog
from ledger.view import View


@dataclass(slots=True)
class Folded:
    """What a fold found: rows recognized as duplicates and rows that came late, by source.

    `kept` are the rows that were folded, duplicates taken out.
    """

    kept: pd.DataFrame
    duplicates: dict[str, int] = field(default_factory=dict)
    late: dict[str, int] = field(default_factory=dict)


class Ledger:
    """Folds events of all sources. `view()` gives an immutable picture; nothing else is read.

    Args:
        expiry_seconds: an order without an answer for so long has expired.
        capacity: events, and transitions of orders, kept row by row; older ones stay as counts
            by minute and as latency histograms.
        order_capacity: orders kept row by row; open ones are always kept.
        guard: entered around every fold and every look, for callers with threads.
    """

    def __init__(
        self,
        *,
        expiry_seconds: float = 300.0,
        capacity: int = 1_000_000,
        order_capacity: int = 300_000,
        guard: AbstractContextManager[Any] | None = None,
    ) -> None:
        self.guard: AbstractContextManager[Any] = guard or nullcontext()
        self.version = 0
        self.groups = Groups()
        self.generations = Codes(100_000)
        self.events = SortedLog(EVENT_LOG, capacity)
        self.timeless = SortedLog(EVENT_LOG, capacity)
        self.rollup = Rollup()
        self.notable = Notable()
        self.orders = OrderBook(
            self.groups,
            self.rollup,
            expiry_seconds=expiry_seconds,
            capacity=capacity,
            order_capacity=order_capacity,
        )
        self.states: dict[str, pd.DataFrame] = {}
        self._duplicates = Duplicates()

    # -- folding -------------------------------------------------------------------------------

    def fold(self, events: pd.DataFrame) -> Folded:
        """Fold rows of the event frame, in any order; return duplicates and late rows by source."""
        folded = Folded(events)
        if events.empty:
            return folded
        with self.guard:
            repeated = self._duplicates.mask(events)
            if repeated.any():
                counted = events["source"][repeated].value_counts()
                folded.duplicates = {str(k): int(n) for k, n in counted.items() if n}
                folded.kept = events = events[~repeated]
            if len(events):
                folded.late = self._fold(events)
                self.version += 1
        return folded

    def set_state(self, name: str, frame: pd.DataFrame) -> None:
        """Replace a polled state (services, positions …) by a newer whole."""
        with self.guard:
            self.states = {**self.states, name: frame}
            self.version += 1

    def _fold(self, events: pd.DataFrame) -> dict[str, int]:
        ts = events["ts_event"].array.as_unit("ns").asi8
        offsets = events["raw_offset"].to_numpy(np.int64)
        if len(ts) > 1 and ((ts[1:] < ts[:-1]).any() or (ts == NEVER).any()):
            order = np.lexsort((offsets, ts))
            events, ts, offsets = events.iloc[order], ts[order], offsets[order]
        codes = [
            self.groups.codes[name].of_categorical(events["kind" if name == "what" else name].array)
            for name in DIMENSIONS
        ]
        rows: Columns = {
            "ts": ts,
            "group": self.groups.numbers(codes),
            "seconds": events["latency_seconds"].to_numpy(np.float64),
            "generation": self.generations.of_categorical(events["raw_generation"].array),
            "raw_offset": offsets,
        }
        late = self._count_late(codes[SOURCE], ts)
        self._log_events(rows, codes[WHAT])
        self._keep_notable(events, codes[WHAT])
        self.orders.tell(events, rows, codes)
        return late

    def _count_late(self, sources: IntArray, ts: IntArray) -> dict[str, int]:
        newest = self.events.newest
        if newest is None or ts[0] >= newest:
            return {}
        late = sources[(ts < newest) & (ts != NEVER)]
        words = self.groups.codes["source"]
        codes, counts = np.unique(late, return_counts=True)
        pairs = zip(codes.tolist(), counts.tolist(), strict=True)
        return {words.word(code) or "": count for code, count in pairs}

    def _log_events(self, rows: Columns, what: IntArray) -> None:
        ts = rows["ts"]
        timeless = int(np.searchsorted(ts, NEVER, "right"))
        if timeless:
            head = {name: column[:timeless] for name, column in rows.items()}
            self.timeless.add(head)
            self.rollup.add(head["ts"], head["group"], timeless=True)
            rows = {name: column[timeless:] for name, column in rows.items()}
            what = what[timeless:]
        self.events.add(rows)
        self.rollup.add(rows["ts"], rows["group"])
        words = self.groups.codes["what"].words
        deciding = np.array([word in DECIDING for word in words] + [False])
        timed = deciding[what] & np.isfinite(rows["seconds"])
        self.rollup.add_latency("decision", rows["ts"][timed], rows["seconds"][timed])

    def _keep_notable(self, events: pd.DataFrame, what: IntArray) -> None:
        words = self.groups.codes["what"].words
        rare = np.array([word in NOTABLE for word in words] + [False])[what]
        if rare.any():
            self.notable.add(events[rare])

    # -- looking -------------------------------------------------------------------------------

    def view(
        self,
        *,
        at: pd.Timestamp | None = None,
        window_seconds: float | None = 300.0,
        source: str | None = None,
        account: str | None = None,
        symbol: str | None = None,
    ) -> View:
        """Return the picture at a moment (default: the newest event) over a window before it.

        `window_seconds=None` is everything up to the moment, lines without a time included.
        """
        with self.guard:
            return View(
                self,
                at=None if at is None else int(at.value),
                window_seconds=window_seconds,
                source=source,
                account=account,
                symbol=symbol,
            )

    def newest(self) -> int | None:
        """Return the newest event time (int64 ns), or None before the first dated event."""
        return self.events.newest


__all__ = ["Folded", "Ledger"]
