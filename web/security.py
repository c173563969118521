"""The gate in front of everything: known hosts, own origin, small bodies, careful headers.

It stands around the whole app, so that also errors and static files carry the headers.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.json_response import problem

LOG = logging.getLogger(__name__)

MOST_BODY_BYTES: Final = 1024 * 1024
MOST_HEADERS: Final = 100
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK_HOSTS: Final = ("127.0.0.1", "localhost", "[::1]")
"""The names of this machine. A foreign page may point its own name here: no other is served."""

STATIC_PATHS: Final = ("/_dash-component-suites/", "/assets/")
STREAMS: Final = frozenset({"/sse", "/_live/stream"})
STATIC_CACHE: Final = "public, max-age=86400"
"""A day, not a year: Dash loads some of its scripts later, without a fingerprint in their name."""
FINGERPRINTED: Final = "max-age=31536000"
"""What Dash says of files whose name changes with their content; it stays."""

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Frame-Options": "DENY",
}


def content_policy(script_hashes: Iterable[str]) -> str:
    """The content security policy: own scripts, the named inline ones, nothing from elsewhere."""
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *script_hashes)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class Gate:
    """An ASGI app around another one; `app` is the inner one."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        trusted_hosts: Sequence[str] = (),
        script_hashes: Iterable[str] = (),
    ) -> None:
        self.app = app
        self._hosts = frozenset(host.lower() for host in (*LOOPBACK_HOSTS, *trusted_hosts))
        self._policy = content_policy(script_hashes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what must not come in, and put the headers on what goes out."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._put_headers(path, MutableHeaders(raw=message["headers"]), message["status"])
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
            return
        if scope["method"] == "HEAD" and path not in STREAMS:
            # As GET; the server leaves the body out.
            scope = {**scope, "method": "GET"}
        await _with_body_limit(self.app, scope, receive, send_with_headers)

    def _refusal(self, method: str, headers: Headers) -> Response | None:
        if len(headers) > MOST_HEADERS:
            return problem(431, f"a request may have {MOST_HEADERS} headers")
        host = headers.get("host", "")
        if _host_name(host) not in self._hosts:
            return problem(400, "this host name is not served here")
        if method in SAFE_METHODS:
            return None
        if not _from_here(headers, host):
            return problem(403, "requests that change something must come from Deskwatch's pages")
        length = headers.get("content-length", "0")
        if not length.isdecimal():
            return problem(400, "the length of the body is not a number")
        if len(length) > 12 or int(length) > MOST_BODY_BYTES:
            return problem(413, f"a body may have {MOST_BODY_BYTES} bytes")
        return None

    def _put_headers(self, path: str, headers: MutableHeaders, status: int) -> None:
        headers["Content-Security-Policy"] = self._policy
        for name, value in HEADERS.items():
            headers[name] = value
        if status in (200, 304) and path.startswith(STATIC_PATHS):
            if FINGERPRINTED not in headers.get("cache-control", ""):
                headers["Cache-Control"] = STATIC_CACHE
        elif "cache-control" not in headers or path.startswith(STATIC_PATHS):
            headers["Cache-Control"] = "no-store"


def _host_name(host: str) -> str:
    """The name in a Host header, without its port; an IPv6 address keeps its brackets."""
    name, colon, port = host.lower().rpartition(":")
    if not colon or port.endswith("]"):
        return host.lower()
    return name if port.isdecimal() else ""


def _from_here(headers: Headers, host: str) -> bool:
    """Whether an unsafe request comes from our own pages, or from no browser at all."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()


async def _with_body_limit(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Run an app on a body that may announce no length: cut it off where it grows too large."""
    taken = 0
    started = False
    too_large = False

    async def receive_counted() -> Message:
        nonlocal taken, too_large
        message = await receive()
        taken += len(message.get("body", b""))
        if taken <= MOST_BODY_BYTES:
            return message
        too_large = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send_noted(message: Message) -> None:
        nonlocal started
        if too_large and not started:
            started = True
            refusal = problem(413, f"a body may have {MOST_BODY_BYTES} bytes")
            await refusal(scope, receive, send)
        elif not too_large:
            started = True
            await send(message)

    await app(scope, receive_counted, send_noted)
