"""Health snapshots of the telemetry: each measure against the limits of its check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources import JsonlSource
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from desk.desk import Desk
from desk.origin import origin
from tests.desk.small_desk import wait_for


def snapshot(minute: int = 0, **metrics: Any) -> str:
    """A line of `telemetry_health_snapshots.jsonl`."""
    at = f"2026-01-01T00:0{minute}:00+00:00"
    record = {"schema_version": 1, "ts_utc": at, "severity": "warn", "checks": []}
    return json.dumps(record | {"metrics": metrics}) + "\n"


def checks(folder: Path, **metrics: Any) -> pd.DataFrame:
    """The rows of `services` by name."""
    (folder / "telemetry_health_snapshots.jsonl").write_text(snapshot(**metrics))
    events = JsonlSource(folder, dialect="peak_trade").read().frame
    return frame_of(events, load_dialect("peak_trade"), "services").set_index("name")


def test_twelve_percent_of_bad_lines_warn_with_exit_code_two(tmp_path: Path) -> None:
    """3 bad of 25 lines are 12 %: the check warns and its program would end with 2."""
    row = checks(tmp_path, parse_error_rate=12.0).loc["telemetry parse_error_rate"]
    assert row["state"] == "degraded"
    assert "12 %" in row["detail"]
    assert "exit code 2" in row["detail"]
    assert row["as_of"] == pd.Timestamp("2026-01-01T00:00:00Z")


LIMITS = [
    ("disk_usage_mb", "disk_usage", 1_500, 1_900),
    ("retention_staleness_hours", "retention_staleness", 48, 168),
    ("compression_failure_rate", "compression_failures", 10, 25),
    ("parse_error_rate", "parse_error_rate", 5, 15),
]


@pytest.mark.parametrize(("metric", "name", "warns", "critical"), LIMITS)
def test_a_check_changes_at_its_limit(
    tmp_path: Path, metric: str, name: str, warns: float, critical: float
) -> None:
    """Defect 23: below its first limit ok, at it degraded, at the second down; else unknown."""
    told = [
        (0, "ok"), (warns - 0.01, "ok"), (warns, "degraded"), (critical - 0.01, "degraded"),
        (critical, "down"), (None, "unknown"), ("odd", "unknown"),
    ]  # fmt: skip
    for value, state in told:
        assert checks(tmp_path, **{metric: value}).loc[f"telemetry {name}", "state"] == state, value


def test_what_no_check_measures_is_no_row(tmp_path: Path) -> None:
    """The share of the disk repeats its megabytes; a measure that is not there has no check."""
    assert checks(tmp_path, disk_usage_pct=5.0, disk_usage_mb=100).index.tolist() == [
        "telemetry disk_usage"
    ]


def test_a_desk_tells_the_newest_of_each(tmp_path: Path) -> None:
    """Three snapshots, the last without the disk: the disk stays as it was told last."""
    lines = snapshot(0, parse_error_rate=20, disk_usage_mb=1), snapshot(1, parse_error_rate=6)
    (tmp_path / "telemetry_health_snapshots.jsonl").write_text(
        "".join(lines) + snapshot(2, parse_error_rate=0.5)
    )
    source = JsonlSource(tmp_path, dialect="peak_trade", name="peak")
    desk = Desk([origin("peak", source)], state_dir=tmp_path / "state")
    desk.start()
    try:
        wait_for(lambda: desk.sources()[0]["accepted"] == 3 and not desk.not_ready())
        found = desk.frame("services").set_index("name")["state"]
    finally:
        desk.stop()
    assert found.to_dict() == {"telemetry disk_usage": "ok", "telemetry parse_error_rate": "ok"}
