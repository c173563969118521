"""A viewer that does not read: bounded, cut off, and no harm to the others."""

from __future__ import annotations

import contextlib
import gc
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

from memory_desk import MemoryDesk
from own_loop import run
from running_server import RunningServer
from stream_reader import StreamReader

from web.application import create_app
from web.connection import Connection
from web.event_stream import heartbeat
from web.fragment import Fragment, fragment
from web.viewer import Viewer

PAGES = Path(__file__).parent / "small_pages"
LARGE = "/assets/vendor/03-plotly-cartesian.min.js"


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


def test_a_client_that_falls_behind_and_reads_on_gets_the_newest_frame() -> None:
    """It stops until the server cannot send more, then reads on: nothing is torn, nothing cut."""
    app = create_app(MemoryDesk(), pages_folder=PAGES)
    with (
        RunningServer(app) as served,
        StreamReader(served.address, "/_live/stream?page=/heavy", buffer_bytes=4096) as reader,
    ):
        reader.events(2)
        (viewer,) = app.hub.viewers
        number, deadline = 0, time.monotonic() + 60
        while viewer.stuck_since is None or not app.hub.counts.frames_replaced:
            number += 1
            app.desk.submit(f"order-{number}")
            time.sleep(0.05)
            assert time.monotonic() < deadline, "the client never fell behind"
        app.desk.submit("the last")
        while json.loads(reader.parsed()[-1]["data"])["v"] < app.desk.version:
            assert reader.read_chunk()
        assert app.hub.counts.viewers_evicted == 0
        versions = [json.loads(event["data"])["v"] for event in reader.parsed()[1:]]
        assert versions == sorted(set(versions))
        assert len(versions) <= versions[-1], "every version was sent: frames were piled up for it"


def test_a_full_pipe_does_not_hold_up_the_end() -> None:
    """A server that ends cuts a client that is behind, and waits no grace period for it."""
    app = create_app(MemoryDesk(), pages_folder=PAGES)
    with RunningServer(app) as served, contextlib.closing(deaf_client(served.address)):
        deadline = time.monotonic() + 60
        while not app.hub.counts.frames_replaced and time.monotonic() < deadline:
            app.desk.submit(f"order-{time.monotonic_ns()}")
            time.sleep(0.05)
        assert app.hub.counts.frames_replaced
        app.hub.stop()
        wait_until(lambda: not app.hub.viewers)


def test_a_stream_behind_an_answer_that_nobody_reads_is_cut() -> None:
    """A large file and a stream asked for at once, and nothing read: the viewer does not stay."""
    app = create_app(MemoryDesk(), pages_folder=PAGES)
    app.hub.stall_seconds = 2.0
    with RunningServer(app) as served, contextlib.closing(socket.socket()) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        host, _, port = served.address.rpartition(":")
        client.connect((host, int(port)))
        for path in LARGE, "/_live/stream?page=/heavy":
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: {served.address}\r\n\r\n".encode())
        wait_until(lambda: bool(app.hub.counts.viewers_evicted))
        wait_until(lambda: not app.hub.viewers)


def test_closed_connections_leave_nothing_for_the_collector() -> None:
    """With the collector off, 20 answers and 5 streams that are over are gone from memory."""
    app = create_app(MemoryDesk(), pages_folder=PAGES)
    with RunningServer(app) as served:
        gc.collect()
        gc.disable()
        try:
            for _ in range(20):
                with served.client() as client:
                    assert client.get("/healthz").status_code == 200
            for _ in range(5):
                with StreamReader(served.address, "/_live/stream?page=/heavy") as reader:
                    reader.events(2)
            wait_until(lambda: not _held(Connection))
            assert not _held(Viewer)
        finally:
            gc.enable()


def _held(kind: type) -> list[object]:
    return [each for each in gc.get_objects() if isinstance(each, kind)]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Way:
    """A client that is behind until it is told to read."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.takes = False
        self.stuck_since: float | None = 0.0
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
        way.takes, way.stuck_since = True, None
        assert not viewer.tend(14.9, 30.0)
        assert way.sent == []
        assert not viewer.tend(15.0, 30.0)
        assert way.sent == [b": heartbeat\n\n"]
        way.takes, way.stuck_since = False, 20.0
        assert viewer.tend(50.0, 30.0)
        assert way.is_cut
        assert viewer.ended.is_set()
        assert not viewer.tend(51.0, 30.0)

    run(scene())
