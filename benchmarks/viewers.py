"""What a viewer of the overview costs the server: streams, beside one memoised Interval callback.

The server is the real one, on a log that is written at 50 events/s with five minutes behind it.
Cost is all CPU that the server process uses with viewers, less what it uses without any (reading
the log goes on either way), shared among the refreshes that reached viewers: the tick's rendering
is in it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

from benchmarks import clients
from benchmarks.figure import Figure, Reach
from benchmarks.server import Served, busy

RATE = 50.0
SETTLE_SECONDS = 2.0
REACH_MS = {100: 0.3, 1_000: 0.15}
POLLING = 100
RIVAL = f"memoised dcc.Interval callback, {POLLING} browsers at 1 s"


class Cost(NamedTuple):
    """CPU seconds of the server a second, and refreshes that reached viewers a second."""

    cpu: float
    refreshes: float


def measure(*, quick: bool) -> Iterator[Figure]:
    """Measure no viewers, one, a hundred, a thousand, and the rival, on one server."""
    seconds = 5.0 if quick else 15.0
    crowds = (1, 100) if quick else (1, 100, 1_000)
    with busy(RATE, seconds * 8 + 120.0) as (server, _, _):
        idle = _idle(server, seconds)
        streams = {n: _streams(server, n, seconds) for n in crowds}
        polls = _polls(server, seconds)
        idle_again = _idle(server, seconds)
    quiet = (idle + idle_again) / 2
    rival_ms = (polls.cpu - quiet) / polls.refreshes * 1e3
    for n, cost in streams.items():
        limit = REACH_MS.get(n)
        yield Figure(
            f"viewer_refresh_cpu_{n}", (cost.cpu - quiet) / cost.refreshes * 1e3, "ms",
            RIVAL, rival_ms, Reach(limit) if limit else None, round(cost.refreshes * seconds),
            f"{n} SSE viewers of the overview at {RATE:g} events/s, {cost.refreshes / n:.1f} "
            f"refreshes/s each; server {cost.cpu * 100:.0f} % of a core, {quiet * 100:.0f} % "
            "without viewers",
        )  # fmt: skip


def _idle(server: Served, seconds: float) -> float:
    time.sleep(SETTLE_SECONDS)
    begun = server.cpu_seconds()
    time.sleep(seconds)
    return (server.cpu_seconds() - begun) / seconds


def _streams(server: Served, n: int, seconds: float) -> Cost:
    lasting = seconds + 2 * SETTLE_SECONDS + n / 50
    crowd = clients.start("stream", server.host, server.port, n, lasting)
    time.sleep(SETTLE_SECONDS)
    before, used, begun = _sent(server), server.cpu_seconds(), time.monotonic()
    time.sleep(seconds)
    lasted = time.monotonic() - begun
    cost = Cost((server.cpu_seconds() - used) / lasted, (_sent(server) - before) / lasted)
    clients.finish(crowd)
    return cost


def _sent(server: Served) -> int:
    """Frames that reached viewers: those replaced by a newer one in time were never sent."""
    stats = server.json("/_live/stats")
    return int(stats["frames_sent"] - stats["frames_replaced"])


def _polls(server: Served, seconds: float) -> Cost:
    time.sleep(SETTLE_SECONDS)
    used, begun = server.cpu_seconds(), time.monotonic()
    crowd = clients.start("poll", server.host, server.port, POLLING, seconds)
    told = clients.finish(crowd)
    lasted = time.monotonic() - begun
    return Cost((server.cpu_seconds() - used) / lasted, told["frames"] / lasted)
