"""A connection that is over by a deadline, however little arrives at a time."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from typing import Any, Final

import httpcore
import httpx

CONNECT_SECONDS: Final = 2.0
READ_SECONDS: Final = 3.0
"""Limits of one connect and of one silence; the deadline of the whole request is the caller's."""


class FetchError(Exception):
    """No usable answer.

    Attributes:
        reason: timeout, dns, refused, unreachable, tls, broken (cut off, or no HTTP at all),
            too_large or encoding.
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class Deadline:
    """The moment by which a request must be over, however little arrives at a time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends = time.monotonic() + seconds

    def left(self, at_most: float | None) -> float:
        """Seconds that the next wait may take.

        Raises:
            FetchError: when none are left.
        """
        left = self._ends - time.monotonic()
        if left <= 0:
            raise self.missed()
        return left if at_most is None else min(left, at_most)

    def missed(self) -> FetchError:
        """The failure to report when some wait ran out: the deadline's, or one silence's."""
        if self._ends - time.monotonic() <= 0:
            return FetchError("timeout", f"no whole answer within {self.seconds:g} s")
        return FetchError("timeout", f"silent for {READ_SECONDS:g} s")


class _DeadlineStream(httpcore.NetworkStream):
    """Arms each single receive and send with what is left of the deadline.

    A timeout of httpx or requests starts anew with every received byte, so that a server that drips
    one header byte a second holds the caller for minutes.
    """

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        return _DeadlineStream(
            self._stream.start_tls(ssl_context, server_hostname, left), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def addresses_of(host: str, port: int) -> list[str]:
    """Resolve a name anew; each address once, in the resolver's order.

    Raises:
        FetchError: it has none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as e:
        raise FetchError("dns", f"the name {host!r} cannot be resolved") from e
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses:
        raise FetchError("dns", f"the name {host!r} has no address")
    return addresses


class _DeadlineBackend(httpcore.NetworkBackend):
    """Resolves the name on every attempt and tries its addresses until the deadline.

    Resolving is the one step that cannot be cut short without a thread: the system's resolver
    decides how long it takes. A caller with several origins reads each in a thread of its own.
    """

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = addresses_of(host, port)
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(addresses[-1], port, timeout, local_address, socket_options)

    def _connect(
        self,
        address: str,
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[Any] | None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        stream = self._backend.connect_tcp(address, port, left, local_address, socket_options)
        return _DeadlineStream(stream, self._deadline)


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class DeadlineTransport(httpx.BaseTransport):
    """One connection, one request, no proxy, no redirect, no keep-alive: over by the deadline."""

    def __init__(self, deadline: Deadline, ssl_context: ssl.SSLContext | None = None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context,
            max_connections=1,
            max_keepalive_connections=0,
            network_backend=_DeadlineBackend(deadline),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request; the body is read by whoever iterates the response."""
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.read(),
                extensions={
                    "timeout": {
                        "connect": CONNECT_SECONDS,
                        "read": READ_SECONDS,
                        "write": READ_SECONDS,
                        "pool": CONNECT_SECONDS,
                    }
                },
            )
        )
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer),
        )

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()
