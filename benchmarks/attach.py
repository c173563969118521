"""`--attach` on the real files of five systems: how long it takes, and is the mapping right?

The files are named by DESKWATCH_REALDATA; without it nothing is measured. A line is right when its
event is of an agreed kind (`other` says that nobody knew it) and has a time that the line itself
tells, or none where it tells none. What a line tells is found by other code than ours: every value
below a key that is called like a time, read by pandas, those without a zone in the zone that its
writer is known to keep: UTC, but New York of RICK's supervisor.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.figure import Figure, Reach
from benchmarks.fresh import ROOT, fresh, interleaved, middle
from benchmarks.scratch import folder

VARIABLE = "DESKWATCH_REALDATA"
KEY_OF_TIME = re.compile(r"(^|_)(ts|time|timestamp|datetime|date|at|utc)(_|$)", re.IGNORECASE)
WRITERS: dict[object, str] = {"dashboard_supervisor": "America/New_York"}
"""`source` of a line → the zone of its times, where that is not UTC."""
DATED = re.compile(r"\d{4}-\d\d-\d\d")
RIVAL = "pandas.read_json(lines=True) of the same files, json.loads where that fails"
CLOCK_FILES = ("market_data_sequence.jsonl",)
"""Beside it, files with a line for each of its lines and no times have those of its lines."""


def measure(*, quick: bool) -> Iterator[Figure]:
    """Measure the time in turn with the rival, then compare every line."""
    root = os.environ.get(VARIABLE)
    if not root:
        print(f"attach: {VARIABLE} names no folder of real files: not measured", file=sys.stderr)
        return
    rounds = 1 if quick else 5
    ours, theirs = interleaved(rounds, lambda: _printed(root), lambda: _read_plainly(root))
    yield Figure(
        "attach_seconds", middle(ours, "wall_seconds"), "s", RIVAL,
        middle(theirs, "wall_seconds"), Reach(5.0), rounds,
        f"wall time from the start of the process until the mapping is printed; CPU "
        f"{middle(ours, 'cpu_seconds'):.1f} s, rival {middle(theirs, 'cpu_seconds'):.1f} s; "
        f"{theirs[0]['files']} logs of five systems",
    )  # fmt: skip
    found = fresh("benchmarks.attach:compared", root=root)
    wrong = ", ".join(f"{reason} {n}" for reason, n in found["reasons"].items())
    yield Figure(
        "attach_lines_not_right", _share(found, "right"), "%",
        "pandas.read_json(lines=True) and the dates that it finds", _share(found, "pandas"),
        Reach(5.0), found["lines"],
        f"{found['right']} of {found['lines']} lines are of an agreed kind and have the time that "
        f"they tell, or none where they tell none ({found['none']}); the rest: {wrong}",
    )  # fmt: skip


def _share(found: dict[str, Any], name: str) -> float:
    return float(100 * (1 - found[name] / found["lines"]))


def _printed(root: str) -> dict[str, float]:
    """Start the program, and stop it when the mapping stands there."""
    command = [sys.executable, str(ROOT / "app.py"), "--attach", root, "--port", "0"]
    command += ["--state-dir", str(folder("state"))]
    begun = time.monotonic()
    program = subprocess.Popen(command, cwd=folder("empty"), stdout=subprocess.PIPE, text=True)
    try:
        assert program.stdout is not None
        # It is printed at once.
        next(line for line in program.stdout if line.startswith("Attached "))
        wall = time.monotonic() - begun
        ticks = Path(f"/proc/{program.pid}/stat").read_text().rpartition(")")[2].split()
        cpu = (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")
        return {"wall_seconds": wall, "cpu_seconds": cpu}
    finally:
        program.terminate()
        program.wait(timeout=30)


def _read_plainly(root: str) -> dict[str, Any]:
    begun = time.monotonic()
    found = fresh("benchmarks.attach:plainly", root=root)
    return dict(found) | {"wall_seconds": time.monotonic() - begun}


def plainly(root: str) -> dict[str, Any]:
    """The rival, in a process of its own; what it imports is part of it, as it is of ours."""
    import pandas as pd

    files = sorted(Path(root).rglob("*.jsonl"))
    for file in files:
        try:
            pd.read_json(file, lines=True)
        except ValueError:
            for line in file.read_text().splitlines():
                _parsed(line)
    return {"files": len(files), "cpu_seconds": time.process_time()}


def compared(root: str) -> dict[str, Any]:
    """Read every attached log, and compare each line's time with what the line tells."""
    from data_sources.attach import attach
    from data_sources.jsonl import JsonlSource

    seen: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for name, table in attach(root).sources().items():
        if table["kind"] != "jsonl":
            continue
        wanted = table.get("files")
        source = JsonlSource(table["path"], dialect=table["dialect"], files=wanted, name=name)
        rows = _rows(source)
        for file in _files(Path(table["path"]), wanted):
            lines = _lines(file)
            _compare(lines, rows.get(file, {}), seen, reasons)
            seen["pandas"] += _right_by_pandas(file, lines)
    return {**seen, "reasons": dict(reasons.most_common())}


