"""Rows in event time, in memory: append is the common case, a late row finds its own place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

_BLOCK = 1 << 15

Columns = dict[str, npt.NDArray[Any]]


class SortedLog:
    """Parallel arrays sorted by `ts` (int64 nanoseconds); the oldest rows go when it is full."""

    def __init__(self, dtypes: Mapping[str, str], capacity: int) -> None:
        self._columns: Columns = {name: np.empty(1024, dtype) for name, dtype in dtypes.items()}
        self._capacity = capacity
        self._start = 0
        self._end = 0
        self.dropped = 0
        self.dropped_until: int | None = None
        """Newest time that was dropped for room; windows that reach back to it are not exact."""

    def __len__(self) -> int:
        return self._end - self._start

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return a column as a view of the live rows; copy it to keep it."""
        return self._columns[name][self._start : self._end]

    @property
    def newest(self) -> int | None:
        """The newest time, or None when empty."""
        return int(self._columns["ts"][self._end - 1]) if len(self) else None

    def bounds(self, start: int | None, end: int | None) -> tuple[int, int]:
        """Return the row range with start < ts ≤ end; None is open."""
        ts = self.column("ts")
        low = 0 if start is None else int(np.searchsorted(ts, start, "right"))
        high = len(ts) if end is None else int(np.searchsorted(ts, end, "right"))
        return low, max(low, high)

    def slice(self, low: int, high: int) -> Columns:
        """Return copies of a row range."""
        first, last = self._start + low, self._start + high
        return {name: column[first:last].copy() for name, column in self._columns.items()}

    def add(self, rows: Columns) -> None:
        """Add rows that are sorted by `ts` among themselves."""
        count = len(rows["ts"])
        if not count:
            return
        self._reserve(count)
        newest = self.newest
        low = len(self)
        if newest is not None and rows["ts"][0] < newest:
            low = int(np.searchsorted(self.column("ts"), rows["ts"][0], "right"))
        self._write(rows, low, count)
        self._trim()

    def _write(self, rows: Columns, low: int, count: int) -> None:
        first = self._start + low
        order = None
        if first < self._end:
            tail = np.concatenate([self._columns["ts"][first : self._end], rows["ts"]])
            order = np.argsort(tail, kind="stable")
        for name, column in self._columns.items():
            if order is None:
                column[first : first + count] = rows[name]
            else:
                merged = np.concatenate([column[first : self._end], rows[name]])
                column[first : self._end + count] = merged[order]
        self._end += count

    def remove(self, mask: npt.NDArray[np.bool_], low: int) -> Columns:
        """Take out the rows from `low` on where the mask is true; return them."""
        first = self._start + low
        removed: Columns = {}
        kept = int(len(mask) - mask.sum())
        for name, column in self._columns.items():
            tail = column[first : self._end]
            removed[name] = tail[mask]
            column[first : first + kept] = tail[~mask]
        self._end = first + kept
        return removed

    def _reserve(self, count: int) -> None:
        size = len(self._columns["ts"])
        if self._end + count <= size:
            return
        live = len(self)
        needed = live + count
        # With an eighth of room a row moves down eight times before it goes: cheaper than memory.
        target = size if needed + needed // 8 <= size else needed + needed // 4
        for name, column in self._columns.items():
            fresh = np.empty(target, column.dtype) if target != size else column
            fresh[:live] = column[self._start : self._end].copy()
            self._columns[name] = fresh
        self._start, self._end = 0, live

    def _trim(self) -> None:
        extra = len(self) - self._capacity
        # A tenth of slack, so that trimming is rare.
        if extra > self._capacity // 10:
            self._start += extra
            self.dropped += extra
            self.dropped_until = int(self._columns["ts"][self._start - 1])


def last_allowed(group: npt.NDArray[Any], allowed: npt.NDArray[np.bool_]) -> int | None:
    """Return the place of the last row whose group is allowed, or None."""
    if allowed.all():
        return len(group) - 1 if len(group) else None
    # In blocks from the end: what is asked for is mostly near it.
    for stop in range(len(group), 0, -_BLOCK):
        start = max(0, stop - _BLOCK)
        found = np.flatnonzero(allowed[group[start:stop]])
        if len(found):
            return start + int(found[-1])
    return None


def first_allowed(group: npt.NDArray[Any], allowed: npt.NDArray[np.bool_]) -> int | None:
    """Return the place of the first row whose group is allowed, or None."""
    if allowed.all():
        return 0 if len(group) else None
    for start in range(0, len(group), _BLOCK):
        found = np.flatnonzero(allowed[group[start : start + _BLOCK]])
        if len(found):
            return start + int(found[0])
    return None
