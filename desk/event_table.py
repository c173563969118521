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
    """Return event frames as one Arrow table."""
    return combined([_table(frame) for frame in frames])


def combined(tables: Sequence[pa.Table]) -> pa.Table:
    """Return tables as one, their dictionaries united, each column in one piece."""
    if len(tables) == 1:
        return tables[0]
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def frame_of(table: pa.Table) -> pd.DataFrame:
    """Return a table as an events frame."""
    frame: pd.DataFrame = table.to_pandas()
    return frame


def _table(frame: pd.DataFrame) -> pa.Table:
    # Column by column, because pa.Table.from_pandas takes 5 ms for a frame of five rows, and a
    # desk at its usual pace has ten of those a second.
    columns = [_column(frame[field.name].array, field.type) for field in SCHEMA]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _column(values: Any, kind: pa.DataType) -> pa.Array:
    """Return one column; NaN, NaT and missing words are null."""
    if isinstance(values, pd.Categorical):
        codes = np.asarray(values.codes)
        numbers = pa.array(codes.astype(np.int32), mask=codes < 0)
        words = _column(values.categories.array, kind.value_type)
        return pa.DictionaryArray.from_arrays(numbers, words)
    if pa.types.is_timestamp(kind):
        return pa.array(values.as_unit("ns").asi8.view("M8[ns]"), kind)
    found = pa.array(values, from_pandas=True)
    if isinstance(found, pa.ChunkedArray):
        found = found.combine_chunks()
    return found if found.type == kind else found.cast(kind)
