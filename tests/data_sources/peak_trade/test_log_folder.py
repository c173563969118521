"""The checks of the telemetry, measured from the files of the folder itself."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources.log_folder import LogFolderSource

GOLDEN = "peak_trade/fixtures/execution_telemetry"
NOW = 1_795_000_000
GOOD = b'{"ts": "2026-01-01T00:00:00Z", "kind": "fill", "payload": {}}\n'


def log(folder: Path, name: str, data: bytes, hours_old: float = 0.0) -> Path:
    """A file that was written some hours ago."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    aged(path, hours_old)
    return path


def aged(path: Path, hours_old: float) -> None:
    os.utime(path, (NOW - hours_old * 3_600,) * 2)


def checks(folder: Path) -> dict[str, dict[str, Any]]:
    """The rows by name, without `telemetry`."""
    reading = LogFolderSource(folder, now=lambda: NOW).read()
    assert (reading.state, reading.problem) == ("ok", None)
    rows = reading.frame.astype(object).to_dict("records")
    return {row["name"].removeprefix("telemetry "): row for row in rows}


def test_the_golden_fixtures_and_a_good_log(tmp_path: Path, realdata: Path) -> None:
    """Of four logs the three newest are looked into: 3 bad of 25 lines, 12 %, exit code 2."""
    for name, hours_old in (("ok", 3), ("latency", 2), ("bad_lines", 1)):
        file = shutil.copy(realdata / GOLDEN / f"golden_session_{name}.jsonl", tmp_path)
        aged(Path(file), hours_old)
    log(tmp_path, "five.jsonl", GOOD * 5)
    log(tmp_path, ".last_retention_run", b"", hours_old=1)
    found = checks(tmp_path)
    row = found["parse_error_rate"]
    assert row["state"] == "degraded"
    assert row["detail"].startswith("12 % (3 bad of 25 lines in 3 of 4 logs), warns from 5 %")
    assert row["detail"].endswith("exit code 2")
    assert found["health"]["state"] == "degraded"
    assert found["health"]["detail"] == "telemetry parse_error_rate; exit code 2"
    assert {row["as_of"] for row in found.values()} == {pd.Timestamp(NOW, unit="s", tz="UTC")}


@pytest.mark.parametrize(
    ("hours_old", "state"), [(0, "ok"), (47.9, "ok"), (48, "degraded"), (168, "down"), (-5, "ok")]
)
def test_when_somebody_tidied_up(tmp_path: Path, hours_old: float, state: str) -> None:
    """By the marker, also where a log was compressed since; one of the future is of now."""
    log(tmp_path, "a.jsonl.gz", gzip.compress(GOOD), hours_old=500)
    assert checks(tmp_path)["retention_staleness"]["state"] == "down"
    log(tmp_path, ".last_retention_run", b"", hours_old)
    assert checks(tmp_path)["retention_staleness"]["state"] == state


def test_what_hardly_moved_is_not_told_anew(tmp_path: Path) -> None:
    """A minute and a byte later the rows are the same but for their time: no new state to keep."""
    log(tmp_path, "a.jsonl", GOOD, hours_old=1)
    log(tmp_path, ".last_retention_run", b"", hours_old=5)
    told = []
    for later in (0, 60):
        frame = LogFolderSource(tmp_path, now=lambda later=later: NOW + later).read().frame
        told.append(frame.drop(columns="as_of"))
        log(tmp_path, "a.jsonl", GOOD + b" ")
    pd.testing.assert_frame_equal(*told)
    assert "5 h," in told[0].set_index("name").loc["telemetry retention_staleness", "detail"]


def test_without_evidence_nothing_is_ok(tmp_path: Path) -> None:
    """Defect 23: an empty folder takes no room; whether it is tidied and readable nobody knows."""
    states = {name: row["state"] for name, row in checks(tmp_path).items()}
    unknown = ("retention_staleness", "compression_failures", "parse_error_rate", "health")
    assert states == {"disk_usage": "ok", **dict.fromkeys(unknown, "unknown")}
    assert "exit code" not in checks(tmp_path)["health"]["detail"]


