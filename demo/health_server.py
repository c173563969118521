"""The health endpoints of the simulated Aurora, in the shapes of its API."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STARTING_SECONDS = 1.5


class HealthServer:
    """Serves `/health`, `/liveness` and `/readiness` on a free loopback port until `close()`.

    Args:
        halted: whether the bot stands still at this moment.
        last_event_ns: the time of the last line written, or None.
    """

    def __init__(self, halted: Callable[[], bool], last_event_ns: Callable[[], int | None]) -> None:
        started = time.monotonic()

        def bodies() -> dict[str, dict[str, Any]]:
            loaded = time.monotonic() - started > STARTING_SECONDS
            last = last_event_ns()
            return {
                "/health": {
                    "status": "healthy" if loaded else "starting",
                    "models_loaded": loaded,
                    "version": {"aurora": "0.9.3", "model": "scalper_v1"},
                },
                "/liveness": {"ok": True},
                "/readiness": {
                    "config_loaded": True,
                    "last_event_ts": None if last is None else last / 1e9,
                    "halt": halted(),
                    "models_loaded": loaded,
                },
            }

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(bodies))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address of `/readiness`, which knows of halts; `/health` stands beside it."""
        return f"http://127.0.0.1:{self._server.server_port}/readiness"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


def _handler(bodies: Callable[[], dict[str, dict[str, Any]]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            body = bodies().get(path)
            status = 404 if body is None else 200
            if body is None:
                body = {"detail": "Not Found"}
            elif path == "/readiness" and (body["halt"] or not body["models_loaded"]):
                status, body = 503, {"detail": body}
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
            """Say nothing."""

    return Handler
