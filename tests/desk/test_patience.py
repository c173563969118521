"""A log of a bot that trades at an exchange does not grow stale while that exchange is shut."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from data_sources.calendar import MarketCalendar
from data_sources.calendar_ahead import calendar_ahead
from data_sources.jsonl import JsonlSource
from desk.origin import Origin, origin
from desk.past_sources import rows_at

FRIDAY = "2025-11-21T20:30:00Z"
"""Half an hour before New York's close; 21,900 s of trading later it is Monday, 20:05."""


def ns(text: str) -> int:
    return int(pd.Timestamp(text).value)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A folder with the line of one cycle, on a Friday."""
    line = {"timestamp": FRIDAY, "event_type": "cycle_complete", "nav": 1.0}
    (tmp_path / "performance.jsonl").write_text(json.dumps(line) + "\n")
    return tmp_path


def read(source: JsonlSource, now: str) -> Origin:
    """Return the source as the desk keeps it, read once."""
    kept = origin("bot", source)
    kept.take(source.read(), ns(now))
    calendar_ahead("XNYS").calendar()
    return kept


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2025-11-21T20:30:30Z", "ok"),
        ("2025-11-22T16:00:00Z", "ok"),  # Saturday
        ("2025-11-24T14:35:00Z", "ok"),  # Monday, before the first cycle
        ("2025-11-24T20:04:00Z", "ok"),
        ("2025-11-24T20:06:00Z", "stale"),
        ("2025-11-24T23:00:00Z", "stale"),  # it was missing before the close
    ],
)
@pytest.mark.parametrize("dialect", ["stock_trader", "auto"])
def test_closed_is_not_stale(log: Path, now: str, state: str, dialect: str) -> None:
    """Time passes while New York trades: over a weekend a log is as fresh as at the close."""
    kept = read(JsonlSource(log, dialect=dialect), now)
    row = kept.row(ns(now))
    assert row["state"] == state
    assert row["stale_after_seconds"] == (ns("2025-11-24T20:05:00Z") - ns(FRIDAY)) / 1e9
    (then,) = rows_at([kept], {"bot": ns(FRIDAY)}, ns(now), ns("2025-12-01T00:00:00Z"))
    assert (then["state"], then["stale_after_seconds"]) == (state, row["stale_after_seconds"])


def test_what_is_configured_goes_first(log: Path) -> None:
    """A configured threshold counts at any hour."""
    kept = read(JsonlSource(log, dialect="stock_trader", stale_after_seconds=60), FRIDAY)
    assert kept.row(ns(FRIDAY) + 61 * 10**9)["state"] == "stale"
    assert kept.row(ns(FRIDAY) + 59 * 10**9)["state"] == "ok"


def test_other_systems_work_at_any_hour(tmp_path: Path) -> None:
    """A log whose dialect names no pace is stale after ten seconds, on a Saturday too."""
    (tmp_path / "aurora_events.jsonl").write_text(
        json.dumps({"event_code": "HEALTH.OK", "ts_ns": ns("2025-11-22T16:00:00Z")}) + "\n"
    )
    kept = read(JsonlSource(tmp_path, dialect="aurora"), "2025-11-22T16:00:00Z")
    assert kept.row(ns("2025-11-22T16:00:09Z"))["state"] == "ok"
    assert kept.row(ns("2025-11-22T16:00:11Z"))["state"] == "stale"


@pytest.mark.parametrize(
    ("start", "seconds", "end"),
    [
        ("2025-11-26T14:00:00Z", 60, "2025-11-26T14:31:00Z"),  # before the open
        ("2025-11-26T20:59:00Z", 60, "2025-11-26T21:00:00Z"),  # to the close
        ("2025-11-26T20:59:00Z", 61, "2025-11-28T14:30:01Z"),  # over Thanksgiving
        ("2025-11-28T17:00:00Z", 3 * 3600, "2025-12-01T16:30:00Z"),  # over the half day after it
        ("2025-11-22T16:00:00Z", 0, "2025-11-24T14:30:00Z"),
        ("2025-10-31T15:00:00Z", 10 * 23_400, "2025-11-14T16:00:00Z"),  # two weeks, DST ends
    ],
)
def test_moments_of_trading(start: str, seconds: float, end: str) -> None:
    """Seconds of trading are counted from session to session."""
    assert MarketCalendar("XNYS").after(pd.Timestamp(start), seconds) == pd.Timestamp(end)


def test_an_end_of_the_calendar() -> None:
    """Where the calendar ends first, its last close is all that is known."""
    far = MarketCalendar("XNYS").after(pd.Timestamp("2025-11-26T14:00:00Z"), 1e12)
    assert far > pd.Timestamp("2026-12-30T00:00:00Z")
