"""A flood of events: what it costs is bounded by our limits, not by the flood."""

from __future__ import annotations

import socket
import tracemalloc
from collections.abc import Callable

from data_sources.sse import SseSource
from tests.data_sources.fault_server import FaultServer
from tests.data_sources.rick.test_stream_faults import OFF, STREAM

Listen = Callable[..., SseSource]
EVENT = b'data: {"ts": %d, "text": "' + b"x" * 200 + b'"}\n\n'
BUFFER_BYTES = 256 << 10


def flooded(server: FaultServer, listen: Listen, number: int, buffer_bytes: int) -> SseSource:
    """A source that so many events came to, and that nobody has read yet."""
    flood = b"".join(EVENT % (1_760_000_000 + n) for n in range(number))

    def send(connection: socket.socket) -> None:
        connection.sendall(STREAM + flood)
        connection.recv(1)

    source = listen(server.on(f"/{number}", send), buffer_bytes=buffer_bytes, **OFF)
    assert source.wait(20)
    box = source._mailbox
    with box._news:
        # One more than the events: the mark of the connection.
        assert box._news.wait_for(lambda: box._dropped + len(box._items) > number, 60)
    return source


def test_five_times_the_flood_takes_no_more_memory(server: FaultServer, listen: Listen) -> None:
    """P17: 15,000 events cost what 3,000 do, but for the flood itself: what is held is bounded."""
    peaks = []
    for number in (3_000, 15_000):
        tracemalloc.start()
        try:
            source = flooded(server, listen, number, BUFFER_BYTES)
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert source._mailbox._bytes <= BUFFER_BYTES
        assert source._mailbox._dropped > number / 2
        # The flood that the server still holds is not the source's.
        peaks.append(held - len(EVENT % 1_760_000_000) * number)
    assert peaks[1] < peaks[0] + BUFFER_BYTES


def test_a_look_takes_no_more_of_a_larger_flood(server: FaultServer, listen: Listen) -> None:
    """P17: 500 or 3,000 events that wait are the same work for a look: no tick grows with them."""
    looks = []
    for number in (500, 3_000):
        reading = flooded(server, listen, number, 8 << 20).read(limit_bytes=50_000)
        assert reading.more
        looks.append(len(reading.frame))
    assert looks[0] == looks[1]
    assert 0 < looks[0] < 500
