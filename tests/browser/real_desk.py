"""`python app.py` as a process of its own: killed, frozen and started again, as really happens."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from aurora_log import AuroraLog, history

ROOT = Path(__file__).resolve().parents[2]
READY = re.compile(r"^Deskwatch is ready at (http://127\.0\.0\.1:(\d+))/$", re.MULTILINE)
START_SECONDS = 60.0


class RealDesk:
    """A desk over a log folder that the story writes into; `stop()` ends it by its own pid.

    Args:
        folder: for the log, the state and the configuration.
        live: "push" or "interval".
        bot_url: a health endpoint to watch beside the log, asked twice a second.
        stale_after_seconds: of the log.
        arguments: instead of a configuration, such as `["--demo"]`.

    Attributes:
        state: what a page's header says of the connection when all is well.
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
        self.state = "live" if live == "push" else "polling"
        self.folder = folder
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.port = 0
        self.url = ""
        self._said = folder / "said.txt"
        self._process: subprocess.Popen[bytes] | None = None
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
        environment["DESKWATCH_DESK__LIVE"] = self.live
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                command, cwd=self.folder, stdout=said, stderr=said, env=environment
            )
        deadline = time.monotonic() + START_SECONDS
        while (ready := READY.search(self.said())) is None:
            assert self._process.poll() is None, f"the desk ended: {self.said()}"
            assert time.monotonic() < deadline, f"the desk did not start: {self.said()}"
            time.sleep(0.02)
        self.url, self.port = ready[1], int(ready[2])
        return self

    def said(self) -> str:
        """Give what the process wrote since its last start."""
        return self._said.read_text(encoding="utf-8")

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
        answer = httpx.get(self.url + path, params=query or None, timeout=10, trust_env=False)
        answer.raise_for_status()
        return answer.json()

    def viewers(self) -> int:
        """Give how many event streams the server holds open."""
        return int(self.ask("/_live/stats")["viewers"])


@contextlib.contextmanager
def desk_with_a_past(folder: Path, *, live: str) -> Iterator[RealDesk]:
    """Give a running desk whose log holds two hundred orders of the last minutes."""
    desk = RealDesk(folder, live=live)
    AuroraLog(desk.logs, "past").write(*history(200, 200.0, ("BTCUSDT", "ETHUSDT")))
    try:
        yield desk.start()
    finally:
        desk.stop()


def _config(folder: Path, live: str, bot_url: str, stale: float) -> str:
    bot = f"""
[sources.bot]
kind = "health"
url = "{bot_url}"
every_seconds = 0.5
timeout_seconds = 1
stale_after_seconds = 60
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
