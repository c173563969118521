"""When a source last lived, whatever its lines claim."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data_sources.jsonl import JsonlSource
from desk.origin import Origin, origin

NOW = 1_756_757_303_000_000_000
SECOND = 1_000_000_000


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "aurora_events.jsonl"


def read(of: Origin, now_ns: int) -> dict[str, object]:
    of.take(of.source.read(), now_ns)
    return of.row(now_ns)


def line(ts_ns: int) -> str:
    return f'{{"event_code": "HEALTH.OK", "ts_ns": {ts_ns}, "details": {{}}}}\n'


def test_a_line_from_the_future_keeps_nobody_alive(log: Path) -> None:
    """A source whose last line is dated ahead ages from when it was read, and says so."""
    log.write_text(line(NOW + 400 * SECOND))
    source = JsonlSource(str(log), dialect="aurora", name="aurora", clock=lambda: NOW)
    bot = origin("aurora", source)
    row = read(bot, NOW)
    assert row["age_seconds"] == 0.0
    assert "400 s ahead" in str(row["problem"])
    later = bot.row(NOW + 60 * SECOND)
    assert (later["age_seconds"], later["state"]) == (60.0, "stale")
    assert later["received_ms"] == NOW // 1_000_000


def test_later_lines_count_behind_one_from_the_future(log: Path) -> None:
    """Lines with a true time, read after one that is ahead, keep their source fresh."""
    log.write_text(line(NOW + 400 * SECOND))
    clock = [NOW]
    source = JsonlSource(str(log), dialect="aurora", name="aurora", clock=lambda: clock[0])
    bot = origin("aurora", source)
    read(bot, NOW)
    clock[0] = NOW + 60 * SECOND
    with log.open("a") as more:
        more.write(line(NOW + 59 * SECOND))
    row = read(bot, clock[0])
    assert row["age_seconds"] == 1.0
    assert pd.Timestamp(row["newest_ts_event"]).value == NOW + 400 * SECOND


def test_what_was_kept_is_as_old_after_a_restart(log: Path) -> None:
    """The age of a source survives the state folder."""
    log.write_text(line(NOW - 5 * SECOND))
    bot = origin("aurora", JsonlSource(str(log), dialect="aurora", name="aurora"))
    read(bot, NOW)
    again = origin("aurora", JsonlSource(str(log), dialect="aurora", name="aurora"))
    again.restore(bot.committed())
    assert again.row(NOW)["age_seconds"] == 5.0


class Disk:
    """A kind that nobody has heard of: it tells a state."""

    kind, frame_name = "disk", "services"
    path, stale_after_seconds = "/", 30.0


def test_a_row_says_whether_its_source_tells_events(log: Path) -> None:
    """Pages need to know no list of kinds: one that a user adds is told by what it gives."""
    assert origin("disk", Disk()).row(NOW)["is_state"] is True
    assert origin("aurora", JsonlSource(str(log))).row(NOW)["is_state"] is False


def test_a_dialect_of_ones_own_goes_by_its_name(tmp_path: Path, log: Path) -> None:
    """Pages show the system that a user's file names, not where the file lies."""
    mine = tmp_path / "desk" / "house.toml"
    mine.parent.mkdir()
    mine.write_text('name = "house_bot"\nlike = "aurora"\n')
    own = origin("house", JsonlSource(str(log), dialect=str(mine)))
    assert own.row(NOW)["system"] == "house_bot"
    assert own.row(NOW)["dialect"] == str(mine)
    assert origin("aurora", JsonlSource(str(log), dialect="aurora")).row(NOW)["system"] == "aurora"
    assert origin("disk", Disk()).row(NOW)["system"] is None


def test_a_log_whose_dialect_is_guessed_goes_by_what_was_found(log: Path) -> None:
    """Until its first lines say which system it is, it is `auto`."""
    guessed = origin("bot", JsonlSource(str(log)))
    assert guessed.row(NOW)["system"] == "auto"
    log.write_text(line(NOW) * 30)
    assert read(guessed, NOW)["system"] == "aurora"
