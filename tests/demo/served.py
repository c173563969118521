"""`python -m demo --serve` as a process of its own, and the sources that it names."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from data_sources import discover

ROOT = Path(__file__).parents[2]
HISTORY_SECONDS = 60.0


def wait_for(what: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


@contextlib.contextmanager
def served(folder: Path, *options: str) -> Iterator[dict[str, Any]]:
    """Give the ready line while systems are served; at the end the process must have ended."""
    command = [sys.executable, "-m", "demo", "--dir", str(folder), "--serve", *options]
    command += ["--history-seconds", str(HISTORY_SECONDS)]
    child = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdin is not None and child.stdout is not None
        yield json.loads(child.stdout.readline())
        child.stdin.close()
        assert child.wait(timeout=30) == 0
        assert json.loads(child.stdout.readline())["done"]
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def source(demo: dict[str, Any], name: str) -> Any:
    """The source that the ready line names."""
    table = {key: value for key, value in demo["sources"][name].items() if key != "kind"}
    return discover()[demo["sources"][name]["kind"]](**table, name=name)
