"""Event frames as Arrow tables: how history keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from data_sources.columns import (
    CATEGORY_COLUMNS,
    EVENT_COLUMNS,
    INTEGER_COLUMNS,
    NUMBER_COLUMNS,
    TEXT_COLUMNS,
    TIME_COLUMNS,
)


def _schema() -> pa.Schema:
    kinds = {
        **dict.fromkeys(TIME_COLUMNS, pa.timestamp("ns", "UTC")),
        # One index type whatever the number of words, so that pieces always fit together.
        **dict.fromkeys(CATEGORY_COLUMNS, pa.dictionary(pa.int32(), pa.string())),
        **dict.fromkeys(NUMBER_COLUMNS, pa.float64()),
        **dict.fromkeys(TEXT_COLUMNS, pa.string()),
        **dict.fromkeys(INTEGER_COLUMNS, pa.int64()),
    }
    return pa.schema([(name, kinds[name]) for name in EVENT_COLUMNS])


SCHEMA: Final = _schema()


def table_of(frames: Sequence[pd.DataFrame]) -> pa.Table:
    """Return event frames as one Arrow table, each column in one piece.

    Column by column over all frames: a desk at its usual pace keeps ten small frames a second, and
    each column of each would have a price of its own.
    """
    columns = [
        _column([frame[field.name].array for frame in frames], field.type) for field in SCHEMA
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def combined(tables: Sequence[pa.Table]) -> pa.Table:
    """Return tables as one, their dictionaries united, each column in one piece."""
    return tables[0] if len(tables) == 1 else united(tables).combine_chunks()


def united(tables: Sequence[pa.Table]) -> pa.Table:
    """Return tables as one, their dictionaries united: nothing is copied but those."""
    return pa.concat_tables(tables).unify_dictionaries()


def frame_of(table: pa.Table) -> pd.DataFrame:
    """Return a table as an events frame."""
    frame: pd.DataFrame = table.to_pandas()
    return frame


def _column(pieces: list[Any], kind: pa.DataType) -> pa.Array:
    """Return one column; NaN, NaT and missing words are null."""
    if pa.types.is_dictionary(kind):
        return _words(pieces, kind)
    if pa.types.is_timestamp(kind):
        ns = np.concatenate([piece.as_unit("ns").asi8 for piece in pieces])
        return pa.array(ns.view("M8[ns]"), kind)
    if pa.types.is_string(kind):
        return _texts(pieces, kind)
    values = np.concatenate([np.asarray(piece) for piece in pieces])
    return pa.array(values, kind, from_pandas=True)


def _texts(pieces: list[Any], kind: pa.DataType) -> pa.Array:
    arrays = [pa.array(piece, from_pandas=True) for piece in pieces]
    chunks = [c for a in arrays for c in (a.chunks if isinstance(a, pa.ChunkedArray) else [a])]
    return pa.chunked_array([chunk.cast(kind) for chunk in chunks], kind).combine_chunks()


def _words(pieces: list[Any], kind: pa.DataType) -> pa.Array:
    """Return categoricals as one, the words of all in the order of their first mention."""
    numbers: dict[Any, int] = {}
    parts = []
    known = None
    for piece in pieces:
        if piece.categories is not known:  # frames in a row mostly share them
            known = piece.categories
            own = [numbers.setdefault(word, len(numbers)) for word in known.tolist()]
            place = np.array([*own, -1], np.int32)
        parts.append(place[piece.codes])
    codes = np.concatenate(parts)
    found = pa.array(codes, mask=codes < 0)
    return pa.DictionaryArray.from_arrays(found, pa.array(list(numbers), kind.value_type))
