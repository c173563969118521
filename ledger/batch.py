"""The columns of an events frame that the fold needs, as plain arrays.

Taken out of the frame once: every look into a pandas frame costs as much as folding ten events,
and most batches of a live desk hold fewer.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from ledger.codes import DIMENSIONS, Codes, Groups, IntArray

FloatArray = npt.NDArray[np.float64]


@dataclass(slots=True)
class Batch:
    """Some rows of an events frame.

    Attributes:
        rows: where each row stands in the frame.
        ts: event time, int64 nanoseconds, NEVER where a line told none.
        codes: word codes, one row a dimension, in the order of `DIMENSIONS`.
        terms: what each row tells of its order beside that, `Terms` or None.
        client_ids, venue_ids: objects, None where missing.
        identified: whether the row carries one of the two.
    """

    rows: IntArray
    ts: IntArray
    raw_offset: IntArray
    codes: IntArray
    generation: IntArray
    strategy: IntArray
    seconds: FloatArray
    quantity: FloatArray
    price: FloatArray
    value: FloatArray
    terms: npt.NDArray[np.object_]
    client_ids: npt.NDArray[np.object_]
    venue_ids: npt.NDArray[np.object_]
    identified: npt.NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        events: pd.DataFrame,
        groups: Groups,
        generations: Codes,
        strategies: Codes,
        terms: npt.NDArray[np.object_],
    ) -> Self:
        """Take an events frame apart; `terms` has an entry for each of its rows."""
        codes = np.empty((len(DIMENSIONS), len(events)), np.int64)
        for place, name in enumerate(DIMENSIONS):
            column = events["kind" if name == "what" else name]
            codes[place] = groups.codes[name].of_categorical(column.array)
        client_ids, venue_ids = _arrow(events["client_order_id"]), _arrow(events["venue_order_id"])
        return cls(
            rows=np.arange(len(events)),
            ts=events["ts_event"].array.as_unit("ns").asi8,
            raw_offset=events["raw_offset"].to_numpy(np.int64),
            codes=codes,
            generation=generations.of_categorical(events["raw_generation"].array),
            strategy=strategies.of_categorical(events["strategy_id"].array),
            seconds=events["latency_seconds"].to_numpy(np.float64),
            quantity=events["quantity"].to_numpy(np.float64),
            price=events["price"].to_numpy(np.float64),
            value=events["value"].to_numpy(np.float64),
            terms=terms,
            client_ids=_objects(client_ids),
            venue_ids=_objects(venue_ids),
            identified=_present(client_ids) | _present(venue_ids),
        )

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, picked: npt.NDArray[Any]) -> Self:
        """Return some rows, by number or by mask, in that order."""
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        return type(self)(**{name: column[..., picked] for name, column in columns.items()})

    def in_event_time(self, generations: Codes) -> Self:
        """Return the rows by event time, then file by file as they stand there.

        Parts of one file follow each other as they were first heard of: that is how it was written.
        """
        ts, offset = self.ts, self.raw_offset
        if len(ts) < 2:
            return self
        part = self._places(generations)
        tied = ts[1:] == ts[:-1]
        back = (part[1:] < part[:-1]) | ((part[1:] == part[:-1]) & (offset[1:] < offset[:-1]))
        if not ((ts[1:] < ts[:-1]) | (tied & back)).any():
            return self
        return self.take(np.lexsort((offset, part, ts)))

    def _places(self, generations: Codes) -> IntArray:
        """Return where the part of a file that each row is from stands among the others."""
        if (self.generation == self.generation[0]).all():
            return np.zeros(len(self), np.int64)
        met, inverse = np.unique(self.generation, return_inverse=True)
        parts = [part_of_file(generations, code) for code in met.tolist()]
        order = sorted(range(len(parts)), key=parts.__getitem__)
        rank = np.empty(len(met), np.int64)
        rank[order] = np.arange(len(met))
        return rank[inverse]


def part_of_file(generations: Codes, code: int) -> tuple[str, int]:
    """Return what sorts the parts of files: `file#part` by file, then as they were heard of."""
    return (generations.word(code) or "").partition("#")[0], code


def _arrow(column: pd.Series[Any]) -> pa.Array:
    # Through Arrow, which makes Python's texts of them twenty times as fast as pandas does.
    return pa.array(column.array, from_pandas=True)


def _objects(texts: pa.Array) -> npt.NDArray[np.object_]:
    found: npt.NDArray[np.object_] = texts.to_numpy(zero_copy_only=False)
    return found


def _present(texts: pa.Array) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = texts.is_valid().to_numpy(zero_copy_only=False)
    return found
