"""A server on loopback that misbehaves on request: the path names the fault.

It speaks on raw sockets, because a real HTTP server would not let itself be broken like this.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator

Fault = Callable[[socket.socket], None]


def answer(
    body: bytes,
    status: str = "200 OK",
    content_type: str = "application/json",
    headers: dict[str, str] | None = None,
    length: int | None = None,
) -> bytes:
    """The bytes of a whole, closed HTTP/1.1 answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}"]
    lines += [f"Content-Length: {len(body) if length is None else length}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def health(**fields: object) -> bytes:
    """A healthy answer with these fields in its body."""
    return answer(json.dumps({"status": "healthy", **fields}).encode())


class FaultServer:
    """Serves each connection in a thread of its own; `close()` ends them all.

    Attributes:
        requests: the raw head of each request, in order of arrival.
        sent: how many bytes the endless faults could hand over.
    """

    def __init__(self, context: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.requests: list[bytes] = []
        self.sent = 0
        self.answers: dict[str, bytes | Fault] = {}
        self._context = context
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", port))
        self._listener.settimeout(0.05)
        self.port = int(self._listener.getsockname()[1])
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        scheme = "http" if self._context is None else "https"
        return f"{scheme}://{host}:{self.port}{path}"

    def on(self, path: str, reply: bytes | Fault) -> str:
        """Answer *path* so; gives the URL."""
        self.answers[path] = reply
        return self.url(path)

    def close(self) -> None:
        self._closing.set()
        self._acceptor.join(timeout=5)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def _accept(self) -> None:
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
                stack.callback(connection.close)
            head = b""
            while b"\r\n\r\n" not in head:
                received = connection.recv(65536)
                if not received:
                    return
                head += received
            self.requests.append(head)
            path = head.split(b" ", 2)[1].decode().partition("?")[0]
            reply = self.answers.get(path, answer(b"{}", "404 Not Found"))
            reply(connection) if callable(reply) else connection.sendall(reply)

    def silent(self, connection: socket.socket) -> None:
        """Accept and say nothing."""
        self._closing.wait(20)

    def header_drip(self, connection: socket.socket) -> None:
        """One byte of an endless head every 0.2 s."""
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        self._drip(connection, b"x")

    def body_drip(self, connection: socket.socket) -> None:
        """A good head, then a byte of the body every 0.2 s."""
        connection.sendall(answer(b"", length=100_000))
        self._drip(connection, b" ")

    def endless_body(self, connection: socket.socket) -> None:
        """64 KiB chunks for ever."""
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        while not self._closing.is_set():
            connection.sendall(chunk)
            self.sent += 65536

    def gzip_bomb(self, connection: socket.socket) -> None:
        """200 MB of spaces in about 200 kB."""
        body = gzip.compress(b" " * 200_000_000, compresslevel=1)
        connection.sendall(answer(body, headers={"Content-Encoding": "gzip"}))

    def hang_up(self, connection: socket.socket) -> None:
        """Close without a word."""

    def _drip(self, connection: socket.socket, byte: bytes) -> None:
        while not self._closing.is_set():
            connection.sendall(byte)
            time.sleep(0.2)


@contextlib.contextmanager
def fault_server(context: ssl.SSLContext | None = None) -> Iterator[FaultServer]:
    """A running fault server, closed at the end."""
    server = FaultServer(context)
    try:
        yield server
    finally:
        server.close()
