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


def test_the_newest_frame_takes_the_place_of_one_not_yet_sent() -> None:
    """A viewer's queue holds one frame of each picture, and it is the newest one."""
    from web.fragment import fragment
    from web.live import Viewer

    async def scene() -> None:
        viewer = Viewer(("a", "b"))
        old, new, other = fragment(b"old"), fragment(b"new"), fragment(b"other")
        assert not viewer.offer("a", old)
        assert not viewer.offer("b", other)
        assert viewer.offer("a", new)
        assert await viewer.next(1.0) == [other, new]
        assert await viewer.next(0.01) == []
        viewer.offer("a", new)
        viewer.close()
        assert await viewer.next(1.0) == [new]
        assert await viewer.next(1.0) is None

    run(scene())
