"""Counts by minute and key: open minutes as dicts, the many old ones as small arrays."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

OPEN_MINUTES: Final = 8
"""So many are held ready for more. Late lines reach older ones too, at the cost of unpacking."""


class _Packed(NamedTuple):
    """The counts of a minute that nobody adds to, as small as they fit: a twentieth of a dict."""

    keys: npt.NDArray[Any]
    counts: npt.NDArray[Any]


class MinuteCounts:
    """Integer counts by (minute, key). Adding and taking back agree, in any order."""

    def __init__(self) -> None:
        self._open: dict[int, dict[int, int]] = {}
        self._packed: dict[int, _Packed] = {}

    def add(
        self, minutes: npt.NDArray[np.int64], keys: npt.NDArray[np.int64], sign: int = 1
    ) -> None:
        """Count (minute, key) pairs (sign=1) or take them back (sign=-1)."""
        first = int(minutes.min())
        span = int(keys.max()) + 1
        pairs, counts = np.unique((minutes - first) * span + keys, return_counts=True)
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
            minute, key = divmod(pair, span)
            cell = self._open.get(first + minute)
            if cell is None:
                cell = self._opened(first + minute)
            left = cell.get(key, 0) + sign * count
            if left:
                cell[key] = left
            else:
                cell.pop(key, None)
        self._pack()

    def into(
        self, result: npt.NDArray[np.int64], first: int | None, last: int | None
    ) -> npt.NDArray[np.int64]:
        """Add the counts over the minutes first..last, both included, None is open; return it."""
        for minute, (keys, counts) in self._packed.items():
            if (first is None or minute >= first) and (last is None or minute <= last):
                result[keys] += counts
        for minute, cell in self._open.items():
            inside = (first is None or minute >= first) and (last is None or minute <= last)
            if inside and cell:
                result[list(cell)] += list(cell.values())
        return result

    def _opened(self, minute: int) -> dict[int, int]:
        packed = self._packed.pop(minute, None)
        cell = {}
        if packed is not None:
            cell = dict(zip(packed.keys.tolist(), packed.counts.tolist(), strict=True))
        self._open[minute] = cell
        return cell

    def _pack(self) -> None:
        """Pack all but the newest minutes."""
        if len(self._open) <= OPEN_MINUTES:
            return
        for minute in sorted(self._open)[:-OPEN_MINUTES]:
            cell = self._open.pop(minute)
            if cell:
                self._packed[minute] = _Packed(_small(cell), _small(cell.values()))


def _small(numbers: Collection[int]) -> npt.NDArray[Any]:
    """Whole numbers in as few bytes as they fit into."""
    wide = np.fromiter(numbers, np.int64, len(numbers))
    return wide.astype(
        np.promote_types(np.min_scalar_type(wide.min()), np.min_scalar_type(wide.max()))
    )
