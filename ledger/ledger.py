"""The ledger: events in, a versioned picture of the desk out, for now and for any moment."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet

import numpy as np
import numpy.typing as npt
import pandas as pd

from ledger.batch import Batch
from ledger.codes import SESSION, SOURCE, WHAT, Codes, Groups, IntArray
from ledger.dedup import Duplicates
from ledger.fold import DECIDING, EVENT_LOG, LIVED, NOTABLE
from ledger.heard import last_heard
from ledger.notable import Notable
from ledger.order_book import OrderBook
from ledger.order_table import NEVER
from ledger.rollup import Rollup
from ledger.silence import Silence
from ledger.sorted_log import Columns, SortedLog
from ledger.terms import terms_of
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
        expiry_seconds: how long an order may stay unanswered until it has expired, for sources
            whose events tell no limit of their system (see `fold`); None: for ever.
        capacity: events, and transitions of orders, kept row by row; older ones stay as counts
            by minute and as latency histograms.
        order_capacity: orders kept row by row; open ones are always kept.
        guard: entered around every fold and every look, for callers with threads.
    """

    def __init__(
        self,
        *,
        expiry_seconds: float | None = None,
        capacity: int = 500_000,
        order_capacity: int = 125_000,
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
        self._silence = Silence(expiry_seconds)
        self.orders = OrderBook(
            self.groups,
            self.generations,
            self.rollup,
            silence=self._silence,
            capacity=capacity,
            order_capacity=order_capacity,
        )
        self._looked: WeakSet[View] = WeakSet()
        """Pictures that are held and may still be asked for parts that they have not made."""
        self.orders.before_rewind = self._settle
        self.states: dict[str, pd.DataFrame] = {}
        self._newest_of: dict[int, int] = {}
        """Source → its newest event time."""
        self._duplicates = Duplicates(self.groups)

    # -- folding -------------------------------------------------------------------------------

    def fold(self, events: pd.DataFrame, terms: pd.DataFrame | None = None) -> Folded:
        """Fold rows of the event frame, in any order; return duplicates and late rows by source.

        Args:
            events: the rows. `events.attrs["expiry_seconds"]`, where it is there, is how long the
                system of these events leaves an order unanswered until it has expired;
                `events.attrs["ends_told"]` is False where it never tells how one ended;
                `events.attrs["fills_are_parts"]` is True where each execution is told as a fill.
            terms: what some of them tell of their orders in words of their own system:
                `stop_loss_price`, `take_profit_price` and `mode`; its index is the number of the
                row in `events`, from 0.
        """
        folded = Folded(events)
        if events.empty:
            return folded
        with self.guard:
            batch = Batch.of(
                events,
                self.groups,
                self.generations,
                self.orders.strategies,
                terms_of(terms, len(events), self.orders.modes),
            )
            repeated = self._duplicates.mask(batch)
            if repeated.any():
                folded.duplicates = self._by_source(batch.codes[SOURCE][repeated])
                folded.kept = events[~repeated]
                batch = batch.take(~repeated)
            if len(batch):
                self._silence.learn(
                    np.unique(batch.codes[SOURCE]).tolist(),
                    events.attrs.get("expiry_seconds"),
                    ends_told=events.attrs.get("ends_told", True),
                    fills_are_parts=events.attrs.get("fills_are_parts", False),
                )
                folded.late = self._fold(events, batch.in_event_time(self.generations))
                self.version += 1
        return folded

    def set_state(self, name: str, frame: pd.DataFrame) -> None:
        """Replace a polled state (services, positions …) by a newer whole."""
        with self.guard:
            self.states = {**self.states, name: frame}
            self.version += 1

    def _fold(self, events: pd.DataFrame, batch: Batch) -> dict[str, int]:
        if self._looked and (dated := batch.ts[batch.ts != NEVER]).size:
            self._settle(int(dated.min()))
        groups = self.groups.numbers(batch.codes)
        late = self._count_late(batch)
        self._log_events(batch, groups)
        self._keep_notable(events, batch)
        self.orders.tell(batch, groups)
        return late

    def _count_late(self, batch: Batch) -> dict[str, int]:
        """Count the rows that are older than what their own source has told before."""
        late: dict[str, int] = {}
        sources = batch.codes[SOURCE]
        for code in np.unique(sources).tolist():
            ts = batch.ts[sources == code]
            newest = self._newest_of.get(code, NEVER)
            count = int(np.count_nonzero((ts < newest) & (ts != NEVER)))
            if count:
                late[self.groups.codes["source"].word(code) or ""] = count
            self._newest_of[code] = max(newest, int(ts[-1]))
        return late

    def _by_source(self, sources: IntArray) -> dict[str, int]:
        codes, counts = np.unique(sources, return_counts=True)
        pairs = zip(codes.tolist(), counts.tolist(), strict=True)
        return {self.groups.codes["source"].word(code) or "": count for code, count in pairs}

    def _log_events(self, batch: Batch, groups: npt.NDArray[np.int32]) -> None:
        rows: Columns = {
            "ts": batch.ts,
            "group": groups,
            "seconds": batch.seconds,
            "generation": batch.generation,
            "raw_offset": batch.raw_offset,
        }
        timeless = int(np.searchsorted(batch.ts, NEVER, "right"))
        if timeless:
            head = {name: column[:timeless] for name, column in rows.items()}
            self.timeless.add(head)
            self.rollup.add(head["ts"], head["group"], timeless=True)
            self._count_untimed(batch.codes[:, :timeless])
            rows = {name: column[timeless:] for name, column in rows.items()}
        self.events.add(rows)
        self.rollup.add(rows["ts"], rows["group"])
        timed = np.flatnonzero(np.isfinite(rows["seconds"]))
        if len(timed):
            deciding = self._among(DECIDING, batch.codes[WHAT][timeless:][timed])
            timed = timed[deciding]
            self.rollup.add_latency("decision", rows["ts"][timed], rows["seconds"][timed])

    def _count_untimed(self, codes: IntArray) -> None:
        """Count events of orders that name no time: they cannot be told in a life, nor vanish."""
        told = codes[:, self._among(LIVED, codes[WHAT])]
        if not told.shape[1]:
            return
        told[WHAT] = self.groups.codes["what"].code("untimed")
        rows = {name: np.zeros(told.shape[1], dtype) for name, dtype in EVENT_LOG.items()}
        rows["ts"][:] = NEVER
        rows["group"] = self.groups.numbers(told)
        self.timeless.add(rows)
        self.rollup.add(rows["ts"], rows["group"], timeless=True)

    def _keep_notable(self, events: pd.DataFrame, batch: Batch) -> None:
        rare = self._among(NOTABLE, batch.codes[WHAT])
        if rare.any():
            self.notable.add(events, batch.rows[rare])

    def _among(self, kinds: frozenset[str], what: IntArray) -> npt.NDArray[np.bool_]:
        """Which codes of kinds are of some kinds; -1, the missing one, is of none."""
        words = self.groups.codes["what"].words
        known = np.array([word in kinds for word in words] + [False])
        found: npt.NDArray[np.bool_] = known[what]
        return found

    # -- looking -------------------------------------------------------------------------------

    def sources_of_session(self, session_id: str) -> frozenset[str]:
        """Return the sources of which any event, whenever it was, names this session."""
        groups = self.groups
        with self.guard:
            code = groups.codes["session_id"].find(session_id)
            if code is None:
                return frozenset()
            table = groups.table()
            told = np.unique(table[table[:, SESSION] == code, SOURCE])
            return frozenset(filter(None, map(groups.codes["source"].word, told.tolist())))

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
            view = View(
                self,
                at=None if at is None else int(at.value),
                window_seconds=window_seconds,
                source=source,
                account=account,
                symbol=symbol,
            )
            self._looked.add(view)
            return view

    def _settle(self, told: int | None = None) -> None:
        """Let the pictures that somebody holds settle: all, or those of a later moment."""
        for view in list(self._looked):
            if told is None or view.told_until >= told:
                view.settle()
                self._looked.discard(view)

    def last_heard(self, at: int) -> dict[str, int]:
        """Return source → the newest time that it told of up to a moment; both int64 ns."""
        with self.guard:
            return last_heard(self.events, self.groups, at)

    def newest(self) -> int | None:
        """Return the newest event time (int64 ns), or None before the first dated event."""
        return self.events.newest


__all__ = ["Folded", "Ledger"]
