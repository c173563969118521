"""The door to Dash: Dash itself answers 200 to any GET, so paths are checked here first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from a2wsgi import WSGIMiddleware
from flask import Flask
from starlette.concurrency import run_in_threadpool
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
    """Lets pages and Dash's own files through to Dash; everything else is not found.

    Args:
        server: Dash's own.
        pages: those that there are.
        files: answers for Dash's files and the assets.
        knows: tells, by path and query string, whether a page of one thing has that thing.
    """

    def __init__(
        self, server: Flask, pages: PageTable, files: ASGIApp, knows: Callable[[str, str], bool]
    ) -> None:
        self._dash: ASGIApp = WSGIMiddleware(server, workers=WORKERS)
        self._files = files
        self._pages = pages
        self._knows = knows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        path = scope["path"]
        is_page = await self._is_page(scope)
        refusal = self._refusal(path, scope["method"], is_page=is_page)
        if refusal is not None:
            await refusal(scope, receive, send)
        elif path.startswith(DASH_FILES):
            await self._files(scope, receive, send)
        elif path in DASH_GET or path == DASH_POST or is_page:
            await self._dash(scope, receive, send)
        else:
            await self._dash(scope, receive, _as_not_found(send))

    async def _is_page(self, scope: Scope) -> bool:
        raw = scope.get("raw_path") or quote(scope["path"]).encode("ascii")
        path = raw.decode("ascii", "replace")
        found = self._pages.find(path)
        if found is None or found[0].knows is None:
            return found is not None
        # Looking an id up may have to wait for the desk, which the event loop must not.
        query = scope["query_string"].decode("ascii", "replace")
        return await run_in_threadpool(self._knows, path, query)

    def _refusal(self, path: str, method: str, *, is_page: bool) -> Response | None:
        if path == DASH_POST:
            return None if method == "POST" else _not_allowed("POST")
        first = path.strip("/").partition("/")[0]
        is_known = is_page or _is_dash_file(path)
        is_api = first in API_ROOTS and not self._pages.begin_with(first)
        if not is_known and (is_api or first.startswith("_dash") or _is_odd(path)):
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
