"""A real desk over one log folder, as a fixture's helper and as a process to be killed."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data_sources.jsonl import JsonlSource
from desk.desk import Desk
from desk.origin import origin


def small_desk(logs: Path, state_dir: Path) -> Desk:
    """Return a desk that is not started yet."""
    source = JsonlSource(str(logs), dialect="aurora", name="aurora")
    return Desk([origin("aurora", source)], state_dir=state_dir, name="Test desk")


def wait_for(true: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Wait until something is true, and return it."""
    ending = time.monotonic() + seconds
    while time.monotonic() < ending:
        found = true()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"did not become true within {seconds} s: {true}")


def fill(disk: Path) -> Path:
    """Leave no room on a small disk; return the file that takes it."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as out:
        while True:
            out.write(os.urandom(4096))
    return filler


def accepted(desk: Desk) -> int:
    """Return how many lines the desk has accepted."""
    return int(desk.sources()[0]["accepted"])


def totals(desk: Desk) -> dict[str, int]:
    """Return what everything in the desk adds up to, by what and open or close."""
    tally = desk.view(window_seconds=None, at="last").tally
    sums = tally.groupby(["what", "position_effect"], observed=True, dropna=False)["n"].sum()
    return {f"{what}/{effect}": int(n) for (what, effect), n in sums.items()}


def main() -> None:
    """Run a desk until SIGTERM; say `up` once it runs."""
    desk = small_desk(Path(sys.argv[1]), Path(sys.argv[2]))
    ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    desk.start()
    print("up", flush=True)
    ending.wait()
    desk.stop()


if __name__ == "__main__":
    main()
