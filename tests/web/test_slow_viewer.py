"""A viewer that does not read: bounded, cut off, and no harm to the others."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from pathlib import Path

from memory_desk import MemoryDesk
from own_loop import run
from running_server import RunningServer
from stream_reader import StreamReader

from web.application import create_app
from web.event_stream import heartbeat
from web.fragment import Fragment, fragment
from web.viewer import Viewer

PAGES = Path(__file__).parent / "small_pages"


def deaf_client(address: str) -> socket.socket:
    """A client with a small buffer that asks and never reads."""
    host, _, port = address.rpartition(":")
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect((host, int(port)))
    request = f"GET /_live/stream?page=/heavy HTTP/1.1\r\nHost: {address}\r\n\r\n"
    client.sendall(request.encode())
    return client


def test_a_client_that_does_not_read_is_cut_off_and_the_others_go_on() -> None:
    """It holds one frame at most, is evicted and counted; a reader beside it gets the newest."""
    app = create_app(MemoryDesk(), pages_folder=PAGES)
    # Long enough for many ticks of a slow machine.
    app.hub.stall_seconds = 6.0
    with (
        RunningServer(app) as served,
        contextlib.closing(deaf_client(served.address)) as deaf,
    ):
        with StreamReader(served.address, "/_live/stream?page=/heavy") as reader:
            deadline = time.monotonic() + 60
            number = 0
            while not app.hub.counts.viewers_evicted and time.monotonic() < deadline:
                number += 1
                app.desk.submit(f"order-{number}")
                frames = len(reader.parsed())
                reader.events(frames + 1)
                time.sleep(0.1)
            assert app.hub.counts.viewers_evicted == 1
            assert len(app.hub.viewers) == 1
            assert app.hub.counts.frames_replaced >= 1, "frames were piled up for the deaf client"
            version = app.desk.version
            while json.loads(reader.parsed()[-1]["data"])["v"] < version:
                assert reader.read_chunk()
        assert _was_cut(deaf), "the server still holds the connection"


def _was_cut(client: socket.socket) -> bool:
    client.settimeout(5)
    try:
        while client.recv(1 << 20):
            pass
    except ConnectionResetError:
        return True
    return True


class Way:
    """A client that is behind until it is told to read."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.takes = False
        self.full_since: float | None = 0.0
        self.sent_at = 0.0
        self.is_cut = False

    def send(self, pieces: list[Fragment]) -> None:
        self.sent += [piece.plain for piece in pieces]

    def cut(self) -> None:
        self.is_cut = True


def test_the_newest_frame_takes_the_place_of_one_not_yet_sent() -> None:
    """For a client that is behind waits one frame of each picture, the newest; then it gets it."""

    async def scene() -> None:
        viewer, way = Viewer(("a", "b")), Way()
        assert not viewer.offer("a", fragment(b"old"))
        viewer.open(way, heartbeat, 15.0)
        assert not viewer.offer("b", fragment(b"other"))
        assert viewer.offer("a", fragment(b"new"))
        assert way.sent == []
        way.takes = True
        viewer.pour()
        viewer.pour()
        assert way.sent == [b"other", b"new"]
        assert not viewer.offer("a", fragment(b"newer")), "a frame that was sent is not replaced"
        assert way.sent[2:] == [b"newer"]

    run(scene())


def test_a_quiet_stream_beats_and_a_stuck_one_is_cut() -> None:
    """A sign of life after 15 s without a frame, none before; 30 s full and it is cut, once."""

    async def scene() -> None:
        viewer, way = Viewer(("a",)), Way()
        viewer.open(way, heartbeat, 15.0)
        assert not viewer.tend(29.9, 30.0)
        way.takes, way.full_since = True, None
        assert not viewer.tend(14.9, 30.0)
        assert way.sent == []
        assert not viewer.tend(15.0, 30.0)
        assert way.sent == [b": heartbeat\n\n"]
        way.takes, way.full_since = False, 20.0
        assert viewer.tend(50.0, 30.0)
        assert way.is_cut
        assert viewer.ended.is_set()
        assert not viewer.tend(51.0, 30.0)

    run(scene())
