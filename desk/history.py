"""History: every event that was folded, as zstd parquet files that we write and read back."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import dataset

BATCH_ROWS: Final = 65_536
"""Events wait in the database until there are so many; then they become one file."""


def pack(events: pd.DataFrame) -> bytes:
    """Return events as one compressed Arrow stream."""
    table = pa.Table.from_pandas(events, preserve_index=False)
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def unpack(payload: bytes) -> pd.DataFrame:
    """Return the events of a compressed Arrow stream."""
    return _frame(pa.ipc.open_stream(payload).read_all())


def write(folder: Path, events: pd.DataFrame) -> tuple[str, int, int | None, int | None]:
    """Write a history file; return its name, its rows, and its first and last event time (ns).

    The file only counts once a transaction names it.
    """
    name = f"events-{secrets.token_hex(8)}.parquet"
    table = pa.Table.from_pandas(events, preserve_index=False)
    with (folder / name).open("wb") as file:
        pq.write_table(table, file, compression="zstd", row_group_size=BATCH_ROWS)
        file.flush()
        os.fsync(file.fileno())
    dated = events["ts_event"].dropna()
    first = int(dated.min().value) if len(dated) else None
    last = int(dated.max().value) if len(dated) else None
    return name, len(events), first, last


def read(file: Path) -> pd.DataFrame:
    """Return the events of one history file."""
    return _frame(pq.read_table(file))


def _frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas()
    return frame


def query(
    files: Sequence[Path],
    *,
    limit: int,
    since: pd.Timestamp | None = None,
    until: pd.Timestamp | None = None,
    equal: Mapping[str, str | None] | None = None,
    kinds: Sequence[str] = (),
) -> list[pd.DataFrame]:
    """Return pieces that hold the newest `limit` events that fit, newest files first.

    Rows come through Arrow and keep their nanoseconds; DuckDB would cut them to microseconds.
    """
    condition = _condition(since, until, equal or {}, kinds)
    pieces: list[pd.DataFrame] = []
    found = 0
    for file in reversed(files):
        piece = _frame(dataset.dataset(file).to_table(filter=condition))
        if len(piece):
            pieces.append(piece)
            found += len(piece)
        if found >= limit:
            break
    return pieces


def _condition(
    since: pd.Timestamp | None,
    until: pd.Timestamp | None,
    equal: Mapping[str, str | None],
    kinds: Sequence[str],
) -> dataset.Expression | None:
    parts = []
    if since is not None:
        parts.append(dataset.field("ts_event") >= pa.scalar(since, pa.timestamp("ns", "UTC")))
    if until is not None:
        parts.append(dataset.field("ts_event") <= pa.scalar(until, pa.timestamp("ns", "UTC")))
    for name, word in equal.items():
        if word is not None:
            parts.append(dataset.field(name) == word)
    if kinds:
        parts.append(dataset.field("kind").isin(list(kinds)))
    whole = None
    for part in parts:
        whole = part if whole is None else whole & part
    return whole
