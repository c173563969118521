"""An event that comes byte by byte: told as slow, not cut off, and read once when it is whole."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest

from data_sources.event_stream.arriving import Arriving
from data_sources.event_stream.parser import StreamParser
from data_sources.sse import SseSource
from tests.data_sources.rick.arena_server import Arena, chunked, framed
from tests.data_sources.rick.reading_on import Heard

Listen = Callable[..., SseSource]
EVENT = framed(
    b'{"source":"oanda","type":"order_cancelled","payload":{"order_id":"slow-1"},'
    b'"ts":1760000000000000000}'
)


class Half:
    """Each new stream begins with half an event and stands still then, until it may go on."""

    def __init__(self) -> None:
        self.told, self.may_go_on = threading.Event(), threading.Event()

    def __call__(self, connection: socket.socket) -> None:
        connection.sendall(chunked(EVENT[:30]))
        self.told.set()
        self.may_go_on.wait(60)
        connection.sendall(chunked(EVENT[30:]))


@pytest.fixture
def half(street: Arena) -> Half:
    """Half an event at the beginning of the streams of the Arena."""
    street.after_head = made = Half()
    return made


def test_an_event_that_takes_too_long_is_told_and_not_lost(
    street: Arena, listen: Listen, half: Half
) -> None:
    """While half an event stands there the source is degraded and says so; then it is ok."""
    source = listen(street.url)
    heard = Heard(source)
    assert source._listener is not None
    source._listener.arriving.slow_seconds = 0.0  # 45 s in earnest
    heard.until(lambda h: "arriving" in str(h.reading.problem), seconds=60)
    state, problem = heard.reading.state, str(heard.reading.problem)
    half.may_go_on.set()
    heard.events(2).state("ok")

    assert state == "degraded"
    assert "an event has been arriving for" in problem
    assert "(30 bytes)" in problem
    assert heard.column("client_order_id").count("slow-1") == 1
    assert (heard.reading.problem, len(street.requests)) == (None, 1)


def test_a_slow_event_is_not_cut_off_by_the_renewal(street: Arena, listen: Listen) -> None:
    """One that takes longer than a stream may be silent arrives, as long as it grows."""
    ending = threading.Event()

    def drip(connection: socket.socket) -> None:
        for at in range(0, len(EVENT), 4):
            connection.sendall(chunked(EVENT[at : at + 4]))
            ending.wait(0.06)

    street.after_head = drip
    heard = Heard(listen(street.url, renew_after_seconds=0.7))
    heard.until(lambda h: len(h.rows) > 0 and "slow-1" in h.column("client_order_id"), seconds=60)
    ending.set()
    assert heard.column("client_order_id").count("slow-1") == 1


def test_half_an_event_that_stands_still_is_a_silent_stream(
    street: Arena, listen: Listen, half: Half
) -> None:
    """Who stopped in the middle has forgotten us: the stream is opened anew, and the rest comes."""
    heard = Heard(listen(street.url, renew_after_seconds=0.5))
    assert half.told.wait(60)
    street.after_head = None
    street.place(1)
    heard.until(
        lambda h: len(h.rows) > 0 and "paper-oanda-1" in h.column("client_order_id"), seconds=60
    )
    half.may_go_on.set()
    assert len(street.requests) >= 2
    assert heard.reading.counts.quarantined == {}


def test_what_counts_as_an_unfinished_event() -> None:
    """Heartbeats in between are no progress; the next event's time begins with its first byte."""
    parser, arriving = StreamParser(max_event_bytes=1_024), Arriving(45.0)
    told = [
        (0.0, b"data: a\n", True, ""),
        (30.0, b":heartbeat\n", False, ""),
        (50.0, b": ", False, "for 50 s"),
        (60.0, b"heartbeat\ndata: b", True, "for 60 s"),
        (70.0, b"\n\ndata: c", True, ""),
        (110.0, b"\n", True, ""),
        (120.0, b"\nevent: ping\n\n", False, ""),
        (300.0, b"data: d", True, ""),
        (301.0, b"x" * 2_000, False, ""),
        (400.0, b"x", False, ""),
    ]
    for now, piece, grows, complaint in told:
        parser.feed(piece)
        assert arriving.note(parser, now) is grows, (now, piece)
        assert complaint in arriving.complaint(now)
        assert bool(complaint) == bool(arriving.complaint(now)), (now, piece)
