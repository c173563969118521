"""The lines of a batch that make order lives, session by session."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ledger.batch import Batch
from ledger.codes import DIMENSIONS, SESSION, SOURCE, WHAT, Groups, IntArray
from ledger.fold import TWIN
from ledger.order import CLOSE_EFFECT, OPEN_EFFECT, Facts, Told
from ledger.order_kinds import TOLD
from ledger.order_table import NEVER

TELEMETRY: Final = "telemetry."
Key = tuple[int, int]
"""Source and session, as codes."""


class OrderLines:
    """Takes from a batch what tells of orders."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups
        self._facts: list[Facts] = []

    def twins(self, batch: Batch) -> npt.NDArray[np.bool_]:
        """Return which rows only repeat what an events file beside them says."""
        return self._of_kind(batch, TWIN)

    def _of_kind(self, batch: Batch, prefix: str) -> npt.NDArray[np.bool_]:
        words = self._groups.codes["what"].words
        fits = np.array([word.startswith(prefix) for word in words] + [False])
        rows: npt.NDArray[np.bool_] = fits[batch.codes[WHAT]]
        return rows

    def begins(self, batch: Batch, mask: npt.NDArray[np.bool_]) -> Iterator[tuple[Key, int]]:
        """Yield each session of some rows with the time of its first one.

        Telemetry begins none: what a model thought may lie beside order files and no events.
        """
        mask = mask & ~self._of_kind(batch, TELEMETRY)
        keys, ts = _session_keys(batch)[mask], batch.ts[mask]
        # Sorted by time, so the first row of a session is its earliest.
        for key in pd.unique(keys).tolist():
            yield _of_session_key(key), int(ts[int(np.argmax(keys == key))])

    def told(
        self,
        batch: Batch,
        groups: npt.NDArray[np.int32],
        twins: npt.NDArray[np.bool_],
        primary: Collection[Key],
    ) -> Iterator[tuple[Key, list[Told]]]:
        """Yield the events that make order lives, by session, sorted by time.

        `primary` are the sessions in which twins tell nothing new.
        """
        kinds = np.array([facts.kind for facts in self._facts_of_groups()])
        wanted = (kinds[groups] >= 0) & (batch.ts != NEVER)
        if twins.any():
            sources, sessions = batch.codes[SOURCE], batch.codes[SESSION]
            owned = np.zeros(len(twins), np.bool_)
            for source, session in primary:
                owned |= (sources == source) & (sessions == session)
            wanted &= ~(twins & owned)
        if not wanted.any():
            return
        told = list(
            zip(
                batch.ts[wanted].tolist(),
                map(self._facts.__getitem__, groups[wanted].tolist()),
                batch.client_ids[wanted].tolist(),
                batch.venue_ids[wanted].tolist(),
                batch.quantity[wanted].tolist(),
                batch.price[wanted].tolist(),
                batch.strategy[wanted].tolist(),
                batch.generation[wanted].tolist(),
                batch.raw_offset[wanted].tolist(),
                batch.value[wanted].tolist(),
                batch.terms[wanted].tolist(),
                strict=True,
            )
        )
        keys = _session_keys(batch)[wanted]
        distinct = pd.unique(keys).tolist()
        for key in distinct:
            mine = told
            if len(distinct) > 1:
                mine = [told[row] for row in np.flatnonzero(keys == key).tolist()]
            yield _of_session_key(key), mine

    def _facts_of_groups(self) -> list[Facts]:
        """Return what the events of each group have in common, one entry a group."""
        words = self._groups.codes["what"].words
        close = self._groups.codes["position_effect"].code("close")
        accepted = self._groups.codes["decision"].code("accepted")
        rejected = self._groups.codes["decision"].code("rejected")
        for number in range(len(self._facts), len(self._groups)):
            row = dict(zip(DIMENSIONS, self._groups.rows[number], strict=True))
            word = words[row["what"]]
            self._facts.append(
                Facts(
                    group=number,
                    kind=TOLD.get(word.removeprefix(TWIN), -1),
                    effect=CLOSE_EFFECT if row["position_effect"] == close else OPEN_EFFECT,
                    account_id=row["account_id"],
                    symbol=row["symbol"],
                    side=row["side"],
                    route=row["route"],
                    reason=row["reason"],
                    acknowledges=row["decision"] == accepted,
                    twin=word.startswith(TWIN),
                    repeats=row["decision"] == rejected,
                )
            )
        return self._facts


def _session_keys(batch: Batch) -> IntArray:
    """Return (source, session) of each row as one number."""
    keys: IntArray = (batch.codes[SOURCE] << 32) + batch.codes[SESSION] + 1
    return keys


def _of_session_key(key: int) -> Key:
    return key >> 32, (key & 0xFFFFFFFF) - 1
