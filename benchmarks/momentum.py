"""126-day momentum of 500 cold parquet files, beside DuckDB on the same files.

Both sides start in a fresh process after their imports and read the same of each file: all dates
and closes. Ours is what a notebook does: the parquet source, then the metric; with
`columns = ["close"]`, as DuckDB reads them too, and beside it with the source's defaults (six
columns), and as a desk that keeps only the newest bars. Both answer the same question: the newest
day that all symbols share, the close of that day over the one 126 bars before, ranks.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks.figure import Figure, Reach
from benchmarks.fresh import cpu_seconds, fresh, interleaved, middle
from benchmarks.scratch import folder

SYMBOLS, BARS, ROUNDS = 500, 5_000, 5


def measure(*, quick: bool) -> Iterator[Figure]:
    """Measure both sides in turn, ours in three ways."""
    symbols, rounds = (100, 2) if quick else (SYMBOLS, ROUNDS)
    path = _files(symbols)
    closes, whole, newest, theirs = interleaved(
        rounds,
        lambda: fresh("benchmarks.momentum:desk", path=path, columns=["close"]),
        lambda: fresh("benchmarks.momentum:desk", path=path),
        lambda: fresh("benchmarks.momentum:desk", path=path, columns=["close"], newest_bars=260),
        lambda: fresh("benchmarks.momentum:duckdb_way", path=path),
    )
    for name, ours, what in (
        ("momentum", closes, "columns = close, every bar kept"),
        ("momentum_all_columns", whole, "ParquetSource(path) with its defaults"),
        ("momentum_newest", newest, "columns = close, newest_bars = 260"),
    ):
        yield _figure(name, ours, theirs, f"{symbols} symbols × {BARS} bars; {what}")


def _figure(name: str, ours: list[Any], theirs: list[Any], what: str) -> Figure:
    if ours[0]["ranks"] != theirs[0]["ranks"]:
        raise AssertionError(f"ranks differ: {ours[0]['ranks'][:3]}, {theirs[0]['ranks'][:3]}")
    ratio = median(
        our["wall_seconds"] / their["wall_seconds"] for our, their in zip(ours, theirs, strict=True)
    )
    return Figure(
        f"{name}_wall_seconds",
        middle(ours, "wall_seconds"),
        "s",
        "DuckDB: window functions over read_parquet of the same files",
        middle(theirs, "wall_seconds"),
        Reach(1.5, "ratio"),
        len(ours),
        f"{what}; one file a symbol; fresh processes in turn, imports excluded in both; median of "
        f"the rounds' ratios {ratio:.2f}; CPU {middle(ours, 'cpu_seconds'):.2f} s, DuckDB "
        f"{middle(theirs, 'cpu_seconds'):.2f} s; ranks agree",
    )


def _files(symbols: int) -> str:
    """Random walks as a cache writes them; a third of the symbols ends a session earlier."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(126)
    days = pd.bdate_range(end=pd.Timestamp.today().normalize(), periods=BARS)
    index = days.tz_localize("America/New_York").tz_convert("UTC").rename("timestamp")
    into = folder("prices")
    for number in range(symbols):
        close = 100 * np.exp(np.cumsum(rng.normal(2e-4, 0.01, BARS)))
        bars = pd.DataFrame(
            {
                "Open": close * 0.999,
                "High": close * 1.01,
                "Low": close * 0.99,
                "Close": close,
                "Volume": rng.integers(1_000, 1_000_000, BARS),
            },
            index=index,
        )
        bars.iloc[: BARS - (number % 3 == 0)].to_parquet(into / f"S{number:03d}_1D.parquet")
    return str(into)


def desk(path: str, **options: Any) -> dict[str, Any]:
    """Our side, in a process of its own."""
    import pyarrow.parquet  # noqa: F401 - imports are not measured

    from data_sources.parquet import ParquetSource
    from metrics.momentum import momentum

    begun, wall = cpu_seconds(), time.monotonic()
    reading = ParquetSource(path, **options).read()
    found = momentum(reading.frame)
    used = {"wall_seconds": time.monotonic() - wall, "cpu_seconds": cpu_seconds() - begun}
    ranks = list(zip(found["symbol"].tolist(), found["rank"].tolist(), strict=True))
    return used | {"ranks": ranks}


def duckdb_way(path: str) -> dict[str, Any]:
    """The rival, in a process of its own."""
    import duckdb

    begun, wall = cpu_seconds(), time.monotonic()
    rows = duckdb.sql(_QUERY.replace("PATH", path)).fetchall()
    used = {"wall_seconds": time.monotonic() - wall, "cpu_seconds": cpu_seconds() - begun}
    return used | {"ranks": [[symbol, rank] for symbol, rank in rows]}


_QUERY = """
WITH bars AS (
    SELECT parse_filename(filename, true)[:-4] AS symbol, timestamp, Close AS close
    FROM read_parquet('PATH/*.parquet', filename = true)
), shared AS (
    SELECT max(timestamp) AS newest FROM (
        SELECT timestamp FROM bars GROUP BY timestamp
        HAVING count(*) = (SELECT count(DISTINCT symbol) FROM bars)
    )
), looked AS (
    SELECT symbol, timestamp, close / lag(close, 126) OVER (
        PARTITION BY symbol ORDER BY timestamp) - 1 AS momentum
    FROM bars
)
SELECT symbol, rank() OVER (ORDER BY momentum DESC) AS place
FROM looked, shared WHERE timestamp = newest ORDER BY place, symbol
"""
