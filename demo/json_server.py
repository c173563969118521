"""A small server on loopback whose answers are JSON, or a text for Prometheus."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

Answers = Callable[[str], tuple[int, Any]]
"""A path without its query → status and body; bytes are a text that goes out as it stands."""
Refuses = Callable[[str | None], tuple[int, Any] | None]
"""The header `Authorization` → the answer to one who may not ask; None when he may."""
TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
NOT_FOUND: tuple[int, Any] = (404, {"detail": "Not Found"})


class JsonServer:
    """Serves what *answers* gives for a path on a free loopback port, until `close()`.

    Where *refuses* is given, it is asked first.
    """

    def __init__(self, answers: Answers, refuses: Refuses = lambda _: None) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answers, refuses))
        self._server.daemon_threads = True
        serve = partial(self._server.serve_forever, poll_interval=0.05)
        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it serves on."""
        return self._server.server_port

    @property
    def base_url(self) -> str:
        """The address without a path."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


def _handler(answers: Answers, refuses: Refuses) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            refused = refuses(self.headers["Authorization"])
            status, body = refused or answers(self.path.partition("?")[0])
            is_text = isinstance(body, bytes)
            content = body if is_text else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", TEXT if is_text else "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
            """Say nothing."""

    return Handler
