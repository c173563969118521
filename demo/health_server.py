"""The health endpoints of the simulated Aurora, in the shapes of its API."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from demo.json_server import NOT_FOUND, JsonServer

STARTING_SECONDS = 1.5


class HealthServer(JsonServer):
    """Serves `/health`, `/liveness` and `/readiness` on a free loopback port until `close()`.

    Args:
        halted: whether the bot stands still at this moment.
        last_event_ns: the time of the last line written, or None.
    """

    def __init__(self, halted: Callable[[], bool], last_event_ns: Callable[[], int | None]) -> None:
        started = time.monotonic()

        def answer(path: str) -> tuple[int, Any]:
            loaded = time.monotonic() - started > STARTING_SECONDS
            if path == "/health":
                version = {"aurora": "0.9.3", "model": "scalper_v1"}
                status = "healthy" if loaded else "starting"
                return 200, {"status": status, "models_loaded": loaded, "version": version}
            if path == "/liveness":
                return 200, {"ok": True}
            if path != "/readiness":
                return NOT_FOUND
            last = last_event_ns()
            body = {
                "config_loaded": True,
                "last_event_ts": None if last is None else last / 1e9,
                "halt": halted(),
                "models_loaded": loaded,
            }
            return (200, body) if loaded and not body["halt"] else (503, {"detail": body})

        super().__init__(answer)

    @property
    def url(self) -> str:
        """The address of `/readiness`, which knows of halts; `/health` stands beside it."""
        return f"{self.base_url}/readiness"
