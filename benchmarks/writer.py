"""`python -m benchmarks.writer`: appends a prepared log to a file at an even pace, stamped anew.

Line number i is due i / rate seconds after the first. The last line on standard output is JSON: how
many lines, when the first was due, and how late the writer itself was.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.fresh import ROOT

BATCH_SECONDS = 0.01
_STAMP = re.compile(rb'"ts_ns": ?\d{19}')


def start(template: Path, into: Path, rate: float, seconds: float) -> subprocess.Popen[str]:
    """Start writing in a process of its own; `finish` waits for it."""
    command = [sys.executable, "-m", "benchmarks.writer"]
    command += [str(template), str(into), str(rate), str(seconds)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def finish(writer: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for the end of a writer; return what it told."""
    told, _ = writer.communicate()
    return dict(json.loads(told))


def write(template: Path, into: Path, rate: float, seconds: float) -> dict[str, Any]:
    """Append `rate * seconds` lines of the prepared log, each when it is due."""
    wanted, written, latest_ms = round(rate * seconds), 0, 0.0
    gap_ns = 1e9 / rate
    with template.open("rb") as log, into.open("ab", buffering=0) as out:
        begun = time.time_ns()
        while written < wanted:
            now = time.time_ns()
            due = min(wanted, int((now - begun) / gap_ns) + 1)
            if due > written:
                latest_ms = max(latest_ms, (now - begun - written * gap_ns) / 1e6)
                lines = islice(log, due - written)
                stamps = (begun + round(number * gap_ns) for number in range(written, due))
                out.write(b"".join(map(_stamped, lines, stamps)))
                written = due
            time.sleep(BATCH_SECONDS)
    return {"lines": written, "begun_ns": begun, "gap_ns": gap_ns, "latest_ms": latest_ms}


def _stamped(line: bytes, ts_ns: int) -> bytes:
    return _STAMP.sub(b'"ts_ns": %d' % ts_ns, line, count=1)


if __name__ == "__main__":
    template, into, rate, seconds = sys.argv[1:]
    print(json.dumps(write(Path(template), Path(into), float(rate), float(seconds))))
