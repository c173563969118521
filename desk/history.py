"""History: every event that was folded, as zstd parquet files that we write and read back."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import dataset

from data_sources.columns import CATEGORY_COLUMNS
from desk.event_table import SCHEMA, combined, frame_of

BATCH_ROWS: Final = 65_536
"""Events wait in the database until there are so many; then they become one file."""

_BEGINNING: Final = -(1 << 63)
_LAYOUT: Final[dict[str, Any]] = {
    "compression": "zstd",
    "row_group_size": BATCH_ROWS,
    # A row group is read whole: more pages in it cost a third of the writing and spare no reader.
    "data_page_size": 8 << 20,
    "write_batch_size": BATCH_ROWS,
    # Only where words repeat: for the rest the dictionary is tried in vain, at a third of the cost.
    "use_dictionary": list(CATEGORY_COLUMNS),
    "column_encoding": dict.fromkeys(
        ("ts_event", "ts_received", "raw_offset"), "DELTA_BINARY_PACKED"
    ),
    "write_statistics": ["ts_event"],
}


def pack(table: pa.Table) -> bytes:
    """Return a table as one compressed Arrow stream."""
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def unpack(payload: bytes) -> pa.Table:
    """Return the table of a compressed Arrow stream."""
    return pa.ipc.open_stream(payload).read_all()


def write(folder: Path, table: pa.Table) -> tuple[str, int, int | None, int | None]:
    """Write a history file; return its name, its rows, and its first and last event time (ns).

    The file only counts once a transaction names it.
    """
    name = f"events-{secrets.token_hex(8)}.parquet"
    with (folder / name).open("wb") as file:
        pq.write_table(table, file, **_LAYOUT)
        file.flush()
        os.fsync(file.fileno())
    ends = pc.min_max(table.column("ts_event").cast(pa.int64())).as_py()
    return name, table.num_rows, ends["min"], ends["max"]


def check(file: Path) -> None:
    """Read a history file through, piece by piece.

    Raises:
        OSError, pyarrow.ArrowException: it is gone or damaged.
    """
    with pq.ParquetFile(file) as parquet:
        for _ in parquet.iter_batches():
            pass


def read(file: Path) -> pd.DataFrame:
    """Return the events of one history file."""
    return frame_of(pq.read_table(file))


def query(
    files: Sequence[tuple[Path, int | None]],
    recent: Sequence[pa.Table],
    *,
    limit: int,
    since: pd.Timestamp | None = None,
    until: pd.Timestamp | None = None,
    equal: Mapping[str, str | None] | None = None,
    kinds: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the newest `limit` events that fit, ascending in time, those without one first.

    `files` come with the time of their newest event (ns), `recent` are tables newer than they are.
    Which rows are given depends on their times alone, not on when or in which piece they were kept.
    Rows come through Arrow, which filters by the nanosecond and keeps categories; DuckDB binds
    moments in microseconds.
    """
    condition = _condition(since, until, equal or {}, kinds)
    tables = [(table, _newest_ns(table)) for table in recent]
    pieces: list[pa.Table] = []
    newest = np.empty(0, np.int64)
    # The newest pieces first: those that end before the last row that counts are not read at all.
    for place, ends_ns in sorted(
        [*reversed(tables), *reversed(files)],
        key=lambda each: _BEGINNING if each[1] is None else each[1],
        reverse=True,
    ):
        if len(newest) >= max(limit, 1) and (ends_ns is None or ends_ns < newest[0]):
            break
        piece = dataset.dataset(place).to_table(filter=condition)
        pieces.append(piece.cast(SCHEMA))
        times = piece.column("ts_event").drop_null().cast(pa.int64()).to_numpy()
        newest = np.sort(np.concatenate([newest, times]))[-limit:]
    table = combined(pieces) if pieces else SCHEMA.empty_table()
    # What has no time is not the newest: it must not push out what has just happened.
    events = frame_of(table).sort_values(
        ["ts_event", "raw_offset"], kind="stable", na_position="first"
    )
    return events.tail(limit).reset_index(drop=True)


def _newest_ns(table: pa.Table) -> int | None:
    """Return the time of the newest event, None where none has one."""
    newest: int | None = pc.max(table.column("ts_event").cast(pa.int64())).as_py()
    return newest


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
