"""The door to Dash: Dash itself answers 200 to any GET, so paths are checked here first."""

from __future__ import annotations

from typing import Final

from a2wsgi import WSGIMiddleware
from flask import Flask
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.json_response import problem
from web.page_table import PageTable

DASH_FILES: Final = ("/_dash-component-suites/", "/assets/")
DASH_GET: Final = frozenset({"/_dash-layout", "/_dash-dependencies", "/_favicon.ico"})
DASH_POST: Final = "/_dash-update-component"
WORKERS: Final = 16

API_ROOTS: Final = frozenset(
    (
        *("api", "arena", "docs", "health", "healthz", "live", "metrics", "openapi.json"),
        *("readyz", "run", "runs", "sse", "status", "ws", "_live", "_mcp"),
    )
)
"""First parts of addresses that programs ask: what is not there is told to them in JSON."""


class PageDoor:
    """Lets pages and Dash's own files through to Dash; everything else is not found."""

    def __init__(self, server: Flask, pages: PageTable, files: ASGIApp) -> None:
        self._dash: ASGIApp = WSGIMiddleware(server, workers=WORKERS)
        self._files = files
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        path, method = scope["path"], scope["method"]
        refusal = self._refusal(path, method)
        if refusal is not None:
            await refusal(scope, receive, send)
        elif path.startswith(DASH_FILES):
            await self._files(scope, receive, send)
        elif path in DASH_GET or path == DASH_POST or self._pages.find(path) is not None:
            await self._dash(scope, receive, send)
        else:
            await self._dash(scope, receive, _as_not_found(send))

    def _refusal(self, path: str, method: str) -> Response | None:
        if path == DASH_POST:
            return None if method == "POST" else _not_allowed("POST")
        first = path.strip("/").partition("/")[0]
        is_known = _is_dash_file(path) or self._pages.find(path) is not None
        if not is_known and (first in API_ROOTS or first.startswith("_dash") or _is_odd(path)):
            return problem(404, "there is nothing here")
        return None if method in ("GET", "HEAD") else _not_allowed("GET, HEAD")


def _is_dash_file(path: str) -> bool:
    return path.startswith(DASH_FILES) or path in DASH_GET


def _is_odd(path: str) -> bool:
    """Whether a path holds what no address of ours has, and what file systems may stumble over."""
    return not path.isprintable() or "\\" in path or ".." in path or "//" in path


def _not_allowed(methods: str) -> Response:
    return problem(405, "this method is not answered here", headers={"Allow": methods})


def _as_not_found(send: Send) -> Send:
    """Send Dash's page, which says that there is no such page, with its true status."""

    async def send_as_not_found(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            message = {**message, "status": 404}
        await send(message)

    return send_as_not_found
