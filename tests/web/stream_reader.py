"""Reads an event stream from the real server, plain or gzipped, on a socket of its own."""

from __future__ import annotations

import socket
import time
import zlib
from typing import Any


class StreamReader:
    """One client. `body` holds the bytes of the body as sent, `text` the same unpacked."""

    def __init__(
        self, address: str, path: str, *, gzip: bool = False, buffer_bytes: int | None = None
    ) -> None:
        host, _, port = address.rpartition(":")
        self._socket = socket.socket()
        if buffer_bytes is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        self._socket.settimeout(10)
        self._socket.connect((host, int(port)))
        coding = "Accept-Encoding: gzip\r\n" if gzip else ""
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {address}\r\n{coding}\r\n".encode())
        self._raw = b""
        while b"\r\n\r\n" not in self._raw:
            self._more()
        head, _, self._raw = self._raw.partition(b"\r\n\r\n")
        self.head = head.decode("latin-1")
        self.status = int(self.head.split()[1])
        self.headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in self.head.split("\r\n")[1:])
        }
        self.gzip = self.headers.get("content-encoding") == "gzip"
        self._unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self.body = b""
        self.text = b""
        self.ended = False

    def _more(self) -> None:
        data = self._socket.recv(65536)
        if not data:
            raise EOFError
        self._raw += data

    def _chunk(self) -> bytes | None:
        """The next chunk of the body; None at its end."""
        while b"\r\n" not in self._raw:
            self._more()
        size_text, _, rest = self._raw.partition(b"\r\n")
        size = int(size_text, 16)
        while len(rest) < size + 2:
            self._more()
            rest = self._raw.partition(b"\r\n")[2]
        self._raw = rest[size + 2 :]
        return rest[:size] if size else None

    def events(self, count: int, seconds: float = 10.0) -> list[dict[str, Any]]:
        """Read until so many whole events with data are there."""
        deadline = time.monotonic() + seconds
        while len(found := self.parsed()) < count:
            assert time.monotonic() < deadline, f"only {len(found)} events came: {found}"
            if not self.read_chunk():
                break
        return found

    def read_chunk(self) -> bool:
        chunk = self._chunk()
        if chunk is None:
            self.ended = True
            return False
        self.body += chunk
        self.text += self._unpack.decompress(chunk) if self.gzip else chunk
        return True

    def parsed(self) -> list[dict[str, Any]]:
        whole = self.text.decode().split("\n\n")[:-1]
        events = []
        for block in whole:
            fields = dict(line.split(": ", 1) for line in block.split("\n") if line[0] != ":")
            if "data" in fields:
                events.append(fields)
        return events

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> StreamReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
