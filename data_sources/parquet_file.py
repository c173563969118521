"""One parquet file of price bars: checked, bounded, and only the columns that are asked for."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_sources.parquet_columns import RefusedError, numbers_of, times_of

TIME_NAMES: Final = (
    *("timestamp", "ts_event", "datetime", "date", "time", "__index_level_0__", "index"),
)
PRICES: Final = ("open", "high", "low", "close", "volume")
SYMBOL_NAMES: Final = ("symbol", "ticker")
MOST_COLUMNS: Final = 64
SMALL_BYTES: Final = 4 << 20
BATCH_ROWS: Final = 65_536
DAY_NS: Final = 86_400 * 10**9
EARLIEST_NS: Final = -70 * 365 * DAY_NS
"""1900: no bar is older."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost and how it is read.

    names       price columns that are wanted, in the order of the frame
    max_bytes   on disk; max_rows: bars
    zone        what times without a zone mean
    latest_ns   bars later than this are no bars yet
    """

    names: Sequence[str]
    max_bytes: int
    max_rows: int
    zone: ZoneInfo
    latest_ns: int


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of one symbol, ascending, one a time: UTC nanoseconds and float64 columns."""

    symbol: str
    ts_ns: NDArray[np.int64]
    values: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def newest(self, n: int) -> Bars:
        """Return the newest `n` bars, without the memory of the others; all for 0."""
        if not n or n >= len(self.ts_ns):
            return self
        values = {name: column[-n:].copy() for name, column in self.values.items()}
        return Bars(self.symbol, self.ts_ns[-n:].copy(), values, self.notes)


def read_bars(path: Path, symbol: str, limits: Limits) -> list[Bars]:
    """Read the bars of a file: of `symbol`, or of those in its own symbol column.

    Raises:
        RefusedError: when the file is too large, cut off, empty, or not of bars.
        OSError: when it cannot be read at all.
    """
    with opened(path) as (file, size):
        if size > limits.max_bytes:
            raise RefusedError(f"has {size:,} bytes, more than max_bytes = {limits.max_bytes:,}")
        if size < 12:
            raise RefusedError(f"has {size} bytes: it is empty or still being written")
        # A small file whole: cheaper than its parts, and nobody changes it while it is read.
        whole = _whole(file, size) if size <= SMALL_BYTES else None
    from pyarrow import ArrowException

    try:
        return _read(path, whole, symbol, limits)
    except (ArrowException, OSError, OverflowError, ValueError) as e:
        if isinstance(e, OSError) and e.errno:
            raise
        text = " ".join(str(e).split())[:160]
        raise RefusedError(f"is cut off or no parquet ({text})") from e


def holds_bars(path: Path) -> bool:
    """Whether a file has times and closes, told by its footer alone."""
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        return bool(_Plan(pq.read_schema(path), ("close",)).prices)
    except (ArrowException, OSError, ValueError, RefusedError):
        return False


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """Open a regular file without ever waiting for it; gives it and its length in bytes.

    Raises:
        RefusedError: when it is a folder, a pipe or a device.
        OSError: when it cannot be opened.
    """
    with open(path, "rb", opener=_at_once) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise RefusedError("is no regular file")
        yield file, found.st_size


def _at_once(path: str, flags: int) -> int:
    """Open without waiting: a pipe that nobody writes to would hold us for ever."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)


def _whole(file: BinaryIO, size: int) -> Any:
    """The bytes of a file in Arrow's own memory, which is used again for the next one."""
    import pyarrow

    buffer = pyarrow.allocate_buffer(size)
    read = file.readinto(memoryview(buffer))  # type: ignore[attr-defined]
    return buffer.slice(0, read)


def _read(path: Path, whole: Any, symbol: str, limits: Limits) -> list[Bars]:
    import pyarrow
    import pyarrow.parquet as pq

    with pq.ParquetFile(path if whole is None else pyarrow.BufferReader(whole)) as file:
        if file.metadata.num_rows > limits.max_rows:
            raise RefusedError(
                f"has {file.metadata.num_rows:,} rows, more than max_rows = {limits.max_rows:,}"
            )
        if file.metadata.num_columns > MOST_COLUMNS:
            raise RefusedError(f"has {file.metadata.num_columns} columns, more than {MOST_COLUMNS}")
        plan = _plan(file.schema_arrow.remove_metadata(), tuple(limits.names))
        table = _bounded(file, plan.wanted, limits.max_rows)
    if not table.num_rows:
        raise RefusedError("has no rows")
    ts_ns, naive = times_of(table.column(plan.time), limits.zone)
    values = {name: numbers_of(table, origins) for name, origins in plan.prices.items()}
    notes = (f"times without a zone read in {limits.zone.key}",) if naive else ()
    if plan.symbol is None:
        return [_tidy(symbol, ts_ns, values, limits, notes)]
    words = table.column(plan.symbol).combine_chunks().dictionary_encode()
    codes = words.indices.to_numpy(zero_copy_only=False)
    return [
        _tidy(str(word), ts_ns[at], {k: v[at] for k, v in values.items()}, limits, notes)
        for code, word in enumerate(words.dictionary.to_pylist())
        for at in (np.flatnonzero(codes == code),)
        if word
    ]


@lru_cache(maxsize=64)
def _plan(schema: Any, names: tuple[str, ...]) -> _Plan:
    """The files of a cache look alike."""
    return _Plan(schema, names)


