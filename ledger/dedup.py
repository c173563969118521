"""Duplicates are recognized by id, never by equality: equal lines without an id are two events.

The key is (time, source, session, code, client order id, venue order id).
"""

from __future__ import annotations

from itertools import islice
from typing import Final

import numpy as np
import numpy.typing as npt

from ledger.batch import Batch
from ledger.codes import DIMENSIONS, SESSION, SOURCE
from ledger.order_table import NEVER

KEPT: Final = 200_000
CODE: Final = DIMENSIONS.index("code")


class Duplicates:
    """Remembers the newest 200,000 events that carried an id, as 64-bit hashes of their keys."""

    def __init__(self) -> None:
        self._seen: dict[int, None] = {}

    def mask(self, batch: Batch) -> npt.NDArray[np.bool_]:
        """Return which rows repeat an earlier one, and remember the others."""
        result = np.zeros(len(batch), np.bool_)
        identified = batch.identified & (batch.ts != NEVER)
        rows = np.flatnonzero(identified)
        keys = list(map(hash, self._keys(batch if identified.all() else batch.take(rows))))
        seen = self._seen
        fresh = dict.fromkeys(keys)
        if len(fresh) == len(keys) and seen.keys().isdisjoint(fresh):  # as it nearly always is
            seen.update(fresh)
        else:
            for row, key in zip(rows.tolist(), keys, strict=True):
                result[row] = key in seen
                seen[key] = None
        for old in list(islice(seen, max(0, len(seen) - KEPT))):
            del seen[old]
        return result

    @staticmethod
    def _keys(batch: Batch) -> zip[tuple[int | str | None, ...]]:
        return zip(
            batch.ts.tolist(),
            *batch.codes[[SOURCE, SESSION, CODE]].tolist(),
            batch.client_ids.tolist(),
            batch.venue_ids.tolist(),
            strict=True,
        )