def test_left_over_files_and_the_size(tmp_path: Path) -> None:
    """2 left behind of 8 logs are 25 %, critical; the size is of all files, also of those below."""
    for number in range(7):
        log(tmp_path, f"{number}.jsonl", GOOD)
    log(tmp_path, "old/a.jsonl.gz", gzip.compress(GOOD))
    for number in range(2):
        log(tmp_path, f"{number}.jsonl.gz.tmp", b"x")
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(1_500 << 20)
    found = checks(tmp_path)
    assert found["compression_failures"]["state"] == "down"
    assert "25 % (2 left behind of 8 logs)" in found["compression_failures"]["detail"]
    assert found["disk_usage"]["state"] == "degraded"
    assert found["disk_usage"]["detail"].startswith("1500 MB,")
    assert found["health"]["detail"] == "telemetry compression_failures; exit code 3"


def test_what_counts_as_a_bad_line(tmp_path: Path) -> None:
    """No object is bad; blank lines are none, one without an end is unfinished; 1,000 are read."""
    log(tmp_path, "a.jsonl", b'[1]\n\n  \n"x"\n' + GOOD * 2 + b'{"ts": 1')
    assert "50 % (2 bad of 4 lines" in checks(tmp_path)["parse_error_rate"]["detail"]
    log(tmp_path, "a.jsonl", GOOD * 1_000 + b"bad\n" * 500)
    assert "0 % (0 bad of 1000 lines" in checks(tmp_path)["parse_error_rate"]["detail"]


def test_compressed_logs_are_looked_into(tmp_path: Path) -> None:
    """Three of each sort; a bomb is unfolded to 4 MiB, one that is cut off tells what it has."""
    for number in range(4):
        log(tmp_path, f"{number}.jsonl.gz", gzip.compress(GOOD * 9 + b"bad\n"), hours_old=number)
        log(tmp_path, f"{number}.jsonl", GOOD * 10, hours_old=number)
    told = checks(tmp_path)["parse_error_rate"]["detail"]
    assert told.startswith("5 % (3 bad of 60 lines in 6 of 8 logs)")
    folder = tmp_path / "odd"
    log(folder, "bomb.jsonl.gz", gzip.compress(b" " * 30_000_000, compresslevel=1))
    packed = gzip.compress(b"".join(json.dumps({"n": n}).encode() + b"\n" for n in range(900)))
    log(folder, "cut.jsonl.gz", packed[:-200])
    told = checks(folder)["parse_error_rate"]["detail"]
    assert told.startswith("0 % (0 bad of ")
    assert "in 2 of 2 logs" in told


def test_what_cannot_be_looked_at_is_named(tmp_path: Path) -> None:
    """No gzip, a link out of the folder, a FIFO: named or left out, and nothing hangs."""
    log(tmp_path, "logs/a.jsonl", GOOD)
    log(tmp_path, "logs/b.jsonl.gz", b"no gzip")
    (tmp_path / "logs/link.jsonl").symlink_to(log(tmp_path, "outside.jsonl", b"bad\n"))
    os.mkfifo(tmp_path / "logs/fifo.jsonl")
    reading = LogFolderSource(tmp_path / "logs", now=lambda: NOW).read()
    assert reading.state == "degraded"
    assert "b.jsonl.gz: is no gzip" in str(reading.problem)
    told = reading.frame.set_index("name").loc["telemetry parse_error_rate", "detail"]
    assert "0 bad of 1 lines in 1 of 2 logs" in told


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    """Not there: waited for. A file in its place: unreadable. Neither gives a row."""
    path = tmp_path / "logs"
    source = LogFolderSource(path)
    assert (source.read().state, len(source.read().frame)) == ("waiting", 0)
    path.write_text("x")
    reading = source.read()
    assert (reading.state, len(reading.frame)) == ("unreadable", 0)
    assert str(path) in str(reading.problem)
