"""Duplicates are recognized by id, never by equality: equal lines without an id are two events.

The key is (time, source, session, code, client order id, venue order id).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from ledger.batch import Batch
from ledger.codes import DIMENSIONS, SESSION, SOURCE, IntArray
from ledger.order_table import NEVER

KEPT: Final = 200_000
CODE: Final = DIMENSIONS.index("code")


class Duplicates:
    """Remembers at least the newest 200,000 events that carried an id, as hashes of their keys."""

    def __init__(self) -> None:
        # Two sets in turn: the older one goes as a whole, which costs nothing for the single event.
        self._recent: set[int] = set()
        self._older: set[int] = set()

    def mask(self, batch: Batch) -> npt.NDArray[np.bool_]:
        """Return which rows repeat an earlier one, and remember the others."""
        result = np.zeros(len(batch), np.bool_)
        rows = np.flatnonzero(batch.identified & (batch.ts != NEVER))
        keys = list(map(hash, self._keys(batch, rows)))
        fresh = set(keys)
        recent, older = self._recent, self._older
        if len(fresh) < len(keys) or not (fresh.isdisjoint(recent) and fresh.isdisjoint(older)):
            fresh.clear()
            for row, key in zip(rows.tolist(), keys, strict=True):
                result[row] = key in fresh or key in recent or key in older
                fresh.add(key)
        recent |= fresh
        if len(recent) > KEPT:
            self._recent, self._older = set(), recent
        return result

    @staticmethod
    def _keys(batch: Batch, rows: IntArray) -> zip[tuple[int | str | None, ...]]:
        return zip(
            batch.ts[rows].tolist(),
            *(batch.codes[place, rows].tolist() for place in (SOURCE, SESSION, CODE)),
            batch.client_ids[rows].tolist(),
            batch.venue_ids[rows].tolist(),
            strict=True,
        )
