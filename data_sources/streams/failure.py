"""What went wrong between us and a Redis server, as a state and one sentence."""

from __future__ import annotations

import socket
import ssl
from typing import Final

AUTH_RETRY_SECONDS: Final = 60.0


class ReplyTooLargeError(Exception):
    """An answer went beyond the cap."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"the answer is larger than {max_bytes:,} bytes")


class LinkError(Exception):
    """No usable answer.

    Attributes:
        state: one of `Reading.STATES`.
        retry_seconds: how long not to ask again, None to leave that to the backoff.
    """

    def __init__(self, state: str, text: str, retry_seconds: float | None = None) -> None:
        super().__init__(text)
        self.state = state
        self.retry_seconds = retry_seconds


def link_error(error: Exception, timeout_seconds: float) -> LinkError:
    """Tell what a failure of the client means; the text names no secret."""
    import redis.exceptions as errors

    if isinstance(error, ReplyTooLargeError):
        return LinkError("bad_payload", str(error))
    if isinstance(error, errors.BusyLoadingError):
        return LinkError("degraded", "the server is still loading its data set")
    if isinstance(error, errors.AuthenticationError | errors.AuthorizationError):
        return LinkError("auth", f"the server refused us: {_plain(error)}", AUTH_RETRY_SECONDS)
    if isinstance(error, errors.TimeoutError | TimeoutError):
        return LinkError("down", f"timeout: no whole answer within {timeout_seconds:g} s")
    if isinstance(error, errors.ConnectionError | OSError):
        return LinkError("down", _connection_text(error))
    if isinstance(error, errors.InvalidResponse):
        return LinkError(
            "bad_payload", "the answer is not the protocol of Redis; is the port right?"
        )
    if isinstance(error, errors.ResponseError):
        return refusal(error)
    return LinkError("down", _plain(error))


def refusal(error: Exception) -> LinkError:
    """Tell what it means that the server refused a command."""
    import redis.exceptions as errors

    text = _plain(error)
    if isinstance(error, errors.AuthenticationError | errors.AuthorizationError) or text.startswith(
        ("NOAUTH", "WRONGPASS", "NOPERM")
    ):
        return LinkError("auth", f"the server refused us: {text}", AUTH_RETRY_SECONDS)
    if isinstance(error, errors.NoPermissionError):
        hint = "allow +xread +xrange +xinfo +scan +multi +exec on its streams"
        return LinkError("auth", f"the server's ACL refused a command: {text}; {hint}", 60.0)
    if isinstance(error, errors.BusyLoadingError):
        return LinkError("degraded", "the server is still loading its data set")
    return LinkError("misconfigured", f"the server refused a command: {text}")


def _connection_text(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ConnectionRefusedError):
            return "refused: nothing listens there"
        if isinstance(cause, socket.gaierror):
            return "dns: the name of the host cannot be resolved"
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"tls: the certificate was refused: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"tls: no TLS session: {cause.reason or 'handshake failed'}"
        cause = cause.__cause__ or cause.__context__
    return f"no connection: {_plain(error)}"


def _plain(error: Exception) -> str:
    """The error's own words, short and in printable ASCII."""
    text = str(error).encode("ascii", "backslashreplace").decode()
    return "".join(c if c.isprintable() else "?" for c in text)[:160] or type(error).__name__
