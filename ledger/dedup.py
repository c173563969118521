"""Duplicates are recognized by id, never by equality: equal lines without an id are two events.

The key is (time, source, session, code, client order id, venue order id). The executions of an
order that sweeps through a book share all of it: theirs has quantity, price and value too. One that
tells no price is the same as one that tells all else alike and a price: two writers tell of it.
"""

from __future__ import annotations

from itertools import islice
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ledger.batch import Batch
from ledger.codes import DIMENSIONS, SESSION, SOURCE, WHAT, Groups, IntArray
from ledger.order_table import NEVER

KEPT: Final = 200_000
CODE: Final = DIMENSIONS.index("code")
UNPRICED_KEPT: Final = 10_000
EXECUTIONS: Final = ("order.filled", "order.partially_filled")

Hashes = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)
_HALF: Final = np.uint64(32)


class Duplicates:
    """Remembers at least the newest 200,000 events that carried an id, as hashes of their keys.

    A hash has 64 bits: that two of 400,000 keys share one is a matter of once in 10⁸ desks. Sorted
    arrays of them take a tenth of the memory of a set.
    """

    def __init__(self, groups: Groups) -> None:
        self._kinds = groups.codes["what"]
        # Two generations: the older one goes as a whole, which costs nothing for the single event.
        self._recent: list[Hashes] = []
        self._older: list[Hashes] = []
        self._unpriced: dict[int, None] = {}
        """Executions without a price, until one that is alike tells it, by their hash."""

    def mask(self, batch: Batch) -> Mask:
        """Return which rows repeat an earlier one, and remember the others."""
        result = np.zeros(len(batch), np.bool_)
        rows = np.flatnonzero(batch.identified & (batch.ts != NEVER))
        if not len(rows):
            return result
        codes = [code for kind in EXECUTIONS if (code := self._kinds.find(kind)) is not None]
        executed = np.isin(batch.codes[WHAT, rows], codes)
        keys = _keys(batch, rows, executed)
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        repeated = np.zeros(len(rows), np.bool_)
        repeated[1:] = ordered[1:] == ordered[:-1]
        for piece in (*self._recent, *self._older):
            places = np.minimum(np.searchsorted(piece, ordered), len(piece) - 1)
            repeated |= piece[places] == ordered
        fresh = ordered[~repeated]
        if executed.any():
            executed[order[repeated]] = False
            otherwise, bare = self._priced_otherwise(batch, rows, keys, executed)
            result[rows[otherwise]] = True
            fresh = np.sort(np.concatenate([fresh, bare]), kind="stable")
        result[rows[order[repeated]]] = True
        self._remember(fresh)
        return result

    def _priced_otherwise(
        self, batch: Batch, rows: IntArray, keys: Hashes, executed: Mask
    ) -> tuple[Mask, Hashes]:
        """Return which executions were told with a price and without, and what to remember of it.

        Whichever was read first stands; in one batch that with the price.
        """
        again = np.zeros(len(rows), np.bool_)
        with_price = np.flatnonzero(executed & np.isfinite(batch.price[rows]))
        bare = _keys(batch, rows[with_price], np.ones(len(with_price), np.bool_), priced=False)
        if self._unpriced:
            told = [self._unpriced.pop(key, self) is None for key in bare.tolist()]
            again[with_price] = told
        without = executed & ~np.isfinite(batch.price[rows])
        again |= without & np.isin(keys, bare)
        self._unpriced.update(dict.fromkeys(keys[without & ~again].tolist()))
        for key in list(islice(self._unpriced, max(0, len(self._unpriced) - UNPRICED_KEPT))):
            del self._unpriced[key]
        return again, bare

    def _remember(self, fresh: Hashes) -> None:
        """Add sorted hashes; small pieces are merged, so that there are never many."""
        if not len(fresh):
            return
        pieces = self._recent
        pieces.append(fresh)
        while len(pieces) > 1 and 2 * len(pieces[-1]) >= len(pieces[-2]):
            last = pieces.pop()
            # A stable sort finds the two sorted halves and merges them.
            pieces[-1] = np.sort(np.concatenate([pieces[-1], last]), kind="stable")
        if sum(map(len, pieces)) > KEPT:
            self._recent, self._older = [], pieces


def _keys(batch: Batch, rows: IntArray, executed: Mask, *, priced: bool = True) -> Hashes:
    """Return what identifies some rows; without `priced` as if executions told no price."""
    found = batch.ts[rows].view(np.uint64)
    own = rows[executed]
    for part in (
        *(batch.codes[place, rows] for place in (SOURCE, SESSION, CODE)),
        *(_hashes(ids[rows]) for ids in (batch.client_ids, batch.venue_ids)),
    ):
        # Each step can be undone, so that keys that differ in one part alone never meet.
        found = _mixed(found, part.astype(np.int64).view(np.uint64))
    price = batch.price if priced else np.full_like(batch.price, np.nan)
    for number in (batch.quantity, price, batch.value) if len(own) else ():
        told = np.nan_to_num(number[own], nan=-1.0) + 0.0  # one missing, one zero
        found[executed] = _mixed(found[executed], told.view(np.uint64))
    return found


def _mixed(found: Hashes, part: Hashes) -> Hashes:
    found = (found ^ part) * _ODD
    return found ^ (found >> _HALF)


def _hashes(ids: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    return np.fromiter(map(hash, ids.tolist()), np.int64, len(ids))
