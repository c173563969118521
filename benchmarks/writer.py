"""`python -m benchmarks.writer`: appends a prepared log to a file at an even pace, stamped anew.

Line number i is due i / rate seconds after the first. The last line on standard output is JSON: how
many lines, when the first was due, how late the writer itself was, and when it really wrote what:
pairs of (lines written so far, epoch nanoseconds).
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import subprocess
import sys
import threading
import time
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.fresh import ROOT

BATCH_SECONDS = 0.01
_STAMP = re.compile(rb'"ts_ns": ?\d{19}')


def start(
    template: Path, into: Path, rate: float, seconds: float, past_seconds: float = 0.0
) -> subprocess.Popen[str]:
    """Start writing in a process of its own; `finish` waits for it.

    `past_seconds` of the log are written at once, as if it had been running for so long.
    """
    command = [sys.executable, "-m", "benchmarks.writer", str(template), str(into)]
    command += [f"--rate={rate}", f"--seconds={seconds}", f"--past={past_seconds}"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def finish(writer: subprocess.Popen[str], *, now: bool = False) -> dict[str, Any]:
    """Wait for the end of a writer, or end it now; return what it told."""
    if now:
        writer.terminate()
    told, _ = writer.communicate()
    return dict(json.loads(told.splitlines()[-1]))


def write(given: argparse.Namespace, stop: threading.Event) -> dict[str, Any]:
    """Append lines of the prepared log, each when it is due, until told to stop."""
    gap_ns = 1e9 / given.rate
    past, wanted = round(given.past * given.rate), round(given.seconds * given.rate)
    latest_ms, written, batches = 0.0, -past, []
    with given.template.open("rb") as log, given.into.open("ab", buffering=0) as out:
        begun = time.time_ns()
        while written < wanted and not stop.is_set():
            now = time.time_ns()
            due = min(wanted, int((now - begun) / gap_ns) + 1)
            if due > written:
                if written >= 0:
                    latest_ms = max(latest_ms, (now - begun - written * gap_ns) / 1e6)
                lines = islice(log, due - written)
                stamps = (begun + round(number * gap_ns) for number in range(written, due))
                out.write(b"".join(map(_stamped, lines, stamps)))
                written = due
                batches.append((past + written, time.time_ns()))
            stop.wait(BATCH_SECONDS)
    told = {"lines": past + written, "begun_ns": begun, "gap_ns": gap_ns, "latest_ms": latest_ms}
    return told | {"batches": batches}


def _stamped(line: bytes, ts_ns: int) -> bytes:
    return _STAMP.sub(b'"ts_ns": %d' % ts_ns, line, count=1)


def main() -> None:
    """Write as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.writer", description=__doc__)
    parser.add_argument("template", type=Path)
    parser.add_argument("into", type=Path)
    for name in "rate", "seconds", "past":
        parser.add_argument(f"--{name}", type=float, default=0.0)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    print(json.dumps(write(parser.parse_args(), stop)), flush=True)


if __name__ == "__main__":
    main()
