"""The JSONL source: what a person sees of a log, good and bad."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

from data_sources import EVENT_COLUMNS, JsonlSource, SourceError
from tests.data_sources.good_lines import NOW_NS, good, reasons_of, source, write


def test_a_frame_has_the_agreed_columns_and_dtypes(tmp_path: Path) -> None:
    """Every reading, also an empty one, has the agreed columns in order and their dtypes."""
    log = source(tmp_path)
    empty = log.read().frame
    write(tmp_path / "aurora_events.jsonl", good(1))
    log.wake()
    for frame in empty, log.read().frame:
        assert tuple(frame.columns) == EVENT_COLUMNS
        assert str(frame["ts_event"].dtype) == "datetime64[ns, UTC]"
        assert str(frame["ts_received"].dtype) == "datetime64[ns, UTC]"
        assert frame["kind"].dtype == "category"
        assert frame["price"].dtype == "float64"
        assert frame["raw_offset"].dtype == "int64"
        assert frame["attributes"].dtype == "str"


def test_only_what_is_new(tmp_path: Path) -> None:
    """A second read gives only the lines written since; nothing new gives an empty frame."""
    path = write(tmp_path / "a.jsonl", good(1), good(2))
    log = source(tmp_path)
    assert reasons_of(log.read()) == ["R1", "R2"]
    assert len(log.read().frame) == 0
    write(path, good(3))
    assert reasons_of(log.read()) == ["R3"]


def test_a_cursor_goes_on_in_another_process(tmp_path: Path) -> None:
    """A cursor, through JSON, makes a new source go on where the old one was, counts and all."""
    path = write(tmp_path / "a.jsonl", good(1), b"bad", b"", good(2))
    cursor = json.loads(json.dumps(source(tmp_path).read().cursor))
    write(path, good(3), b"[]")
    reading = source(tmp_path).read(cursor)
    assert reasons_of(reading) == ["R3"]
    assert reading.counts.accepted == 3
    assert reading.counts.quarantined == {"malformed": 1, "not_object": 1}
    assert reading.counts.lines_in == 6
    assert reading.counts.balanced


def test_an_empty_cursor_starts_at_the_beginning(tmp_path: Path) -> None:
    """`read({})` reads everything again."""
    write(tmp_path / "a.jsonl", good(1))
    log = source(tmp_path)
    log.read()
    again = log.read({})
    assert reasons_of(again) == ["R1"]
    assert again.counts.accepted == 1


def test_a_foreign_cursor_is_refused(tmp_path: Path) -> None:
    """A cursor that is none of ours is refused with a message that says what to do."""
    with pytest.raises(SourceError, match="start from the beginning"):
        source(tmp_path).read({"tail": {"format": 99}})


BAD = {
    "utf8": b'{"a": "\xff"}',
    "surrogate": rb'{"a": "\ud800"}',
    "bom_midfile": b'\xef\xbb\xbf{"a": 1}',
    "malformed": b'{"a": 1,}',
    "not_object": b"[1]",
    "non_finite": b'{"a": 1e999}',
    "int_range": b'{"a": 18446744073709551616}',
    "depth": b'{"a":' + b"[" * 200 + b"]" * 200 + b"}",
    "keys": b"{" + b",".join(b'"k%d":1' % i for i in range(600)) + b"}",
    "strlen": b'{"a": "' + b"y" * 70_000 + b'"}',
    "dup_key": b'{"side": "BUY", "side": "SELL"}',
    "future_ts": b'{"event_code": "X", "ts_ns": %d}' % (NOW_NS + 601 * 10**9),
    "bad_ts": b'{"event_code": "X", "ts_ns": "yesterday"}',
    "oversize": b'{"a": "' + b"y" * 200_000 + b'"}',
}


@pytest.mark.parametrize("reason", BAD)
def test_a_bad_line_costs_itself_alone(tmp_path: Path, reason: str) -> None:
    """T09, T20: a bad line has one quarantine count with its place; its neighbors are read."""
    first = good(1) + b"\n"
    path = write(tmp_path / "s/aurora_events.jsonl", good(1), BAD[reason], good(2))
    reading = source(tmp_path, max_line_bytes=100_000).read()
    assert reasons_of(reading) == ["R1", "R2"]
    assert reading.counts.quarantined == {reason: 1}
    assert reading.counts.lines_in == 3
    assert reading.counts.balanced
    (line,) = reading.quarantined
    assert (line.reason, line.offset, line.length) == (reason, len(first), len(BAD[reason]) + 1)
    assert line.file == "s/aurora_events.jsonl"
    assert line.generation == reading.frame["raw_generation"].iloc[0]
    assert line.head.isascii()
    assert line.head.isprintable()
    with path.open("rb") as file:
        file.seek(line.offset)
        assert file.read(3) == BAD[reason][:3]


def test_the_future_begins_after_ten_minutes(tmp_path: Path) -> None:
    """Nine minutes ahead of our clock is taken, the same line eleven minutes ahead is not."""
    lines = [b'{"event_code": "X", "ts_ns": %d}' % (NOW_NS + m * 60 * 10**9) for m in (9, 11)]
    write(tmp_path / "a.jsonl", *lines)
    reading = source(tmp_path).read()
    assert (reading.counts.accepted, reading.counts.quarantined) == (1, {"future_ts": 1})


def test_lines_without_a_time_are_taken_and_counted(tmp_path: Path) -> None:
    """A line that names no time is an event without one; it does not move the newest time."""
    write(tmp_path / "a.jsonl", good(1), b'{"event_code": "KELLY.APPLIED", "details": {}}')
    reading = source(tmp_path).read()
    assert reading.frame["ts_event"].isna().tolist() == [False, True]
    assert reading.counts.untimed == 1
    assert reading.as_of == pd.Timestamp(1_756_757_303_115_233_281, tz="UTC")


def test_naive_times_are_read_in_the_source_zone(tmp_path: Path) -> None:
    """A time without a zone is the source's own, and counted as such."""
    write(tmp_path / "a.jsonl", b'{"event_code": "X", "ts": "2025-09-01T10:00:00"}')
    for zone, hour in ("UTC", 10), ("Europe/Kyiv", 7), ("America/New_York", 14):
        reading = source(tmp_path, timezone=zone).read()
        assert reading.frame["ts_event"].iloc[0].hour == hour
        assert reading.counts.naive == 1


