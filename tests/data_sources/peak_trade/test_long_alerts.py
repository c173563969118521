"""Alerts of a run whose file is longer than what is read of it: each leads back to its line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from data_sources.run_folders.alerts import ALERT_BYTES
from tests.data_sources.peak_trade.run_files import runs_of, write_run

LINE = '{"rule_id": "r%07d", "message": "%s"}'


def test_an_alert_of_a_file_of_3_mb_is_where_its_offset_says(tmp_path: Path) -> None:
    """`raw_offset` counts from the file's beginning, also once more lines were added."""
    lines = [LINE % (number, "m" * (7 * number % 5_000)) for number in range(1_400)]
    file = write_run(tmp_path, alerts=lines) / "alerts.jsonl"
    assert file.stat().st_size > 3_000_000
    source = runs_of(tmp_path)
    for _ in range(2):
        alerts, data = source.read().frames["alerts"], file.read_bytes()
        assert len(alerts) > 700
        for row in alerts.itertuples():
            stands = data[row.raw_offset : data.index(b"\n", row.raw_offset)]
            assert json.loads(stands)["rule_id"] == row.title
        last = alerts.iloc[-1]
        told = source.raw_line(last["raw_generation"], int(last["raw_offset"]))
        assert json.loads(told)["rule_id"] == last["title"]
        with file.open("a") as stream:
            stream.write(LINE % (9_999_999, "later") + "\n")


def test_a_file_of_just_what_is_read_loses_no_line(tmp_path: Path) -> None:
    """Its first line counts, and so does one that begins just where the reading does."""
    first = LINE % (1, "")
    for before in ("", "x\n"):
        padding = f"{' ' * (ALERT_BYTES - 2 * len(first) - 3)}\n"
        root = tmp_path / f"before{len(before)}"
        file = write_run(root) / "alerts.jsonl"
        file.write_text(f"{before}{first}\n{padding}{LINE % (2, '')}\n")
        assert file.stat().st_size == ALERT_BYTES + len(before)
        reading = runs_of(root).read()
        alerts = reading.frames["alerts"]
        assert alerts["title"].tolist() == ["r0000001", "r0000002"]
        assert int(alerts["raw_offset"].iloc[0]) == len(before)


@pytest.mark.parametrize("more", [-1, 0, 1, 2, 3])
def test_around_the_length_that_is_read_no_line_is_lost(tmp_path: Path, more: int) -> None:
    """2 MiB, a byte less or more: a line counts that begins in the last 2 MiB, or that is read."""
    first, last = LINE % (1, ""), LINE % (2, "")
    padding = " " * (ALERT_BYTES + more - len(first) - len(last) - 3)
    file = write_run(tmp_path) / "alerts.jsonl"
    file.write_text(f"{first}\n{padding}\n{last}\n")
    assert file.stat().st_size == ALERT_BYTES + more
    source = runs_of(tmp_path)
    alerts = source.read().frames["alerts"]
    assert alerts["title"].tolist() == (["r0000001", "r0000002"] if more < 2 else ["r0000002"])
    last_row = alerts.iloc[-1]
    assert source.raw_line(last_row["raw_generation"], int(last_row["raw_offset"])) == last


def test_no_line_is_read_back_that_is_no_alert_of_the_run(tmp_path: Path) -> None:
    """Other files, places between lines, and a link in the place of the file give nothing."""
    file = write_run(tmp_path, alerts=[LINE % (1, "")]) / "alerts.jsonl"
    source = runs_of(tmp_path)
    name = source.read().frames["alerts"].iloc[0]["raw_generation"]
    assert source.raw_line(name, 0) == LINE % (1, "")
    assert source.raw_line(name, 5) is None
    assert source.raw_line(f"../{name}", 0) is None
    assert source.raw_line(name.replace("alerts.jsonl", "meta.json"), 0) is None
    os.replace(file, tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert source.raw_line(name, 0) is None
