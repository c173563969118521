"""From `python app.py` to its first answer, beside the least Dash app with pandas imported."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.figure import Figure, Reach
from benchmarks.fresh import ROOT, interleaved
from benchmarks.scratch import folder

REACH_SECONDS = 2.5
RIVAL = """
import dash, pandas
app = dash.Dash()
app.layout = dash.html.Div("ready")
print("starting", flush=True)
app.run(port={port})
"""
RIVAL_PORT = 18_731


def measure(*, quick: bool) -> Iterator[Figure]:
    """Start both in turn."""
    rounds = 2 if quick else 7
    ours, theirs = interleaved(rounds, _deskwatch, _bare_dash)
    yield Figure(
        "start_up", median(ours), "s", "the least Dash app, pandas imported, dev server",
        median(theirs), Reach(REACH_SECONDS), rounds,
        f"wall time from the start of the process to its first answered request, an empty desk; "
        f"best {min(ours):.2f} s, rival's best {min(theirs):.2f} s",
    )  # fmt: skip


def _deskwatch() -> float:
    state = folder("state")
    command = [sys.executable, str(ROOT / "app.py"), "--port", "0", "--state-dir", str(state)]
    begun = time.monotonic()
    process = subprocess.Popen(command, cwd=folder("empty"), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        # The line is printed when a request was answered.
        line = next(line for line in process.stdout if line.startswith("Deskwatch is ready"))
        seconds = time.monotonic() - begun
        with urlopen(line.split()[-1], timeout=10) as answer:
            assert answer.status == 200
        return seconds
    finally:
        process.terminate()
        process.wait(timeout=15)


def _bare_dash() -> float:
    command = [sys.executable, "-c", RIVAL.format(port=RIVAL_PORT)]
    begun = time.monotonic()
    process = subprocess.Popen(
        command, cwd=folder("empty"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{RIVAL_PORT}/", timeout=10) as answer:
                    assert answer.status == 200
                return time.monotonic() - begun
            except URLError:
                time.sleep(0.01)
    finally:
        process.terminate()
        process.wait(timeout=15)
