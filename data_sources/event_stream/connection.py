"""One connection to an event stream: open for hours, and yet never waited on blindly."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpcore
import httpx

from data_sources.deadline import CONNECT_SECONDS, Deadline, FetchError, addresses_of
from data_sources.event_stream.unfold import unfolded
from data_sources.http import connect_failure

SLICE_SECONDS: Final = 0.25
"""How long one wait for bytes lasts before it is asked whether to go on waiting."""
HEAD_SECONDS: Final = 5.0
"""Wall time from the first packet to the end of the answer's head."""

_KEEPALIVE: Final = (
    (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 15),
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 5),
    (socket.IPPROTO_TCP, "TCP_KEEPCNT", 3),
    (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", 20_000),
)

Watch = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Opened:
    """An answer whose head is there: its status, its headers, and its body as it comes."""

    status: int
    headers: httpx.Headers
    body: Iterator[bytes]


class _WatchedStream(httpcore.NetworkStream):
    """Waits in slices, and between them asks the deadline of the head and the watch."""

    def __init__(self, stream: httpcore.NetworkStream, watch: Watch) -> None:
        self._stream, self._watch = stream, watch

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout  # a silence is the watch's matter
        while True:
            self._watch()
            with contextlib.suppress(httpcore.ReadTimeout):
                return self._stream.read(max_bytes, SLICE_SECONDS)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._watch()
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, timeout)
        return _WatchedStream(stream, self._watch)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _WatchedBackend(httpcore.NetworkBackend):
    """Resolves the name at every attempt and tries its addresses in turn."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception | None = None
        for address in addresses_of(host, port):
            self._watch()
            try:
                stream = self._backend.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as e:
                failure = e
            else:
                return _WatchedStream(stream, self._watch)
        assert failure is not None  # there is at least one address
        raise failure


@contextlib.contextmanager
def opened(
    url: str,
    *,
    headers: Mapping[str, str],
    watch: Watch,
    ssl_context: ssl.SSLContext | None = None,
) -> Iterator[Opened]:
    """Open a stream and close it at the end of the block; nothing is followed, no proxy is asked.

    Args:
        url: http or https.
        headers: sent beside `Accept: text/event-stream`.
        watch: called at least every 0.25 s while waiting; what it raises ends the wait.
        ssl_context: for https.

    Raises:
        FetchError: when there is no answer with a whole head within 5 s, or the body breaks off;
            its text names no secret.
    """
    deadline: Deadline | None = Deadline(HEAD_SECONDS)

    def watched() -> None:
        watch()
        if deadline is not None:
            deadline.left(None)

    pool = httpcore.ConnectionPool(
        ssl_context=ssl_context,
        max_connections=1,
        max_keepalive_connections=0,
        network_backend=_WatchedBackend(watched),
        socket_options=_options(),
    )
    with _plain_words(), contextlib.closing(pool):
        answer = pool.handle_request(_request(url, headers))
        deadline = None
        told = httpx.Headers(answer.headers)
        body = unfolded(answer.iter_stream(), told.get("content-encoding", ""))
        with contextlib.closing(answer):
            yield Opened(answer.status, told, body)


def _request(url: str, headers: Mapping[str, str]) -> httpcore.Request:
    address = httpx.URL(url)
    sent = {
        "Host": address.netloc.decode("ascii"),
        "Accept": "text/event-stream",
        "Accept-Encoding": "identity",
        "Cache-Control": "no-store",
        "User-Agent": "deskwatch",
        **headers,
    }
    return httpcore.Request(
        method="GET",
        url=httpcore.URL(
            scheme=address.raw_scheme,
            host=address.raw_host,
            port=address.port,
            target=address.raw_path,
        ),
        headers=[(name.encode("ascii"), value.encode()) for name, value in sent.items()],
        extensions={"timeout": {"connect": CONNECT_SECONDS, "write": CONNECT_SECONDS}},
    )


def _options() -> list[Any]:
    """Let the kernel find out about a cut line: 15 s of silence, then three questions 5 s apart."""
    return [
        (level, getattr(socket, name), value)
        for level, name, value in _KEEPALIVE
        if hasattr(socket, name)
    ]


@contextlib.contextmanager
def _plain_words() -> Iterator[None]:
    """Tell what the network did wrong as a FetchError."""
    try:
        yield
    except httpcore.ConnectTimeout:
        raise FetchError("timeout", "no connection within the time") from None
    except httpcore.TimeoutException:
        raise FetchError("timeout", "the request could not be sent within the time") from None
    except httpcore.ConnectError as e:
        raise connect_failure(e) from None
    except httpcore.RemoteProtocolError as e:
        raise FetchError("broken", _broken(e)) from None
    except (httpcore.NetworkError, httpcore.ProtocolError) as e:
        raise FetchError("broken", f"the connection broke ({type(e).__name__})") from None


def _broken(error: Exception) -> str:
    text = str(error)
    if "disconnected" in text or "incomplete" in text or "without" in text:
        return "the other side hung up in the middle"
    return "what came is no HTTP"
