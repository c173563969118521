"""Reading a 100 MB log from its first byte until `/status` is complete, beside DuckDB.

Both sides start with a warm page cache and after their imports. Ours reads in its real threads and
ends with everything committed to SQLite and parquet. DuckDB does what the figure names: parse
(explicit columns, the details object kept verbatim as ours is), deduplicate by id, join submit to
acknowledgement, percentiles by minute, zstd parquet of all events.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figure import Figure, Reach
from benchmarks.fresh import cpu_seconds, fresh, interleaved, middle
from benchmarks.scratch import LINE_BYTES, Log, aurora_log, folder

MEGABYTES = 100
ROUNDS = 5
GIVE_UP_SECONDS = 200.0


def measure(*, quick: bool) -> Iterator[Figure]:
    """Measure both sides in turn."""
    megabytes = 10 if quick else MEGABYTES
    log = aurora_log(megabytes * 1_000_000 // LINE_BYTES)
    rounds = 2 if quick else ROUNDS
    desk, duck = interleaved(rounds, lambda: _desk(log), lambda: _duckdb(log))
    ratio = median(
        ours["cpu_seconds"] / theirs["cpu_seconds"] for ours, theirs in zip(desk, duck, strict=True)
    )
    yield Figure(
        "backfill_cpu_seconds",
        middle(desk, "cpu_seconds"),
        "s",
        "DuckDB: parse, deduplicate, join, percentiles by minute, zstd parquet",
        middle(duck, "cpu_seconds"),
        Reach(2.5, "ratio"),
        rounds,
        f"{log.bytes / 1e6:.0f} MB, {log.lines} lines; CPU (user + system) of fresh processes in "
        f"turn, imports excluded in both; median of the rounds' ratios {ratio:.2f}; wall "
        f"{middle(desk, 'wall_seconds'):.1f} s, DuckDB {middle(duck, 'wall_seconds'):.1f} s; "
        f"DuckDB joined {duck[0]['joined']} orders, we {desk[0]['joined']}",
    )


def _desk(log: Log) -> dict[str, Any]:
    state = str(folder("state"))
    found = fresh("benchmarks.backfill:desk", path=str(log.path), lines=log.lines, state_dir=state)
    for name in "submitted", "ack", "denied", "skipped", "failed":
        if found["orders"][name] != log.truth[name]:
            raise AssertionError(f"{name} is {found['orders'][name]}, written {log.truth[name]}")
    return dict(found)


def _duckdb(log: Log) -> dict[str, Any]:
    out = folder("duckdb") / "events.parquet"
    return dict(fresh("benchmarks.backfill:duckdb_way", path=str(log.path), out=str(out)))


def desk(path: str, lines: int, state_dir: str) -> dict[str, Any]:
    """Our side, in a process of its own."""
    from data_sources.jsonl import JsonlSource
    from desk.desk import Desk
    from desk.memory import calm_the_collector
    from desk.origin import origin
    from web.promised.aurora import status

    calm_the_collector()
    begun, wall = cpu_seconds(), time.monotonic()
    source = JsonlSource(path, dialect="aurora", name="aurora")
    watched = Desk([origin("aurora", source)], state_dir=Path(state_dir))
    watched.start()
    while watched.sources()[0]["lines_in"] < lines or watched.origins[0].catching_up:
        time.sleep(0.05)
        if time.monotonic() - wall > GIVE_UP_SECONDS:
            raise TimeoutError(f"{watched.sources()[0]} {watched.not_ready()}")
    told = status(watched.view(window_seconds=None, at="last"))
    complete = time.monotonic() - wall
    watched.stop()
    return {
        "cpu_seconds": cpu_seconds() - begun,
        "wall_seconds": complete,
        "orders": told["orders"],
        "joined": told["latency"]["order_ack_n"],
    }


def duckdb_way(path: str, out: str) -> dict[str, Any]:
    """The rival, in a process of its own."""
    import duckdb

    begun, wall = cpu_seconds(), time.monotonic()
    database = duckdb.connect()
    for statement in _READ, _DEDUPLICATE, _JOIN:
        database.execute(statement.replace("PATH", path))
    database.execute(_PERCENTILES).fetchall()
    database.execute(_COUNTS).fetchall()
    database.execute(f"COPY events TO '{out}' (FORMAT parquet, COMPRESSION zstd)")
    joined = database.execute("SELECT count(*) FROM acknowledged").fetchall()[0][0]
    used = {"cpu_seconds": cpu_seconds() - begun, "wall_seconds": time.monotonic() - wall}
    return used | {"joined": joined}


_READ = """
CREATE TEMP TABLE lines AS SELECT * FROM read_json('PATH', format='newline_delimited', columns={
    ts_ns: 'BIGINT', event_code: 'VARCHAR', run_id: 'VARCHAR', symbol: 'VARCHAR', cid: 'VARCHAR',
    oid: 'VARCHAR', side: 'VARCHAR', order_type: 'VARCHAR', price: 'DOUBLE', qty: 'DOUBLE',
    details: 'JSON', src: 'VARCHAR'})
"""
_DEDUPLICATE = """
CREATE TEMP TABLE events AS
SELECT * FROM lines WHERE coalesce(cid, oid) IS NULL
UNION ALL BY NAME
SELECT * FROM lines WHERE coalesce(cid, oid) IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY event_code, cid, oid, ts_ns) = 1
"""
# By id where there is one; else first in, first out, as the runner writes neither on its submits.
_JOIN = """
CREATE TEMP TABLE acknowledged AS
WITH told AS (
    SELECT ts_ns, event_code, symbol, cid, coalesce(details->>'close', 'false') AS close
    FROM events WHERE event_code IN ('ORDER.SUBMIT', 'ORDER.ACK')
), numbered AS (
    SELECT *, coalesce(cid, close || row_number() OVER (
        PARTITION BY event_code, close, cid IS NULL ORDER BY ts_ns)) AS id
    FROM told
)
SELECT submits.ts_ns, submits.symbol, (acks.ts_ns - submits.ts_ns) / 1e9 AS seconds
FROM numbered AS submits JOIN numbered AS acks USING (id)
WHERE submits.event_code = 'ORDER.SUBMIT' AND acks.event_code = 'ORDER.ACK'
"""
_PERCENTILES = """
SELECT ts_ns // 60000000000 AS minute, quantile_cont(seconds, [0.5, 0.9, 0.99]), count(*)
FROM acknowledged GROUP BY minute
"""
_COUNTS = """
SELECT ts_ns // 60000000000 AS minute, event_code, symbol, count(*)
FROM events GROUP BY minute, event_code, symbol
"""
