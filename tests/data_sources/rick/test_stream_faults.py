"""What a stream's server may do to us over a real socket: forget, flood, press, and never end."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable
from itertools import pairwise

import pytest

from data_sources.event_stream.pace import Pace
from data_sources.sse import SseSource
from tests.data_sources.fault_server import FaultServer
from tests.data_sources.rick.reading_on import Heard

Listen = Callable[..., SseSource]
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
OFF = {"health_url": "none", "dialect": "generic"}
ID = re.compile(rb"^last-event-id: (\d+)", re.IGNORECASE | re.MULTILINE)


class Numbered:
    """Tells numbered events in parts, one part a connection.

    Args:
        resumes: whether it goes on after the id that it is asked for; else it tells what is new
            when somebody comes, as if nobody had asked.
    """

    def __init__(self, server: FaultServer, *, resumes: bool) -> None:
        self._server, self._resumes = server, resumes
        self._connections = 0

    def __call__(self, connection: socket.socket) -> None:
        self._connections += 1
        newest = 10 * self._connections
        asked = ID.search(self._server.requests[-1])
        first = int(asked[1]) + 1 if asked and self._resumes else newest - 4
        event = b'id: %d\ndata: {"ts": 1760000000, "n": %d}\n\n'
        connection.sendall(STREAM + b"".join(event % (n, n) for n in range(first, newest + 1)))


def test_a_server_that_goes_on_where_we_were_loses_nothing(
    server: FaultServer, listen: Listen
) -> None:
    """P12: Last-Event-ID honored: over three connections each number once, and no gap."""
    heard = Heard(listen(server.on("/events", Numbered(server, resumes=True)), **OFF)).events(25)
    places = zip(heard.column("raw_generation"), heard.column("raw_offset"), strict=True)
    lines = [heard.source.raw_line(str(name), int(str(offset))) for name, offset in places]
    numbers = [json.loads(str(line))["n"] for line in lines]
    assert numbers == list(range(6, 6 + len(numbers)))
    assert heard.reading.counts.generations["gaps"] == 0
    assert heard.reading.counts.duplicates == 0


def test_a_server_that_ignores_the_id_leaves_gaps_that_are_counted(
    server: FaultServer, listen: Listen
) -> None:
    """P12: Last-Event-ID ignored: each new connection lacks five events, which makes a gap each."""
    heard = Heard(listen(server.on("/events", Numbered(server, resumes=False)), **OFF)).events(15)
    counts = heard.reading.counts
    assert counts.generations["gaps"] == -(-counts.accepted // 5) - 1 >= 2
    assert heard.reading.state == "degraded"


@pytest.mark.parametrize("retry", [b"0", b"99999999", b"-5", b"soon"])
def test_what_the_server_wants_is_clamped(
    server: FaultServer, listen: Listen, retry: bytes
) -> None:
    """P13: whatever `retry:` says on the wire, the next attempt comes after 0.5 to 60 s."""

    def tell(connection: socket.socket) -> None:
        connection.sendall(STREAM + b"retry: " + retry + b'\ndata: {"ts": 1760000000}\n\n')
        connection.recv(1)

    source = listen(server.on("/events", tell), **OFF)
    Heard(source).events(1)
    assert source._listener is not None
    pace = source._listener._pace
    assert pace.retry_seconds == {b"0": 0.5, b"99999999": 60.0}.get(retry, 0.5)
    assert all(0.5 <= pace.seconds() <= 60 for _ in range(100))


def test_retry_0_is_no_hot_loop(server: FaultServer, listen: Listen) -> None:
    """P13: a server that says `retry: 0` and hangs up is asked again no sooner than after 0.5 s."""
    at: list[float] = []

    def tell(connection: socket.socket) -> None:
        at.append(time.monotonic())
        connection.sendall(STREAM + b'retry: 0\ndata: {"ts": 1760000000}\n\n')

    heard = Heard(listen(server.on("/events", tell), **OFF))
    heard.until(lambda _: len(at) >= 4)
    # Our own clock starts at the end of a stream, the server's at the beginning of the next.
    assert min(later - earlier for earlier, later in pairwise(at)) >= 0.5


def test_an_event_of_10_mb_is_set_aside_whole(server: FaultServer, listen: Listen) -> None:
    """P13: 10 MB in one event are one quarantine count and no memory; the next event is read."""

    def giant(connection: socket.socket) -> None:
        connection.sendall(STREAM + b"data: ")
        piece = b"x" * 65_536
        for _ in range(160):
            connection.sendall(piece)
        connection.sendall(b'\n\ndata: {"ts": 1760000000}\n\n')
        connection.recv(1)

    tracemalloc.start()
    try:
        heard = Heard(listen(server.on("/events", giant), **OFF)).events(1)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert heard.reading.counts.quarantined == {"oversize": 1}
    assert heard.reading.counts.accepted == 1
    assert most < 8 << 20


def test_a_hundred_thousand_events_at_once(server: FaultServer, listen: Listen) -> None:
    """P17: what the buffer cannot hold is dropped and counted: accepted and dropped are all."""
    number, sent = 100_000, threading.Event()
    event = b'data: {"ts": %d, "n": %d}\n\n'
    flooded = b"".join(event % (1_760_000_000 + n, n) for n in range(number))

    def flood(connection: socket.socket) -> None:
        connection.sendall(STREAM + flooded)
        sent.set()
        connection.recv(1)

    source = listen(server.on("/events", flood), buffer_bytes=4 << 20, **OFF)
    assert source.wait(20)
    heard = Heard(source)
    assert sent.wait(60)
    heard.until(lambda h: h.reading.counts.lines_in >= number, seconds=60)
    counts = heard.reading.counts
    assert counts.accepted + counts.quarantined.get("overflow", 0) == number
    assert counts.accepted == len(heard.rows)
    assert counts.balanced
    assert heard.source._mailbox._bytes <= 4 << 20


def test_gaps_between_attempts_differ() -> None:
    """P01: waits after failures vary (standard deviation at least 0.3 of the mean): no herd."""
    pace = Pace(1.0)
    for _ in range(6):
        pace.failed()
    waits = [pace.seconds() for _ in range(300)]
    mean = sum(waits) / len(waits)
    spread = (sum((wait - mean) ** 2 for wait in waits) / len(waits)) ** 0.5
    assert spread / mean >= 0.3
    assert max(waits) <= 60
