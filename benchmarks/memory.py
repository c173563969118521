"""Resident memory of the server with a five-minute window full at 1,000 events/s.

The log's last five minutes, 300,000 events ending now, are read as fast as possible; then one
viewer watches the overview while 1,000 events/s go on, and the process is measured from outside.
The second figure has five times the events behind it: more than the ledger keeps row by row. The
rival is `pandas.read_json(lines=True)` of the same 300,000 lines.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator

from benchmarks import clients
from benchmarks.figure import Figure, Reach
from benchmarks.fresh import fresh
from benchmarks.scratch import aurora_log
from benchmarks.server import busy

RATE = 1_000.0
WINDOW_SECONDS = 300.0
WATCHED_SECONDS = 10.0
REACH_MB = 350.0


def measure(*, quick: bool) -> Iterator[Figure]:
    """Measure the window alone, and with more behind it."""
    log = aurora_log(round(RATE * WINDOW_SECONDS), rate=RATE)
    rival = fresh("benchmarks.memory:pandas_way", path=str(log.path))
    for name, past in ("memory", WINDOW_SECONDS), ("memory_after_1.5M", 5 * WINDOW_SECONDS):
        if quick and past > WINDOW_SECONDS:
            return
        yield Figure(
            name, _rss(past), "MB", "pandas.read_json of the same five minutes, peak", rival,
            Reach(REACH_MB), round(past * RATE),
            f"RSS of `python app.py --attach`, {past * RATE:.0f} events read at once, then "
            f"{RATE:g} events/s and one viewer of the overview for {WATCHED_SECONDS:g} s",
        )  # fmt: skip


def _rss(past: float) -> float:
    with busy(RATE, 300.0, past_seconds=past) as (server, _, _):
        crowd = clients.start("stream", server.host, server.port, 1, WATCHED_SECONDS)
        time.sleep(WATCHED_SECONDS - 2.0)
        megabytes = server.rss_megabytes()
        clients.finish(crowd)
    return megabytes


def pandas_way(path: str) -> float:
    """The rival: its peak, as the frame must first be made; megabytes."""
    import pandas as pd

    frame = pd.read_json(path, lines=True)
    assert len(frame)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
