"""The rare events, kept whole: governance, breaker, safety states, errors, alerts, health."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from itertools import chain
from operator import itemgetter
from typing import Any, Final

import pandas as pd

from ledger.codes import IntArray
from ledger.order_table import NEVER
from ledger.plain import plain_values

COLUMNS: Final = (
    "ts_event",
    "source",
    "account_id",
    "session_id",
    "kind",
    "code",
    "symbol",
    "decision",
    "reason",
    "text",
    "attributes",
    "value",
    "confidence_ratio",
    "raw_generation",
    "raw_offset",
)
"""What metrics may ask of a rare event."""

KEPT: Final = 1_000
KEPT_OF: Final = {"health": 200, "governance.alpha": 200, "governance.sprt": 500, "error": 500}
"""Rows kept of a kind and source: a talkative kind must not crowd out a halt."""
ALWAYS: Final = frozenset({"breaker.changed", "ess.changed", "golive.changed"})
"""Kinds that hold until something ends them: their newest words stay, however old."""

Row = dict[str, Any]
Shelf = list[tuple[int, Row]]


class Notable:
    """The newest rare events of each source and kind, as dicts of `COLUMNS`."""

    def __init__(self) -> None:
        self._unsorted: set[tuple[str, str]] = set()
        self._shelves: dict[tuple[str, str], Shelf] = {}
        self._rows: Shelf = []

    def add(self, events: pd.DataFrame, rows: IntArray) -> None:
        """Add some rows of an events frame, by number, sorted by event time."""
        rows = _worth_reading(events, rows)
        stamps = events["ts_event"].array.as_unit("ns").asi8[rows].tolist()
        columns = [plain_values(events[name].array, rows) for name in COLUMNS]
        for ts, values in zip(stamps, zip(*columns, strict=True), strict=True):
            row = dict(zip(COLUMNS, values, strict=True))
            key = (row["source"], row["kind"])
            self._shelves.setdefault(key, []).append((ts, row))
            self._unsorted.add(key)
        if any(len(self._shelves[key]) > 2 * KEPT for key in self._unsorted):
            self._sort()

    def rows(
        self, at: int, filters: Mapping[str, str | None], *, timeless: bool = False
    ) -> list[Row]:
        """Return the rows up to a moment (int64 ns), oldest first, what is missing None.

        Each event is made a dict once, not at every look; do not change what comes back.

        Args:
            at: the moment.
            filters: column → word that its rows must have; a row that names no symbol is of every
                symbol, as a halt without one halts them all.
            timeless: whether rows without a time are told too, first of all.
        """
        self._sort()
        first = 0 if timeless else bisect_right(self._rows, NEVER, key=itemgetter(0))
        newest = bisect_right(self._rows, at, key=itemgetter(0))
        words = [
            (name, (word, None) if name == "symbol" else (word,))
            for name, word in filters.items()
            if word is not None
        ]
        return [
            row
            for _, row in self._rows[first:newest]
            if all(row[name] in allowed for name, allowed in words)
        ]

    def _sort(self) -> None:
        """Put what was added since the last look in event time, and let go of what is too old."""
        if not self._unsorted:
            return
        for key in self._unsorted:
            self._shelves[key] = _newest(sorted(self._shelves[key], key=itemgetter(0)), key[1])
        self._unsorted.clear()
        self._rows = sorted(chain.from_iterable(self._shelves.values()), key=itemgetter(0))


def _worth_reading(events: pd.DataFrame, rows: IntArray) -> IntArray:
    """Return the rows without those that newer ones of the same piece would push out anyway."""
    if len(rows) <= min(KEPT_OF.values()):
        return rows
    told = events[["source", "kind"]].iloc[rows]
    newer = told.groupby(["source", "kind"], observed=True).cumcount(ascending=False)
    kept = told["kind"].map(lambda kind: KEPT_OF.get(kind, KEPT)).astype("int64")
    return rows[((newer < kept) | told["kind"].isin(ALWAYS)).to_numpy()]


def _newest(shelf: Shelf, kind: str) -> Shelf:
    """Return what is kept of a kind: the newest, and the last word on whatever still holds."""
    kept = KEPT_OF.get(kind, KEPT)
    older, newer = shelf[:-kept], shelf[-kept:]
    if not older or kind not in ALWAYS:
        return newer
    said = {_about(row) for _, row in newer}
    last = {_about(row): (ts, row) for ts, row in older}
    return [each for about, each in last.items() if about not in said] + newer


def _about(row: Row) -> tuple[Any, ...]:
    return row["session_id"], row["code"], row["symbol"], row["decision"]