class _Plan:
    """Which columns of a file hold what; names are compared without regard to case."""

    def __init__(self, schema: Any, names: Sequence[str]) -> None:
        import pyarrow.types as kinds

        fields = {each: schema.field(i) for i, each in enumerate(schema.names)}
        by_name: dict[str, list[str]] = {}
        for each in fields:
            by_name.setdefault(each.strip().lower(), []).append(each)
        # A cache that was appended to by another writer has `Close` and `close`, each filled in
        # part: the lower case one is the newer.
        self.prices = {n: sorted(by_name[n], reverse=True) for n in names if n in by_name}
        missing = [n for n in ("close",) if n in names and n not in by_name]
        shown = ", ".join(list(fields)[:12])
        if missing or not self.prices:
            raise RefusedError(f"has no column {(missing or list(names))[0]!r}; it has {shown}")
        for origin in (o for origins in self.prices.values() for o in origins):
            kind = fields[origin].type
            if not (kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_decimal(kind)):
                raise RefusedError(f"column {origin!r} is {kind}; it must hold numbers")
        time = next((by_name[n][0] for n in TIME_NAMES if n in by_name), None)
        if time is None:
            raise RefusedError(f"has no column of times ({', '.join(TIME_NAMES[:5])}); has {shown}")
        kind = fields[time].type
        if not (kinds.is_timestamp(kind) or kinds.is_date(kind) or kinds.is_integer(kind)):
            raise RefusedError(f"column {time!r} is {kind}; it must hold timestamps")
        self.time = time
        symbol = next((by_name[n][0] for n in SYMBOL_NAMES if n in by_name), None)
        self.symbol = symbol if symbol and _is_word(fields[symbol].type) else None
        origins = [o for origins in self.prices.values() for o in origins]
        self.wanted = [self.time, *origins, *([self.symbol] if self.symbol else [])]


def _is_word(kind: Any) -> bool:
    import pyarrow.types as kinds

    return bool(
        kinds.is_string(kind)
        or kinds.is_large_string(kind)
        or (kinds.is_dictionary(kind) and _is_word(kind.value_type))
    )


def _bounded(file: Any, columns: list[str], max_rows: int) -> Any:
    """The columns as a table; a footer that lies about its rows gains nothing by it."""
    import pyarrow

    if file.metadata.num_rows <= BATCH_ROWS and file.metadata.num_row_groups <= 1:
        table = file.read(columns=columns, use_threads=False)
        return table.slice(0, max_rows + 1)
    rows, batches = 0, []
    for batch in file.iter_batches(BATCH_ROWS, columns=columns, use_threads=False):
        rows += batch.num_rows
        if rows > max_rows:
            raise RefusedError(f"holds more than max_rows = {max_rows:,} rows, whatever it says")
        batches.append(batch)
    if not batches:
        raise RefusedError("has no rows")
    return pyarrow.Table.from_batches(batches)


def _tidy(
    symbol: str,
    ts_ns: NDArray[np.int64],
    values: dict[str, NDArray[np.float64]],
    limits: Limits,
    notes: tuple[str, ...],
) -> Bars:
    """Ascending, one bar a time (the last told), without what cannot be a bar; told in notes."""
    if _is_tidy(ts_ns, values.get("close"), limits.latest_ns):
        return Bars(symbol, ts_ns, values, notes)
    said = list(notes)
    timed = (ts_ns != pd.NaT.value) & (ts_ns >= EARLIEST_NS)
    newest = int(ts_ns[timed].max()) if timed.any() else 0
    if newest < 365 * DAY_NS:
        raise RefusedError("its newest time is before 1971: the unit of its times is wrong")
    close = values.get("close")
    kept = timed if close is None else timed & (close > 0)
    early = kept & (ts_ns <= limits.latest_ns)
    if not early.any():
        raise RefusedError("has no bar with a time and a close above 0")
    total = len(ts_ns)
    for name, count in (
        ("without a time or a close above 0", total - int(kept.sum())),
        ("later than now", int(kept.sum()) - int(early.sum())),
    ):
        if count:
            said.append(f"{count:,} of {total:,} bars {name} left out")
    order = np.flatnonzero(early)
    if len(order) > 1 and not np.all(np.diff(ts_ns[order]) > 0):
        order = order[np.argsort(ts_ns[order], kind="stable")]
        last = np.append(np.diff(ts_ns[order]) > 0, True)
        if not last.all():
            said.append(f"{int((~last).sum()):,} bars told twice, the last counts")
        order = order[last]
    elif len(order) == total:
        return Bars(symbol, ts_ns, values, tuple(said))
    return Bars(symbol, ts_ns[order], {k: v[order] for k, v in values.items()}, tuple(said))


def _is_tidy(ts_ns: NDArray[np.int64], close: NDArray[np.float64] | None, latest_ns: int) -> bool:
    """Whether nothing has to be done: as nearly always, and found out with little work."""
    if not 365 * DAY_NS <= ts_ns[-1] <= latest_ns or ts_ns[0] < EARLIEST_NS:
        return False
    return bool((ts_ns[1:] > ts_ns[:-1]).all()) and (close is None or bool(close.min() > 0))


def impossible(bars: Bars) -> Iterator[str]:
    """What a bar cannot be: a high below its low."""
    high, low = bars.values.get("high"), bars.values.get("low")
    if high is not None and low is not None and (count := int((high < low).sum())):
        yield f"{count:,} bars have a high below their low"