class _Row(NamedTuple):
    """The time of a line's event, ns, None where it has none; whether its kind is an agreed one."""

    ns: int | None
    agreed: bool


def _rows(source: Any) -> dict[Path, dict[int, _Row]]:
    """File → where a line begins → what its event is."""
    found: dict[Path, dict[int, _Row]] = {}
    more = True
    while more:
        reading = source.read()
        more = reading.more
        frame = reading.frame
        times = frame["ts_event"].array.asi8.tolist()
        columns = (frame[name].tolist() for name in ("raw_generation", "raw_offset", "kind"))
        for generation, offset, kind, ns in zip(*columns, times, strict=True):
            file = source._tail.file_of(generation)
            # A twin or a test's row that nobody knew is no more known for that.
            agreed = kind.rpartition(".")[2] != "other"
            found.setdefault(file, {})[offset] = _Row(ns if ns > 0 else None, agreed)
    return found


def _files(path: Path, wanted: list[str] | None) -> list[Path]:
    if wanted is not None:
        return [path / name for name in wanted]
    return [path] if path.is_file() else sorted(path.rglob("*.jsonl"))


class _Line(NamedTuple):
    """Where a line begins, and the times that it tells, or the clock file's line beside it."""

    begins: int
    times: list[int]


def _lines(file: Path) -> list[_Line]:
    clocks = [file.parent / name for name in CLOCK_FILES if (file.parent / name).exists()]
    ticks = clocks[0].read_text().splitlines() if clocks else []
    whole = file.read_bytes().splitlines(keepends=True)
    ticks = ticks if len(ticks) <= len(whole) else []
    found: list[_Line] = []
    offset = 0
    for raw in whole:
        begins, offset = offset, offset + len(raw)
        if raw.strip():
            times = _told(_parsed(raw.decode("utf-8", "replace")))
            if not times and len(found) < len(ticks):
                times = _told(_parsed(ticks[len(found)]))
            found.append(_Line(begins, times))
    return found


def _compare(
    lines: list[_Line], rows: dict[int, _Row], seen: Counter[str], reasons: Counter[str]
) -> None:
    for begins, times in lines:
        seen["lines"] += 1
        row = rows.get(begins)
        if row is None:
            reasons["no JSON object"] += 1
            continue
        ns = row.ns
        if not row.agreed:
            reasons["of no agreed kind"] += 1
        elif ns is None and times:
            reasons["tells a time that was not found"] += 1
        elif ns is not None and not _near(ns, times):
            reasons["another time"] += 1
        else:
            seen["right"] += 1
            seen["none"] += ns is None


def _right_by_pandas(file: Path, lines: list[_Line]) -> int:
    """How many lines of a file pandas gives a time that they tell, or none where they tell none."""
    import pandas as pd

    try:
        frame = pd.read_json(file, lines=True)
    except ValueError:
        return 0
    dates = frame.select_dtypes(["datetime64", "datetimetz"])
    right = 0
    for (_, times), (_, row) in zip(lines, dates.iterrows(), strict=False):
        found = [moment.as_unit("ns").value for moment in row.dropna()]
        right += any(_near(ns, times) for ns in found) if times else not found
    return right


def _near(ns: int, times: list[int]) -> bool:
    """Whether it is one of these times, to the millisecond."""
    return any(abs(ns - each) < 1_000_000 for each in times)


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _told(value: Any, key: str = "", zone: str = "UTC") -> list[int]:
    """All times that a value tells, in nanoseconds."""
    import pandas as pd

    if isinstance(value, dict):
        writer = value.get("source")
        zone = WRITERS.get(writer, zone) if isinstance(writer, str) else zone
        return [ns for name, inner in value.items() for ns in _told(inner, name, zone)]
    if not KEY_OF_TIME.search(key) or isinstance(value, bool | list | None):
        return []
    if isinstance(value, str) and value.replace(".", "", 1).isdigit():
        value = float(value)
    if isinstance(value, int | float):
        sizes = ((1e17, 1), (1e14, 10**3), (1e11, 10**6), (1e8, 10**9))
        unit = next((unit for size, unit in sizes if value > size), 0)
        return [round(value * unit)] if unit else []
    if not DATED.match(value):
        return []
    moment = pd.Timestamp(value)
    return [int((moment.tz_localize(zone) if moment.tz is None else moment).value)]
