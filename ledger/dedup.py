"""Duplicates are recognized by id, never by equality: equal lines without an id are two events.

The key is (source, session, code, client order id, venue order id, time).
"""

from __future__ import annotations

from itertools import islice
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

KEPT: Final = 200_000
_PRIMES: Final = (
    0x9E3779B97F4A7C15,
    0xC2B2AE3D27D4EB4F,
    0x165667B19E3779F9,
    0x27D4EB2F165667C5,
)


class Duplicates:
    """Remembers the newest 200,000 events that carried an id, as 64-bit hashes.

    The hashes do not depend on the process, so a restart recognises what it saw before.
    """

    def __init__(self) -> None:
        self._seen: dict[int, None] = {}

    def mask(self, events: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Return which rows repeat an earlier one, and remember the others."""
        result = np.zeros(len(events), np.bool_)
        client, venue = events["client_order_id"], events["venue_order_id"]
        identified = (client.notna() | venue.notna()) & events["ts_event"].notna()
        rows = np.flatnonzero(identified.to_numpy())
        if not len(rows):
            return result
        key = events["ts_event"].array[rows].asi8.view(np.uint64) * np.uint64(_PRIMES[0])
        for prime, column in zip(_PRIMES[1:3], (client, venue), strict=True):
            words = column.iloc[rows].to_numpy(object, na_value="")
            key ^= pd.util.hash_array(words, categorize=False) * np.uint64(prime)
        for name in ("source", "session_id", "code"):
            key = (key ^ self._of_category(events[name].array[rows])) * np.uint64(_PRIMES[3])
        seen = self._seen
        for row, value in zip(rows.tolist(), key.tolist(), strict=True):
            if value in seen:
                result[row] = True
            else:
                seen[value] = None
        for old in list(islice(seen, max(0, len(seen) - KEPT))):
            del seen[old]
        return result

    @staticmethod
    def _of_category(values: pd.Categorical) -> npt.NDArray[np.uint64]:
        words = np.array([*map(str, values.categories), ""], dtype=object)
        hashes: npt.NDArray[np.uint64] = pd.util.hash_array(words, categorize=False)
        picked: npt.NDArray[np.uint64] = hashes[values.codes]
        return picked
