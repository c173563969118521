"""One bounded GET: whatever the other side does, it ends by the deadline and below the byte cap."""

from __future__ import annotations

import contextlib
import ssl
import time
import zlib
from dataclasses import dataclass

import httpcore
import httpx

from data_sources.deadline import Deadline, DeadlineTransport, FetchError


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status; `seconds` is the time until the body's last byte."""

    status: int
    headers: httpx.Headers
    body: bytes
    seconds: float


def fetch(
    url: str,
    *,
    headers: dict[str, str] | None = None,
    deadline_seconds: float = 5.0,
    max_bytes: int = 1 << 20,
    ssl_context: ssl.SSLContext | None = None,
    transport: httpx.BaseTransport | None = None,
) -> Answer:
    """GET a URL once, following nothing.

    Args:
        url: http or https, as configured; it never appears in an error's text.
        headers: sent beside `Accept: application/json` and `Accept-Encoding: identity`.
        deadline_seconds: wall time for everything after the name is resolved.
        max_bytes: the most that is read, and the most that a compressed body may unfold to.
        ssl_context: for https; the system's trust when missing.
        transport: a stand-in for the network, for tests.

    Returns:
        The answer of any status.

    Raises:
        FetchError: when no whole answer came; its text names no secret.
    """
    started = time.monotonic()
    deadline = Deadline(deadline_seconds)
    request = httpx.Request(
        "GET",
        url,
        headers={
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "close",
            "User-Agent": "deskwatch",
            **(headers or {}),
        },
    )
    # The transport is called without an httpx.Client, because the client logs whole URLs.
    own = transport or DeadlineTransport(deadline, ssl_context)
    try:
        response = own.handle_request(request)
        with contextlib.closing(response):
            body = _body(response, deadline, max_bytes)
        return Answer(response.status_code, response.headers, body, time.monotonic() - started)
    except FetchError:
        raise
    except (httpcore.ConnectTimeout, httpx.ConnectTimeout):
        raise FetchError("timeout", "no connection within the time") from None
    except (httpcore.TimeoutException, httpx.TimeoutException):
        raise deadline.missed() from None
    except (httpcore.ConnectError, httpx.ConnectError) as e:
        raise connect_failure(e) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpx.TransportError) as e:
        raise FetchError("broken", f"no answer that is HTTP ({_plain(e)})") from None
    finally:
        if transport is None:
            own.close()


def _body(response: httpx.Response, deadline: Deadline, max_bytes: int) -> bytes:
    """The body, unfolded when it came compressed although `identity` was asked for."""
    body = _raw(response, deadline, max_bytes)
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise FetchError("encoding", f"the body came with the encoding {encoding[:40]!r}")
    try:
        # wbits 47: gzip or zlib, whichever the header says; the second argument is the cap.
        unfolding = zlib.decompressobj(47)
        unfolded = unfolding.decompress(body, max_bytes + 1)
    except zlib.error as e:
        raise FetchError("encoding", "the body is not what its content encoding says") from e
    if len(unfolded) > max_bytes:
        raise FetchError("too_large", f"the unfolded body is larger than {max_bytes:,} bytes")
    if not unfolding.eof:
        raise FetchError("encoding", "the compressed body is cut off")
    return unfolded


def _raw(response: httpx.Response, deadline: Deadline, max_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    try:
        assert isinstance(response.stream, httpx.SyncByteStream)
        for chunk in response.stream:
            deadline.left(None)
            size += len(chunk)
            if size > max_bytes:
                raise FetchError("too_large", f"the body is larger than {max_bytes:,} bytes")
            chunks.append(chunk)
    except (httpcore.NetworkError, httpcore.ProtocolError) as e:
        raise FetchError("truncated", f"the body broke off after {size:,} bytes") from e
    return b"".join(chunks)


def connect_failure(error: Exception) -> FetchError:
    """Tell a closed port, an unreachable host and a refused certificate apart."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return FetchError("tls", f"the certificate was refused: {cause.verify_message}")
        if isinstance(cause, ssl.SSLError):
            return FetchError("tls", f"no TLS session: {cause.reason or 'handshake failed'}")
        if isinstance(cause, ConnectionRefusedError):
            return FetchError("refused", "the connection was refused: nothing listens there")
        cause = cause.__cause__ or cause.__context__
    return FetchError("unreachable", f"no connection ({_plain(error)})")


def _plain(error: Exception) -> str:
    """The error's own words, short and in printable ASCII."""
    text = str(error).encode("ascii", "backslashreplace").decode()
    return "".join(c if c.isprintable() else "?" for c in text)[:120] or type(error).__name__
