"""The trend of a telemetry's health: three windows, and whether it gets worse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources import JsonlSource
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.frames import shaped
from metrics.telemetry_trends import telemetry_trends
from tests.metrics.told_account import OWNER, at

NOW = at("2026-01-31T00:00:00")
HOUR, DAY = 3_600.0, 86_400.0


def snapshots(*told: tuple[float, str | None, float | None]) -> pd.DataFrame:
    """The frame of (hours ago, severity, MB)."""
    rows = [
        {"ts_event": NOW - pd.Timedelta(hours=ago), "severity": severity, "disk_usage_mb": disk}
        for ago, severity, disk in told
    ]
    return shaped("telemetry_health", rows, **OWNER)


def trends(*told: tuple[float, str | None, float | None]) -> list[dict[str, Any]]:
    return telemetry_trends({"telemetry_health": snapshots(*told)}, at=NOW).to_dict("records")


def test_three_windows() -> None:
    """A day, a week, a month: how many, the worst, how many warn, the disk; later ones not yet."""
    rows = trends(
        (-1, "critical", 9.0), (1, "ok", 10.0), (23, "warning", 30.0), (24, "critical", 500.0),
        (6 * 24, "ok", 20.0), (29 * 24, "critical", 60.0), (31 * 24, "critical", 900.0),
    )  # fmt: skip
    assert [row["window_seconds"] for row in rows] == [DAY, 7 * DAY, 30 * DAY]
    assert [row["snapshots_total"] for row in rows] == [2, 4, 5]
    assert [row["worst"] for row in rows] == ["warning", "critical", "critical"]
    assert [row["warning_total"] for row in rows] == [1, 1, 1]
    assert [row["critical_total"] for row in rows] == [0, 1, 2]
    assert [row["disk_mean_mb"] for row in rows] == [20.0, 140.0, 124.0]
    assert [row["disk_most_mb"] for row in rows] == [30.0, 500.0, 500.0]
    assert {row["as_of"] for row in rows} == {NOW - pd.Timedelta(hours=1)}
    assert {row["source"] for row in rows} == {OWNER["source"]}


def test_a_window_without_a_snapshot() -> None:
    """None of a day is 0, and nothing is said of its worst or its disk."""
    day, week, _ = trends((30, "ok", 1.0))
    assert (day["snapshots_total"], week["worst"]) == (0, "ok")
    assert pd.isna(day["worst"])
    assert pd.isna(day["disk_most_mb"])


def test_a_severity_that_nobody_knows_is_not_ok() -> None:
    """A word of their own, or none, is `unknown`, which is worse than ok."""
    assert trends((1, "ok", 1.0), (2, "purple", 1.0))[0]["worst"] == "unknown"
    assert trends((1, "ok", 1.0), (2, None, 1.0))[0]["worst"] == "unknown"


W, C = "warning", "critical"
TRENDS = [
    ("two are too few", [C, C], [1, 1], "unknown", "2 of at least 3 snapshots"),
    ("all is well", ["ok"] * 10, [5] * 10, "steady", None),
    ("half critical", ["ok", C] * 5, [5] * 10, "degrading", "5 of the last 10 snapshots are crit"),
    ("less than half", ["ok"] * 6 + [C] * 4, [5] * 10, "steady", None),
    ("seven bad", ["ok"] * 3 + [W] * 4 + [C] * 3, [5] * 10, "degrading", "7 of the last 10 sn"),
    ("six bad", ["ok"] * 4 + [W] * 6, [5] * 10, "steady", None),
    ("disk grows", ["ok"] * 4, [10, 10, 12, 12.1], "degrading", "from 10.0 to 12.1 MB within"),
    ("disk hardly", ["ok"] * 4, [10, 10, 12, 12], "steady", None),
    ("disk unknown", ["ok"] * 4, [None] * 4, "steady", None),
    ("long ago", [C] * 9 + ["ok"] * 10, [5] * 19, "steady", None),
]


@pytest.mark.parametrize(
    ("severities", "disk", "trend", "why"),
    [case[1:] for case in TRENDS],
    ids=[case[0] for case in TRENDS],
)
def test_whether_it_gets_worse(
    severities: list[str], disk: list[float | None], trend: str, why: str | None
) -> None:
    """By the ten newest, at each of the limits, whichever window is asked for."""
    hours = range(len(severities), 0, -1)
    rows = trends(*zip(map(float, hours), severities, disk, strict=True))
    assert {row["trend"] for row in rows} == {trend}
    assert {row["n"] for row in rows} == {min(10, len(severities))}
    assert all(row["reason"] == why if why is None else why in row["reason"] for row in rows)


def test_from_the_systems_own_file(tmp_path: Path) -> None:
    """A line of `telemetry_health_snapshots.jsonl` is one snapshot, its percent are ratios."""
    measured = {"disk_usage_mb": 1_600.5, "disk_usage_pct": 78.1, "retention_staleness_hours": None}
    measured |= {"compression_failure_rate": 2.5, "parse_error_rate": 12.0}
    lines = [
        {"schema_version": 1, "ts_utc": f"2026-01-30T1{n}:00:00+00:00", "severity": word,
         "metrics": measured, "checks": []}
        for n, word in enumerate(("ok", "warn", "critical"))
    ]  # fmt: skip
    file = tmp_path / "telemetry_health_snapshots.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    events = JsonlSource(file, dialect="peak_trade").read().frame
    told = frame_of(events, load_dialect("peak_trade"), "telemetry_health")
    assert told["severity"].tolist() == ["ok", "warning", "critical"]
    assert told["parse_error_ratio"].tolist() == [0.12] * 3
    assert told["compression_failure_ratio"].tolist() == [0.025] * 3
    assert told["retention_staleness_hours"].isna().all()
    day = telemetry_trends({"telemetry_health": told}, at=NOW).iloc[0]
    assert (day["snapshots_total"], day["worst"], day["disk_most_mb"]) == (3, "critical", 1_600.5)


def test_nothing_told() -> None:
    """No frame, no rows: no row."""
    assert telemetry_trends({}).empty
    assert telemetry_trends({"telemetry_health": snapshots()}, at=NOW).empty
