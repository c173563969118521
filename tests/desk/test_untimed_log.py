"""A log whose lines tell no time ages by when it was written: silence is never green."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources.jsonl import JsonlSource
from desk.hearings import Hearings
from desk.origin import Origin, origin
from desk.past_sources import UNTIMED, rows_at
from ledger import Ledger
from tests.desk.small_desk import small_desk
from web.promised.aurora import health

NOW = 1_756_757_303_000_000_000
SECOND = 1_000_000_000
LINE = '{"event_code": "HEALTH.OK", "details": {}}\n'
TIMED = f'{{"event_code": "HEALTH.OK", "ts_ns": {NOW - 500 * SECOND}, "details": {{}}}}\n'


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "aurora_events.jsonl"


def write(log: Path, at_ns: int, lines: str = LINE) -> None:
    """Add lines to the log, as if it were that time."""
    with log.open("a") as more:
        more.write(lines)
    os.utime(log, ns=(at_ns, at_ns))


def bot_of(log: Path) -> Origin:
    source = JsonlSource(str(log), dialect="aurora", name="aurora", stale_after_seconds=10)
    return origin("aurora", source)


def row_of(bot: Origin, now_ns: int) -> dict[str, Any]:
    bot.take(bot.source.read(bot.cursor if bot.cursor_is_news else None), now_ns)
    bot.cursor_is_news = False
    return bot.row(now_ns)


def again(log: Path, kept: dict[str, Any]) -> Origin:
    """The same source in the next process, from what the state folder holds as text."""
    bot = bot_of(log)
    bot.restore(json.loads(json.dumps(kept)))
    return bot


def test_an_old_log_is_stale_at_once(log: Path) -> None:
    """What was last written 60 s ago is 60 s old when it is attached, and `/health` says so."""
    write(log, NOW - 60 * SECOND)
    row = row_of(bot_of(log), NOW)
    assert (row["accepted"], row["untimed"], row["newest_ts_event"]) == (1, 1, None)
    assert (row["state"], row["age_seconds"]) == ("stale", 60.0)
    assert health([row])["status"] == "degraded"


def test_a_log_that_grows_is_ok_until_it_falls_silent(log: Path) -> None:
    """Each new line keeps it fresh; after `stale_after_seconds` without one it is stale."""
    bot = bot_of(log)
    for seconds in (0, 8, 16, 24):
        write(log, NOW + seconds * SECOND)
        row = row_of(bot, NOW + (seconds + 1) * SECOND)
        assert (row["state"], row["age_seconds"]) == ("ok", 1.0)
    row = row_of(bot, NOW + 60 * SECOND)
    assert (row["state"], row["age_seconds"]) == ("stale", 36.0)


def test_a_restart_makes_no_log_younger(log: Path) -> None:
    """The age goes on over a restart, before and after the first read, and new lines end it."""
    write(log, NOW)
    bot = bot_of(log)
    assert row_of(bot, NOW)["state"] == "ok"
    bot = again(log, bot.committed())
    assert bot.row(NOW + 30 * SECOND)["age_seconds"] == 30.0
    row = row_of(bot, NOW + 30 * SECOND)
    assert (row["state"], row["age_seconds"]) == ("stale", 30.0)
    write(log, NOW + 31 * SECOND)
    assert row_of(bot, NOW + 31 * SECOND)["state"] == "ok"


def test_what_an_older_version_kept_ages_too(log: Path) -> None:
    """A cursor that does not tell when the log grew: then its file does."""
    write(log, NOW)
    bot = bot_of(log)
    row_of(bot, NOW)
    kept = json.loads(json.dumps(bot.committed())) | {"alive_ns": None}
    del kept["cursor"]["counts"]["grown_ns"], kept["cursor"]["tail"]["totals"]["grown_ns"]
    row = row_of(again(log, kept), NOW + 30 * SECOND)
    assert (row["state"], row["age_seconds"]) == ("stale", 30.0)


def test_a_file_dated_ahead_keeps_nobody_alive(log: Path) -> None:
    """A file whose own time is still to come counts as written when it was read."""
    write(log, NOW + 3600 * SECOND)
    bot = bot_of(log)
    assert row_of(bot, NOW)["age_seconds"] == 0.0
    row = row_of(bot, NOW + 30 * SECOND)
    assert (row["state"], row["age_seconds"]) == ("stale", 30.0)


def test_a_file_touched_without_a_line_is_no_news(log: Path) -> None:
    """Only what was written counts: a new time of the file alone is none."""
    write(log, NOW)
    bot = bot_of(log)
    row_of(bot, NOW)
    write(log, NOW + 30 * SECOND, "")
    assert row_of(bot, NOW + 30 * SECOND)["age_seconds"] == 30.0


def test_the_time_of_a_line_counts_more_than_that_of_its_file(log: Path) -> None:
    """As soon as a line tells its time the age is that line's, however young the file is."""
    write(log, NOW)
    bot = bot_of(log)
    assert row_of(bot, NOW)["state"] == "ok"
    write(log, NOW, TIMED)
    row = row_of(bot, NOW)
    assert (row["state"], row["age_seconds"]) == ("stale", 500.0)


