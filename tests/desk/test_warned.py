"""What was lost on the way, and how far behind a source is, stands in its row of `/api/sources`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from data_sources.jsonl import JsonlSource
from data_sources.reading import Counts
from desk.origin import Origin, origin
from desk.warned import warnings

NOW = 1_756_757_303_000_000_000
SECOND = 1_000_000_000


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "aurora_events.jsonl"


@pytest.fixture
def bot(log: Path) -> Origin:
    return origin("aurora", JsonlSource(str(log), dialect="aurora", clock=lambda: NOW))


def told(bot: Origin, now_ns: int = NOW, **options: Any) -> dict[str, Any]:
    bot.take(bot.source.read(**options), now_ns)
    return bot.row(now_ns)


def line(ts_ns: int = NOW) -> bytes:
    return b'{"event_code": "HEALTH.OK", "ts_ns": %d, "details": {}}\n' % ts_ns


def written(log: Path, data: bytes, ts_ns: int) -> None:
    """Append bytes as if it were that moment."""
    with log.open("ab") as more:
        more.write(data)
    os.utime(log, ns=(ts_ns, ts_ns))


def test_an_unfinished_line_is_as_old_as_its_first_bytes(log: Path, bot: Origin) -> None:
    """T02: how long a line waits for its newline is told, however slowly it grows."""
    written(log, line() + b'{"event', NOW - 90 * SECOND)
    row = told(bot)
    assert (row["partial_bytes"], row["partial_age_seconds"]) == (7, 90.0)
    written(log, b"_code", NOW)
    row = told(bot, NOW + 5 * SECOND)
    assert (row["partial_bytes"], row["partial_age_seconds"]) == (12, 95.0)
    written(log, b'": "HEALTH.OK", "ts_ns": %d}\n' % NOW, NOW + 6 * SECOND)
    row = told(bot, NOW + 6 * SECOND)
    assert (row["partial_bytes"], row["partial_age_seconds"]) == (0, None)
    assert row["accepted"] == 2
    assert row["warnings"] == []


def test_bytes_that_were_not_read_yet_are_told(log: Path, bot: Origin) -> None:
    """A source that is behind looks like one: what lies in its open files unread has a number."""
    log.write_bytes(line() * 40_000)
    size = log.stat().st_size
    row = told(bot, limit_bytes=1 << 20)
    assert row["unread_bytes"] == size - row["bytes_read"] > 0
    while row["unread_bytes"]:
        row = told(bot)
    assert row["bytes_read"] == size


def test_a_hole_of_nuls_is_told_with_its_size(log: Path, bot: Origin) -> None:
    """T11, T12: a crash left a mebibyte of NULs: one warning names the bound of what is lost."""
    log.write_bytes(line() + bytes(1 << 20) + line())
    row = told(bot)
    assert (row["accepted"], row["nul_bytes"]) == (2, 1 << 20)
    (said,) = row["warnings"]
    assert said.startswith("1,048,576 NUL bytes passed over")


def test_a_truncated_and_an_overwritten_file_are_told_apart(log: Path, bot: Origin) -> None:
    """T14: why a generation began stands in the row of its source."""
    log.write_bytes(line(NOW - 3 * SECOND) * 3)
    told(bot)
    log.write_bytes(line(NOW - 2 * SECOND))
    assert told(bot)["generations"] == {"new": 1, "truncated": 1}
    log.write_bytes(line(NOW - SECOND) * 5)
    row = told(bot)
    assert row["generations"] == {"new": 1, "truncated": 1, "marker": 1}
    assert row["accepted"] == 9


def test_a_file_that_went_before_its_end_was_read_is_a_warning() -> None:
    """How many lines it still held is not known: that is said, in words that count."""
    assert warnings(Counts()) == []
    assert warnings(Counts(missed=1))[0].startswith("1 file ended where nobody could look")
    assert warnings(Counts(missed=2))[0].startswith("2 files ended where nobody could look")


def test_times_without_a_zone_and_lines_without_a_time_are_flagged(log: Path, bot: Origin) -> None:
    """Both are accepted, never refused: but nobody may take them for times that were told."""
    naive = b'{"event_code": "HEALTH.OK", "timestamp": "2025-09-01T12:00:00", "details": {}}\n'
    log.write_bytes(line() + naive * 2 + b'{"event_code": "HEALTH.OK", "details": {}}\n')
    row = told(bot)
    assert (row["accepted"], row["naive"], row["untimed"]) == (4, 2, 1)
    zone, time = row["warnings"]
    assert zone.startswith("2 times without a zone, read as UTC, or as their dialect says:")
    assert time.startswith("1 record without a time that can be read")


def test_a_zone_that_was_told_is_named(log: Path) -> None:
    """A source that was given its zone says in which it reads."""
    log.write_bytes(b'{"event_code": "HEALTH.OK", "timestamp": "2025-09-01T12:00:00"}\n')
    source = JsonlSource(str(log), dialect="aurora", timezone="Europe/Kyiv", clock=lambda: NOW)
    row = told(origin("aurora", source))
    assert row["newest_ts_event"] == "2025-09-01T09:00:00Z"
    assert "1 time without a zone, read as Europe/Kyiv" in row["warnings"][0]


def test_what_a_stream_lost_stays_told_when_its_state_is_well_again() -> None:
    """Entries that were trimmed unread and gaps in a stream: the state forgets them, this not."""
    assert warnings(Counts(generations={"connections": 3, "gaps": 0, "new": 2})) == []
    (said,) = warnings(Counts(generations={"new": 2, "lost": 1}))
    assert said == "1 entry of its streams gone before being read"
    (said,) = warnings(Counts(generations={"connections": 3, "gaps": 2}))
    assert said.startswith("2 gaps in its stream")
