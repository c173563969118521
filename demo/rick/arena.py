"""The Arena: broker events to whoever listens, with the habits of the real one."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections import deque
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final, Self

from demo.rick.orders import EVENTS
from demo.script import Piece

REPLAYED: Final = 200
QUEUED: Final = 1_000
HEALTH: Final = b'{"ok":true,"paper":"true","exec":"false","oanda_env":"practice"}'


class Arena:
    """Serves `/events` (an event stream) and `/health` on a free loopback port until closed.

    Each new connection is told the last 200 lines again; events carry no id and no name, and there
    are no heartbeats. A listener that is too slow is forgotten while its connection stays open.
    """

    def __init__(self) -> None:
        self._told: deque[bytes] = deque(maxlen=REPLAYED)
        self._listeners: list[queue.Queue[bytes | None]] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        serve = partial(self._server.serve_forever, poll_interval=0.05)
        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address of the event stream."""
        return f"http://127.0.0.1:{self._server.server_port}/events"

    def publish(self, line: bytes) -> None:
        """Tell one event to everyone who listens."""
        with self._lock:
            self._told.append(line)
            for listener in list(self._listeners):
                try:
                    listener.put_nowait(line)
                except queue.Full:
                    self._listeners.remove(listener)

    def hear(self, piece: Piece) -> None:
        """Publish the lines of a piece, if it is one of broker events."""
        if piece.path == EVENTS:
            for line in piece.data.splitlines():
                self.publish(line)

    def listen(self) -> queue.Queue[bytes | None]:
        """What a new connection is told, from the replay on; None ends it."""
        with self._lock:
            listener: queue.Queue[bytes | None] = queue.Queue(QUEUED)
            for line in self._told:
                listener.put_nowait(line)
            self._listeners.append(listener)
            return listener

    def forget(self, listener: queue.Queue[bytes | None]) -> None:
        """Tell nothing more to one who has gone."""
        with self._lock, contextlib.suppress(ValueError):
            self._listeners.remove(listener)

    def close(self) -> None:
        """End all streams and stop serving."""
        with self._lock:
            for listener in self._listeners:
                with contextlib.suppress(queue.Full):
                    listener.put_nowait(None)
            self._listeners.clear()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _handler(arena: Arena) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/health":
                self._answer(200, HEALTH)
            elif path == "/events":
                self._stream()
            else:
                self._answer(404, b'{"detail":"Not Found"}')

        def _answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _stream(self) -> None:
            self.close_connection = True
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream; charset=utf-8")
            self.send_header("Connection", "close")
            self.end_headers()
            lines = arena.listen()
            try:
                while (line := lines.get()) is not None:
                    self.wfile.write(b"data: " + line + b"\n\n")
            except OSError:
                arena.forget(lines)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
            """Say nothing."""

    return Handler
