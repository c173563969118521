"""One connection to a Redis server: each exchange is over by its deadline and below a byte cap."""

from __future__ import annotations

import contextlib
import copy
import importlib
import socket
import time
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from data_sources.errors import ConfigError
from data_sources.streams.failure import ReplyTooLargeError, link_error

WORK_SECONDS: Final = 5.0
"""What taking a long answer apart may cost beside waiting for it."""


class Budget:
    """What one read may still cost: waiting for the server, time altogether, and bytes.

    Only waiting is the server's fault: a long answer that is on its way is taken to its end, as
    long as the wall time allows.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._waiting = self._ends = 0.0
        self._received = 0

    def begin(self, seconds: float) -> None:
        """Start a read that may wait for so long."""
        self._waiting = seconds
        self._ends = time.monotonic() + seconds + WORK_SECONDS
        self._received = 0

    @property
    def left(self) -> float:
        """Seconds that may still be waited.

        Raises:
            TimeoutError: when none are left.
        """
        left = min(self._waiting, self._ends - time.monotonic())
        if left <= 0:
            raise TimeoutError("no whole answer within the time")
        return left

    def waited(self, seconds: float) -> None:
        """Count time that was spent waiting."""
        self._waiting -= seconds

    def took(self, received: int) -> None:
        """Count bytes.

        Raises:
            ReplyTooLargeError: when they are too many.
        """
        self._received += received
        if self._received > self._max_bytes:
            raise ReplyTooLargeError(self._max_bytes)


class _BudgetSocket:
    """A socket of which each single send and receive is armed with what is left of the budget.

    The client's own timeout starts anew with each received piece: a server that drips bytes would
    hold the caller for as long as it likes.
    """

    def __init__(self, inner: socket.socket, budget: Budget) -> None:
        self._inner = inner
        self._budget = budget

    def recv(self, size: int, *flags: int) -> bytes:
        with self._armed():
            data = self._inner.recv(size, *flags)
        self._budget.took(len(data))
        return data

    def recv_into(self, buffer: Any, *arguments: int) -> int:
        with self._armed():
            size = self._inner.recv_into(buffer, *arguments)
        self._budget.took(size)
        return size

    def sendall(self, data: bytes) -> None:
        with self._armed():
            self._inner.sendall(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @contextlib.contextmanager
    def _armed(self) -> Iterator[None]:
        self._inner.settimeout(self._budget.left)
        begun = time.monotonic()
        try:
            yield
        finally:
            self._budget.waited(time.monotonic() - begun)


class Link:
    """Asks a Redis server, connecting when needed; it only ever sends what reads.

    Args:
        url: redis://, rediss:// (TLS) or unix://, with the number of the database as path.
        username: of an ACL user; empty for the default user.
        password: sent by AUTH; empty for none.
        ca_file: PEM file of the authorities to trust for rediss.
        timeout_seconds: how long one read may wait for the server.
        max_bytes: the largest answer to one exchange.

    Raises:
        ConfigError: for a URL that is none.
    """

    def __init__(
        self,
        url: str,
        *,
        username: str = "",
        password: str = "",
        ca_file: str = "",
        timeout_seconds: float,
        max_bytes: int,
    ) -> None:
        self._options = _options(url, username, password, ca_file)
        self._timeout_seconds = timeout_seconds
        self._max_bytes = max_bytes
        self._budget = Budget(max_bytes)
        self._connection: Any = None
        self.hidden = [str(self._options.get("password") or ""), password]

    def twin(self) -> Link:
        """Another connection to the same server, with a budget of its own."""
        other = copy.copy(self)
        other._budget, other._connection = Budget(self._max_bytes), None
        return other

    def begin(self) -> None:
        """Start the time of a read; all exchanges until the next `begin` share it."""
        # Loading the client takes half a second, once: that is not the server's time.
        importlib.import_module("redis.connection")
        self._budget.begin(self._timeout_seconds)

    def ask(self, *commands: tuple[Any, ...]) -> list[Any]:
        """Send commands at once and give their raw replies, an exception where one was refused.

        Raises:
            LinkError: when there is no usable answer; the connection is closed then.
        """
        from redis.exceptions import RedisError, ResponseError

        replies: list[Any] = []
        try:
            connection = self._connected()
            connection.send_packed_command(connection.pack_commands(commands))
            for _ in commands:
                try:
                    replies.append(connection.read_response())
                except ResponseError as e:
                    replies.append(e)
        except (RedisError, OSError, ReplyTooLargeError) as e:
            self.close()
            raise link_error(e, self._timeout_seconds) from None
        return replies

    def close(self) -> None:
        """Close the connection; the next `ask` opens one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.disconnect()

    def _connected(self) -> Any:
        if self._connection is None:
            connection = _connection(self._options, self._timeout_seconds, self._budget)
            begun = time.monotonic()
            connection.connect()
            self._budget.waited(time.monotonic() - begun)
            self._connection = connection
        return self._connection


def _options(url: str, username: str, password: str, ca_file: str) -> dict[str, Any]:
    """The URL as options of a connection; the client is not loaded for it."""
    try:
        parts = urlsplit(url)
        port = parts.port or 6379
    except ValueError:
        parts, port = urlsplit(""), 0
    place = parts.path if parts.scheme == "unix" else parts.hostname
    database = "" if parts.scheme == "unix" else parts.path.strip("/")
    usable = parts.scheme in ("redis", "rediss", "unix") and not database.strip("0123456789")
    if not usable or not place or parts.query:
        raise ConfigError(
            "url: needs redis://HOST:PORT/DB, rediss://HOST:PORT/DB or unix:///PATH, and no query"
        )
    options: dict[str, Any] = {
        "scheme": parts.scheme,
        "db": int(database or 0),
        "username": username or unquote(parts.username or "") or None,
        "password": password or unquote(parts.password or "") or None,
    }
    if parts.scheme == "unix":
        return options | {"path": unquote(place)}
    if parts.scheme == "rediss":
        options["ssl_ca_certs"] = ca_file or None
    return options | {"host": place, "port": port}


def _connection(options: dict[str, Any], timeout_seconds: float, budget: Budget) -> Any:
    """Make a connection that neither retries nor says more than AUTH and SELECT by itself."""
    from redis import connection
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    given = dict(options)
    base: Any = {
        "redis": connection.Connection,
        "rediss": connection.SSLConnection,
        "unix": connection.UnixDomainSocketConnection,
    }[given.pop("scheme")]

    class BudgetConnection(base):  # type: ignore[misc]
        def _connect(self) -> Any:
            budget.left  # noqa: B018 - raises when the time is over
            return _BudgetSocket(super()._connect(), budget)

    return BudgetConnection(
        **given,
        protocol=2,
        # A name may have an IPv4 and an IPv6 address: both are tried within the time.
        socket_connect_timeout=timeout_seconds / 2,
        socket_timeout=timeout_seconds,
        retry=Retry(NoBackoff(), 0),
        driver_info=None,
        maint_notifications_config=None,
    )