def then(bot: Origin, seconds: float) -> tuple[str, float | None, str | None]:
    """State, age and problem so many seconds after the start, as seen much later."""
    at_ns = NOW + round(seconds * SECOND)
    (row,) = rows_at([bot], {}, at_ns, NOW + 3_600 * SECOND)
    assert (row["received_ms"] is None) == (row["age_seconds"] is None)
    assert row["newest_ts_event"] is None
    return row["state"], row["age_seconds"], row["problem"]


def test_a_past_moment_has_its_own_age(log: Path) -> None:
    """As old as it was then, not as it is now; what nobody saw is unknown, and says why."""
    bot = bot_of(log)
    for seconds in (0, 8, 40):
        write(log, NOW + seconds * SECOND)
        row_of(bot, NOW + seconds * SECOND)
    told = {0: ("ok", 0.0), 5: ("ok", 5.0), 9: ("ok", 1.0), 30: ("stale", 22.0), 45: ("ok", 5.0)}
    for seconds, (state, age) in told.items():
        assert then(bot, seconds) == (state, age, None)
    assert then(bot, -1) == ("unknown", None, UNTIMED)


def test_the_ledger_hears_nothing_in_lines_without_a_time(log: Path) -> None:
    """What it knows of a moment names no such source, before its lines or after them."""
    write(log, NOW)
    ledger = Ledger()
    ledger.fold(bot_of(log).source.read(None).frame)
    assert [ledger.last_heard(NOW + offset) for offset in (-SECOND, SECOND)] == [{}, {}]


def test_after_a_restart_the_time_before_the_last_line_is_unknown(log: Path) -> None:
    """The newest moment alone is kept: from it on the age is known."""
    bot = bot_of(log)
    for seconds in (0, 8):
        write(log, NOW + seconds * SECOND)
        row_of(bot, NOW + seconds * SECOND)
    bot = again(log, bot.committed())
    row_of(bot, NOW + 50 * SECOND)
    assert then(bot, 5) == ("unknown", None, UNTIMED)
    assert then(bot, 12) == ("ok", 4.0, None)
    assert then(bot, 49) == ("stale", 41.0, None)


def test_moments_within_a_second_are_one() -> None:
    """A log that writes all the time takes no more memory: a place a second, the newest ones."""
    hearings = Hearings()
    for tenth in range(100_000 + 200):
        hearings.note(NOW + tenth * SECOND // 10)
    assert hearings.by(NOW + 19 * SECOND) is None
    assert hearings.by(NOW + 2_000 * SECOND + 5) == NOW + 2_000 * SECOND
    assert hearings.by(NOW + 20_000 * SECOND) == NOW + 10_019 * SECOND


def test_the_newest_event_of_no_time_is_now(log: Path, tmp_path: Path) -> None:
    """`at=last` of a desk whose lines tell no time is the moment it is asked, not 1970."""
    write(log, NOW)
    began = pd.Timestamp.now(tz="UTC")
    desk = small_desk(log, tmp_path / "state")
    try:
        assert desk.view(window_seconds=None, at="last").at >= began
    finally:
        desk.stop()
