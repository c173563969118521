"""A source whose log is read in part so far says so in its row, and nobody else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_sources.jsonl import JsonlSource
from desk.origin import Origin, origin

NOW = 1_756_757_303_000_000_000
LINE = b'{"event_code": "HEALTH.OK", "ts_ns": %d, "details": {}}\n' % NOW


def follower(log: Path) -> Origin:
    return origin("aurora", JsonlSource(str(log), dialect="aurora"))


def test_a_log_is_catching_up_until_it_was_read_to_its_end(tmp_path: Path) -> None:
    """After a start its numbers are of a part of it, and the row says so; then no more."""
    log = tmp_path / "aurora_events.jsonl"
    log.write_bytes(LINE * 40_000)
    bot = follower(log)
    assert bot.row(NOW)["catching_up"]
    more, seen = True, []
    while more:
        reading = bot.source.read(limit_bytes=1 << 20)
        bot.take(reading, NOW)
        bot.behind.note(more=reading.more)
        more = reading.more
        row = bot.row(NOW)
        seen.append((row["catching_up"], row["unread_bytes"] > 0))
    assert len(seen) > 2
    assert set(seen[:-1]) == {(True, True)}
    assert seen[-1] == (False, False)


def test_a_burst_that_is_read_as_it_comes_is_not_catching_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer may be a moment ahead; one that stays ahead for a second is told."""
    now, bot = [100.0], follower(tmp_path)
    monkeypatch.setattr("desk.catching_up.time.monotonic", lambda: now[0])
    assert bot.behind.note(more=False)
    assert bot.behind.note(more=True)
    assert not bot.behind.note(more=True)
    assert not bot.row(NOW)["catching_up"]
    now[0] += 1.5
    assert bot.row(NOW)["catching_up"]


def test_a_log_that_cannot_be_read_is_not_catching_up(tmp_path: Path) -> None:
    """It says what is wrong with it instead."""
    bot = follower(tmp_path)
    bot.tell("unreadable", "no right to read it", NOW)
    assert not bot.row(NOW)["catching_up"]
