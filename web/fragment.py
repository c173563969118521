"""Server-sent events as bytes that are made once and sent to every viewer, plain or gzipped.

A gzip stream may be cut into pieces that are compressed apart: each piece is raw deflate ended by a
full flush, so that it refers to nothing before it and fits behind any other piece. A connection
gets the gzip header once, then the pieces that everybody gets.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final

GZIP_HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
LEVEL: Final = 6


@dataclass(frozen=True, slots=True)
class Fragment:
    """One piece of an event stream, ready for every kind of connection."""

    plain: bytes
    packed: bytes
    plain_chunk: bytes
    packed_chunk: bytes

    def bytes_for(self, gzip: bool) -> bytes:
        """The bytes to send on a connection that is gzipped or not."""
        return self.packed if gzip else self.plain

    def chunk_for(self, gzip: bool) -> bytes:
        """The same as a chunk of HTTP/1.1."""
        return self.packed_chunk if gzip else self.plain_chunk


def fragment(text: bytes) -> Fragment:
    """Compress and frame a piece of a stream once; it must not be empty, which ends a stream."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)
    return Fragment(text, packed, _chunk(text), _chunk(packed))


def _chunk(body: bytes) -> bytes:
    """A chunk of HTTP/1.1 (RFC 9112, 7.1): its length in hexadecimal digits, a line, the body."""
    return b"%x\r\n%b\r\n" % (len(body), body)


def event(data: bytes, *, kind: str | None = None, event_id: int | None = None) -> bytes:
    """One event; `data` must be one line."""
    lines = [b"id: %d" % event_id] if event_id is not None else []
    if kind is not None:
        lines.append(b"event: " + kind.encode())
    lines.append(b"data: " + data)
    return b"\n".join(lines) + b"\n\n"


def comment(text: str) -> bytes:
    """A comment, which a browser ignores and which keeps a connection alive."""
    return f": {text}\n\n".encode()
