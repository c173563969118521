"""Alpaca's clients over a transport that can only read: one host, GET, bounded, at our pace."""

from __future__ import annotations

import ssl
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from alpaca.data.historical.stock import StockHistoricalDataClient
from alpaca.trading.client import TradingClient
from requests.adapters import BaseAdapter

from data_sources.deadline import FetchError
from data_sources.health_answer import AUTH_RETRY_SECONDS, retry_after_seconds
from data_sources.http import Answer, fetch

MOST_REQUESTS: Final = 25
"""Of one read: an answer that always names a next page ends here."""
_HEADERS: Final = ("APCA-API-KEY-ID", "APCA-API-SECRET-KEY")


class RefusedRequestError(Exception):
    """A request that this source never sends: it was stopped before the network."""


class AlpacaError(Exception):
    """No usable answer: a state of `Reading`, why, and when to ask again if the server said so."""

    def __init__(self, state: str, text: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(text)
        self.state = state
        self.retry_after_seconds = retry_after_seconds


class Pace:
    """Counts the requests of the last minute, so that a limit is kept before a server says so."""

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._now = now
        self._sent: deque[float] = deque()

    def sent(self) -> None:
        """Note a request."""
        self._sent.append(self._now())

    def room(self) -> int:
        """How many more may be sent now."""
        while self._sent and self._sent[0] <= self._now() - 60:
            self._sent.popleft()
        return max(0, self._per_minute - len(self._sent))

    def wait_seconds(self) -> float:
        """Seconds until one more may be sent."""
        return 0.0 if self.room() else max(0.0, self._sent[0] + 60 - self._now())


class ReadOnlyTransport(BaseAdapter):  # type: ignore[misc]
    """What the library's session sends through: it knows how to GET from one origin, nothing else.

    Attributes:
        seconds: how long the last answer took.
        left: how many more requests this read may send.
    """

    def __init__(
        self,
        origin: str,
        pace: Pace,
        deadline_seconds: float,
        max_bytes: int,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__()
        self._origin = _origin(origin)
        self._pace = pace
        self._deadline_seconds, self._max_bytes = deadline_seconds, max_bytes
        self._ssl_context = ssl_context
        self._now = time.time
        self.seconds: float | None = None
        self.left = MOST_REQUESTS

    def send(self, request: Any, **_: Any) -> requests.Response:
        """Answer a prepared request.

        Raises:
            RefusedRequestError: for any method but GET, a body, or another host.
            AlpacaError: when the answer is not a success.
        """
        if request.method != "GET" or request.body:
            raise RefusedRequestError(f"{request.method} is never sent: this source only reads")
        if _origin(request.url) != self._origin:
            raise RefusedRequestError(f"only {self._origin[1]} is asked")
        if self.left <= 0:
            raise AlpacaError("bad_payload", f"more than {MOST_REQUESTS} pages; ask for less")
        self.left -= 1
        self._pace.sent()
        try:
            answer = fetch(
                request.url,
                headers={name: request.headers[name] for name in _HEADERS},
                deadline_seconds=self._deadline_seconds,
                max_bytes=self._max_bytes,
                ssl_context=self._ssl_context,
            )
        except FetchError as e:
            bad = e.reason in ("too_large", "encoding", "truncated")
            raise AlpacaError("bad_payload" if bad else "down", f"{e.reason}: {e}") from None
        self.seconds = answer.seconds
        _check(answer, self._now())
        return _response(answer, request)

    def close(self) -> None:
        """Nothing stays open between two requests."""


class Clients:
    """The two clients of an account: trading, and market data on a host of its own.

    Args:
        url: of the trading API, data_url: of the market data API.
        api_key: goes into headers alone, as secret_key does.
        ssl_context: for https; the system's trust when missing.
    """

    def __init__(
        self,
        url: str,
        data_url: str,
        api_key: str,
        secret_key: str,
        *,
        pace: Pace,
        deadline_seconds: float,
        max_bytes: int,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        keys = {"api_key": api_key, "secret_key": secret_key, "raw_data": True}
        self.trading = TradingClient(**keys, url_override=url.rstrip("/"))  # type: ignore[arg-type]
        self.data = StockHistoricalDataClient(
            **keys,  # type: ignore[arg-type]
            url_override=data_url.rstrip("/"),
        )
        self.transports = []
        for client, origin in ((self.trading, url), (self.data, data_url)):
            transport = ReadOnlyTransport(origin, pace, deadline_seconds, max_bytes, ssl_context)
            session = client._session
            # No proxy and no ~/.netrc of the machine; no way out but ours.
            session.trust_env = False
            session.adapters.clear()
            session.mount("https://", transport)
            session.mount("http://", transport)
            self.transports.append(transport)

    def begin(self) -> None:
        """Start a read: its requests are counted anew."""
        for transport in self.transports:
            transport.left = MOST_REQUESTS

    @property
    def seconds(self) -> float | None:
        """How long the last answer of the trading API took."""
        return self.transports[0].seconds


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", port


def _check(answer: Answer, now: float) -> None:
    status = answer.status
    told = f"HTTP {status}"
    if status in (401, 403):
        text = f"{told}: the key was refused; check the key, and whether it is a paper or live one"
        raise AlpacaError("auth", text, AUTH_RETRY_SECONDS)
    if status == 429:
        raise AlpacaError("rate_limited", told, retry_after_seconds(answer, now))
    if status >= 500:
        raise AlpacaError("down", told)
    if status != 200:
        raise AlpacaError("misconfigured", f"{told}: not Alpaca's API at this URL")


def _response(answer: Answer, request: Any) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.headers.update(dict(answer.headers))
    response._content = answer.body
    response.encoding = "utf-8"
    response.url, response.request = request.url, request
    return response
