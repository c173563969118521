"""An Arena on loopback, with the habits of the real one and the faults that it showed.

It replays its last 200 lines to each new connection, sends no ids, names, comments or heartbeats,
forgets a subscriber whose queue is full without closing its connection, and while it shuts down
keeps its streams open and silent.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import queue
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

REPLAYED = 200
QUEUED = 1_000
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)
HEALTH = b'{"ok":true,"paper":"true","exec":"false","oanda_env":"practice"}'
Answer = Callable[[socket.socket], None]


def framed(line: bytes) -> bytes:
    """One event as the Arena frames it."""
    return b"data: " + line + b"\n\n"


def chunked(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


class Subscriber:
    """One open stream: what is still to be sent to it."""

    def __init__(self, lines: list[bytes]) -> None:
        self.lines: queue.Queue[bytes | None] = queue.Queue(QUEUED)
        for line in lines:
            self.lines.put_nowait(line)


class Arena:
    """The server; `close()` ends it and all its threads.

    Attributes:
        requests: the heads of all requests for events.
        health_requests: how often its health was asked for.
        subscribers: open streams that it still knows.
    """

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.health_requests = 0
        self.subscribers: list[Subscriber] = []
        self.after_head: Answer | None = None
        self._bus: deque[bytes] = deque(maxlen=10_000)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/events"

    # -- life ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin anew: nothing is remembered, a heartbeat says so."""
        self._bus.clear()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._listener.settimeout(0.02)
        self.port = int(self._listener.getsockname()[1])
        self._acceptor = self._spawn(self._accept, self._listener)
        payload = {"status": "started", "mode": "true"}
        self.publish({"source": "arena", "type": "heartbeat", "payload": payload})

    def stop(self) -> None:
        """Die at once: connections break, new ones are refused."""
        self.refuse()
        with self._lock:
            self.subscribers.clear()
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    def refuse(self) -> None:
        """As after SIGTERM: new connections are refused, streams stay open and silent."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
            # While its thread still waits on it, the port is not free yet.
            self._acceptor.join(timeout=5)

    def forget(self) -> None:
        """As when queues were full: streams stay open, and nothing more is sent on them."""
        with self._lock:
            self.subscribers.clear()

    def end_streams(self) -> None:
        """End every stream properly."""
        with self._lock:
            for subscriber in self.subscribers:
                subscriber.lines.put(None)
            self.subscribers.clear()

    def close(self) -> None:
        self._closing.set()
        self.stop()
        for thread in self._threads:
            thread.join(timeout=5)

    # -- what happens --------------------------------------------------------------------------

    def publish(self, event: dict[str, Any] | bytes) -> bytes:
        """Tell all subscribers; an event without `ts` gets the time of now. Gives its line."""
        if isinstance(event, dict):
            if "ts" not in event:
                now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
                event = {**event, "ts": now.isoformat(timespec="microseconds") + "Z"}
            event = json.dumps(event, separators=(",", ":")).encode()
        with self._lock:
            self._bus.append(event)
            for subscriber in list(self.subscribers):
                try:
                    subscriber.lines.put_nowait(event)
                except queue.Full:
                    self.subscribers.remove(subscriber)
        return event

    def place(self, number: int, instrument: str = "EUR_USD", side: str = "BUY") -> bytes:
        """An order is placed at OANDA."""
        payload = {
            "order_id": f"paper-oanda-{number}",
            "instrument": instrument,
            "side": side,
            "units": 100,
            "entry": 1.1655,
            "sl": 1.16,
            "tp": 1.17,
            "quality": 75,
            "mode": "paper",
            "ttl_min": 360,
        }
        return self.publish({"source": "oanda", "type": "oco_placed", "payload": payload})

    def cancel(self, number: int) -> bytes:
        """An order is canceled; the event names no symbol."""
        payload = {"order_id": f"paper-oanda-{number}", "mode": "paper"}
        return self.publish({"source": "oanda", "type": "order_cancelled", "payload": payload})

    # -- serving -------------------------------------------------------------------------------

    def _spawn(self, target: Callable[..., None], *arguments: Any) -> threading.Thread:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _accept(self, listener: socket.socket) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            with self._lock:
                self._open.append(connection)
            self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(5)
            head = b""
            while b"\r\n\r\n" not in head:
                received = connection.recv(65_536)
                if not received:
                    return
                head += received
            if head.startswith(b"GET /health "):
                self.health_requests += 1
                length = f"content-length: {len(HEALTH)}\r\nconnection: close\r\n\r\n".encode()
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" + length + HEALTH
                )
                return
            self.requests.append(head)
            self._stream(connection)

    def _stream(self, connection: socket.socket) -> None:
        with self._lock:
            subscriber = Subscriber(list(self._bus)[-REPLAYED:])
            self.subscribers.append(subscriber)
        connection.sendall(HEAD)
        if self.after_head is not None:
            self.after_head(connection)
        while not self._closing.is_set():
            try:
                line = subscriber.lines.get(timeout=0.05)
            except queue.Empty:
                continue
            if line is None:
                connection.sendall(b"0\r\n\r\n")
                return
            connection.sendall(chunked(framed(line)))


@contextlib.contextmanager
def arena() -> Iterator[Arena]:
    """A running Arena, closed at the end."""
    server = Arena()
    try:
        yield server
    finally:
        server.close()
