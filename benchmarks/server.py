"""The real server, `python app.py`, as a process that is measured from outside."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import urlopen

from benchmarks import writer
from benchmarks.fresh import ROOT
from benchmarks.scratch import aurora_log, folder

READY_SECONDS = 60.0
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class Served:
    """A running server: its address, and what it has used so far."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url.rstrip("/")
        self.host, _, port = self.url.removeprefix("http://").partition(":")
        self.port = int(port)

    def cpu_seconds(self) -> float:
        """CPU of the server process so far, all threads, user and system."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND

    def rss_megabytes(self) -> float:
        """Resident memory of the server process."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def json(self, path: str) -> Any:
        """The JSON at a path."""
        with urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)


@contextlib.contextmanager
def served(logs: Path, *, live: str = "push") -> Iterator[Served]:
    """Serve a desk that watches a folder of logs, until the block ends."""
    command = [sys.executable, "app.py", "--attach", str(logs), "--port", "0"]
    command += ["--state-dir", str(folder("state"))]
    environment = os.environ | {"DESKWATCH_DESK__LIVE": live}
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Deskwatch is ready at "):
                yield Served(process, line.split()[-1])
                break
        else:
            raise RuntimeError(f"the server ended with exit code {process.wait()}")
    finally:
        process.terminate()
        process.wait(timeout=15)


class Busy(NamedTuple):
    """A server whose log is being written."""

    server: Served
    writing: subprocess.Popen[str]
    template: Path


@contextlib.contextmanager
def busy(
    rate: float, seconds: float, *, live: str = "push", past_seconds: float = 300.0
) -> Iterator[Busy]:
    """Serve a desk whose log is being written; the block begins when it has read the past."""
    template = aurora_log(round(rate * (seconds + past_seconds)), rate=rate).path
    into = folder("logs") / "aurora_events.jsonl"
    writing = writer.start(template, into, rate, seconds, past_seconds)
    try:
        while not into.exists() or into.stat().st_size == 0:
            time.sleep(0.02)
        with served(into.parent, live=live) as server:
            _wait_for(server, round(rate * past_seconds))
            yield Busy(server, writing, template)
    finally:
        writing.kill()
        writing.wait(timeout=10)


def _wait_for(server: Served, events: int) -> None:
    ends = time.monotonic() + READY_SECONDS
    while sum(row["accepted"] for row in server.json("/api/sources")) < events:
        if time.monotonic() > ends:
            raise TimeoutError(f"{server.json('/api/sources')}")
        time.sleep(0.2)
