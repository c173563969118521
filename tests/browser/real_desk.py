"""`python app.py` as a process of its own: killed, frozen and started again as the world does it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]


class RealDesk:
    """A desk over a log folder that the story writes into; `stop()` ends it by its own pid.

    Args:
        folder: for the log, the state and the configuration.
        live: "push" or "interval".
        bot_url: a health endpoint to watch beside the log, asked twice a second.
        stale_after_seconds: of both sources.
        arguments: instead of a configuration, such as `["--demo"]`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        live: str = "push",
        bot_url: str = "",
        stale_after_seconds: float = 600.0,
        arguments: list[str] | None = None,
    ) -> None:
        self.live = live
        self.folder = folder
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.port = 0
        self.url = ""
        self.said: list[str] = []
        self._process: subprocess.Popen[str] | None = None
        self._arguments = arguments
        if arguments is None:
            config = folder / "deskwatch.toml"
            config.write_text(_config(folder, live, bot_url, stale_after_seconds))
            self._arguments = ["--config", str(config)]

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> RealDesk:
        """Start, on the port of before when there was one, and wait until it answers."""
        command = [sys.executable, str(ROOT / "app.py"), *(self._arguments or [])]
        command += ["--port", str(self.port), "--state-dir", str(self.folder / "state")]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DESKWATCH_")}
        self._process = subprocess.Popen(
            command, cwd=self.folder, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line)
            if line.startswith("Deskwatch is ready at "):
                self.url = line.split()[-1].rstrip("/")
                self.port = int(self.url.rpartition(":")[2])
                threading.Thread(target=self._process.stdout.read, daemon=True).start()
                return self
        raise AssertionError(f"the desk did not start: {self.said}")

    def kill(self) -> None:
        """SIGKILL: no goodbye, no last commit."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as an operator does."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.send_signal(number)
        try:
            process.wait(timeout=12)
        finally:
            process.kill()
            process.wait()

    def ask(self, path: str, **query: Any) -> Any:
        """Give the JSON of an endpoint."""
        answer = httpx.get(self.url + path, params=query, timeout=10, trust_env=False)
        answer.raise_for_status()
        return answer.json()

    def viewers(self) -> int:
        """Give how many event streams the server holds open."""
        return int(self.ask("/_live/stats")["viewers"])


def _config(folder: Path, live: str, bot_url: str, stale: float) -> str:
    bot = f"""
[sources.bot]
kind = "health"
url = "{bot_url}"
every_seconds = 0.5
timeout_seconds = 1
stale_after_seconds = {stale}
"""
    return f"""
[desk]
name = "Story desk"
environment = "paper"
timezone = "America/New_York"
live = "{live}"

[sources.aurora]
kind = "jsonl"
path = "{folder / "logs"}"
dialect = "aurora"
account_id = "A1"
stale_after_seconds = {stale}
{bot if bot_url else ""}"""
