"""A frame as a file: JSON rows, CSV that no spreadsheet runs, parquet, Arrow."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from web.wire import to_json

ROWS_A_PIECE: Final = 5_000
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
PLAIN_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def json_pieces(frame: pd.DataFrame) -> Iterator[bytes]:
    """`{"rows": […]}` in pieces: RFC 3339 texts for times, null for what is missing."""
    yield b'{"rows":['
    for number, piece in enumerate(_pieces(frame)):
        columns = {str(name): _json_column(piece[name]) for name in piece.columns}
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        yield (b"," if number else b"") + to_json(rows)[1:-1]
    yield b"]}"


def csv_pieces(frame: pd.DataFrame) -> Iterator[bytes]:
    """RFC 4180 with a header line; texts that a spreadsheet would run start with an apostrophe."""
    yield (",".join(_csv_cell(str(name)) for name in frame.columns) + "\r\n").encode()
    for piece in _pieces(frame):
        safe = pd.DataFrame({name: _csv_column(piece[name]) for name in piece.columns})
        text = safe.to_csv(index=False, header=False, lineterminator="\r\n")
        yield text.encode("utf-8", "backslashreplace")


def parquet_pieces(frame: pd.DataFrame) -> Iterator[bytes]:
    """One parquet file, zstd."""
    sink = io.BytesIO()
    pq.write_table(_table(frame), sink, compression="zstd")
    yield sink.getvalue()


def arrow_pieces(frame: pd.DataFrame) -> Iterator[bytes]:
    """One Arrow IPC stream."""
    table = _table(frame)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    yield sink.getvalue()


Pieces = Callable[[pd.DataFrame], Iterator[bytes]]
FORMATS: Final[dict[str, tuple[str, Pieces]]] = {
    "json": ("application/json", json_pieces),
    "csv": ("text/csv; charset=utf-8", csv_pieces),
    "parquet": ("application/vnd.apache.parquet", parquet_pieces),
    "arrow": ("application/vnd.apache.arrow.stream", arrow_pieces),
}
"""Name of a format → its media type and its writer."""


def formula_safe(text: str) -> str:
    """A text that a spreadsheet shows and never runs; plain numbers stay numbers."""
    if text.startswith(FORMULA_STARTS) and PLAIN_NUMBER.fullmatch(text) is None:
        return "'" + text
    return text


def _pieces(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for start in range(0, len(frame), ROWS_A_PIECE):
        yield frame.iloc[start : start + ROWS_A_PIECE]


def _json_column(column: pd.Series) -> list[object]:
    if isinstance(column.dtype, pd.DatetimeTZDtype) or column.dtype.kind == "M":
        return _times(column)
    values = column.astype(object)
    return values.where(column.notna(), None).tolist()


def _times(column: pd.Series) -> list[object]:
    naive = column.dt.tz_convert("UTC").dt.tz_localize(None) if column.dt.tz else column
    nanos = naive.to_numpy("datetime64[ns]")
    exact = "us" if not np.any(nanos.astype("int64")[~np.isnat(nanos)] % 1000) else "ns"
    texts = np.char.add(np.datetime_as_string(nanos, unit=exact), "Z")
    return [None if missing else str(text) for text, missing in zip(texts, np.isnat(nanos))]  # noqa: B905


def _csv_column(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.DatetimeTZDtype) or column.dtype.kind == "M":
        return pd.Series(_times(column), index=column.index, dtype=object)
    if column.dtype.kind in "iufb":
        return column
    texts = [formula_safe(value) if isinstance(value, str) else value for value in column]
    return pd.Series(texts, index=column.index, dtype=object)


def _csv_cell(text: str) -> str:
    safe = formula_safe(text)
    return '"' + safe.replace('"', '""') + '"' if re.search(r'[",\r\n]', safe) else safe


def _table(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False)
