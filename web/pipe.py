"""The way to a client past ASGI: ready bytes go to its socket without waking anything first.

Through ASGI each piece of a stream wakes a task, passes a dozen layers of middleware and is framed
anew for each client; that costs three times what the system needs to send it.
"""

from __future__ import annotations

import time
from asyncio import Transport
from collections.abc import Callable, Sequence

from web.fragment import Fragment


class Pipe:
    """One client whose response has begun; to be used on the event loop alone.

    Args:
        transport: of its connection. What the system does not take at once is kept here: a piece
            or two, then the pipe is full until all of it has left.
        chunked: whether the response is sent in chunks; HTTP/1.0 ends it with the connection.
        gzip: whether the client gets the packed bytes.
        emptied: called each time the pipe was full and is so no more.
    """

    def __init__(
        self, transport: Transport, *, chunked: bool, gzip: bool, emptied: Callable[[], None]
    ) -> None:
        self._transport, self._chunked, self._gzip = transport, chunked, gzip
        self._emptied = emptied
        self.sent_at = time.monotonic()
        """When something was last sent."""
        self._moved_at: float | None = None
        self._left = 0
        # Any byte that waits here fills it: a client that is behind gets the newest frame later.
        transport.set_write_buffer_limits(high=0)

    @property
    def takes(self) -> bool:
        """Whether the client has taken all that was sent so far."""
        return self._moved_at is None and not self._transport.is_closing()

    @property
    def stuck_since(self) -> float | None:
        """When the client last took something, as far as that was looked at; None: all is taken."""
        if self._moved_at is not None:
            left = self._transport.get_write_buffer_size()
            if left < self._left:
                self._left, self._moved_at = left, time.monotonic()
        return self._moved_at

    def send(self, pieces: Sequence[Fragment]) -> None:
        """Send some pieces, one behind the other."""
        gzip = self._gzip
        if self._chunked:
            parts = [piece.chunk_for(gzip) for piece in pieces]
        else:
            parts = [piece.bytes_for(gzip) for piece in pieces]
        self.sent_at = time.monotonic()
        self._transport.write(parts[0] if len(parts) == 1 else b"".join(parts))

    def fill(self) -> None:
        """Note that bytes wait for the client."""
        self._moved_at = time.monotonic()
        self._left = self._transport.get_write_buffer_size()

    def empty(self) -> None:
        """Note that the client took what waited."""
        if self._moved_at is not None:
            self._moved_at = None
            self._emptied()

    def cut(self) -> None:
        """End the connection at once: what waits is lost."""
        self._transport.abort()