def test_line_ends_blank_lines_and_a_first_byte_order_mark(tmp_path: Path) -> None:
    """CRLF, blank lines and a byte order mark at the very start cost nothing."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + good(1) + b"\r\n\r\n   \n" + good(2) + b"\n")
    reading = source(tmp_path).read()
    assert reasons_of(reading) == ["R1", "R2"]
    assert (reading.counts.blank, reading.counts.quarantined) == (2, {})
    assert reading.frame["raw_offset"].tolist() == [3, 3 + len(good(1)) + 2 + 2 + 4]


def test_an_unfinished_line_waits(tmp_path: Path) -> None:
    """Text without its newline is counted in bytes, not read; then it is read once."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(good(1)[:20])
    log = source(tmp_path)
    reading = log.read()
    assert (len(reading.frame), reading.counts.partial_bytes) == (0, 20)
    with path.open("ab") as file:
        file.write(good(1)[20:] + b"\n")
    reading = log.read()
    assert (reasons_of(reading), reading.counts.partial_bytes) == (["R1"], 0)


def test_each_folder_is_a_session(tmp_path: Path) -> None:
    """The session is the folder below the root; files in the root itself have the root's name."""
    root = tmp_path / "logs"
    write(root / "aurora_events.jsonl", good(1))
    write(root / "20250901/run/aurora_events.jsonl", good(2))
    frame = source(root).read().frame
    assert sorted(frame["session_id"].astype(object)) == ["20250901/run", "logs"]
    assert source(root / "aurora_events.jsonl").read().frame["session_id"].iloc[0] == "logs"


def test_the_raw_line_is_one_step_away(tmp_path: Path) -> None:
    """Generation and offset of an event lead back to its very line, also after compression."""
    path = write(tmp_path / "a.jsonl", good(1), b"bad \xff", good(2))
    log = source(tmp_path)
    reading = log.read()
    row = reading.frame.iloc[1]
    assert log.raw_line(row["raw_generation"], row["raw_offset"]) == good(2).decode()
    bad = reading.quarantined[0]
    assert log.raw_line(bad.generation, bad.offset) == "bad \\xff"
    assert log.raw_line(row["raw_generation"], 5) is None
    assert log.raw_line("a.jsonl#00000000", 0) is None
    with gzip.open(tmp_path / "a.jsonl.1.gz", "wb") as packed:
        packed.write(path.read_bytes())
    path.unlink()
    log.wake()
    log.read()
    assert log.raw_line(row["raw_generation"], row["raw_offset"]) == good(2).decode()


def test_the_dialect_is_guessed_at_the_first_lines(tmp_path: Path) -> None:
    """A folder that does not exist yet is waited for, and its dialect guessed when it speaks."""
    log = JsonlSource(tmp_path / "later", clock=lambda: NOW_NS)
    reading = log.read()
    assert (reading.state, log.speaks) == ("waiting", "")
    write(tmp_path / "later/aurora_events.jsonl", good(1))
    log.wake()
    reading = log.read()
    assert (reading.state, log.speaks) == ("ok", "aurora")
    assert reading.frame["kind"].iloc[0] == "order.denied"
    assert "guessed" in repr(log)
    again = JsonlSource(tmp_path / "later", clock=lambda: NOW_NS)
    again.read(reading.cursor)
    assert again.speaks == "aurora"
