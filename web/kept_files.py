"""Scripts and assets: read through Dash once, then kept, packed, and sent without a thread.

A slow client of a large script would otherwise hold one of the few threads that answer callbacks,
and a tunnel or a slow line would carry every script unpacked.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Flask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from werkzeug.utils import safe_join

from web.event_stream import wants_gzip

PACKED_TYPES: Final = ("text/", "application/javascript", "application/json", "image/svg+xml")
SMALLEST_PACKED: Final = 1024
LEVEL: Final = 6


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file as it is sent."""

    status: int
    headers: dict[str, str]
    plain: bytes
    packed: bytes | None
    changed_ns: int


class KeptFiles:
    """An ASGI app for the addresses of files."""

    def __init__(self, server: Flask, assets_folder: Path) -> None:
        self._server = server
        self._assets_folder = assets_folder
        self._kept: dict[str, KeptFile] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request for a file."""
        request = Request(scope)
        path = scope["path"]
        found = self._kept.get(path)
        if found is None or found.changed_ns != self._changed_ns(path):
            found = await run_in_threadpool(self._read, path)
            if found.status == 200:
                self._kept[path] = found
        await _answer(found, request)(scope, receive, send)

    def _read(self, path: str) -> KeptFile:
        changed_ns = self._changed_ns(path)
        with self._server.test_client().get(path) as answer:
            body = answer.get_data()
        kind = answer.headers.get("Content-Type", "application/octet-stream")
        headers = {"Content-Type": kind, "Vary": "Accept-Encoding"}
        if answer.status_code == 200:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
            headers["Cache-Control"] = answer.headers.get("Cache-Control", "")
        is_packed = kind.startswith(PACKED_TYPES) and len(body) >= SMALLEST_PACKED
        packed = gzip.compress(body, LEVEL, mtime=0) if is_packed else None
        return KeptFile(answer.status_code, headers, body, packed, changed_ns)

    def _changed_ns(self, path: str) -> int:
        """When an asset was changed; 0 for the files of packages, which do not change."""
        if not path.startswith("/assets/"):
            return 0
        file = safe_join(str(self._assets_folder), path.removeprefix("/assets/"))
        try:
            return Path(file).stat().st_mtime_ns if file is not None else 0
        except (OSError, ValueError):
            return 0


def _answer(file: KeptFile, request: Request) -> Response:
    if file.status == 200 and request.headers.get("if-none-match") == file.headers["ETag"]:
        return Response(status_code=304, headers=file.headers)
    if file.packed is not None and wants_gzip(request):
        headers = {**file.headers, "Content-Encoding": "gzip"}
        return Response(file.packed, status_code=file.status, headers=headers)
    return Response(file.plain, status_code=file.status, headers=file.headers)
