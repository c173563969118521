"""More of what a source of JSON lines promises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from data_sources import ConfigError, DialectError, JsonlSource
from tests.data_sources.good_lines import NOW_NS, good, reasons_of, source, write


def test_an_unknown_log_is_read_as_generic(tmp_path: Path) -> None:
    """Lines that no dialect knows are events of kind other, with their times and texts."""
    line = b'{"timestamp": "2025-09-01T10:00:00Z", "event_type": "tick", "message": "hello"}'
    write(tmp_path / "a.jsonl", line)
    row = JsonlSource(tmp_path, clock=lambda: NOW_NS).read().frame.iloc[0]
    assert (row["kind"], row["code"], row["text"]) == ("other", "tick", "hello")


def test_a_log_of_garbage_says_so(tmp_path: Path) -> None:
    """A file without one usable line has a state and a sentence, not an exception."""
    write(tmp_path / "a.jsonl", *([b"\x01\x02 not json"] * 150))
    reading = source(tmp_path).read()
    assert reading.state == "bad_payload"
    assert reading.problem is not None
    assert "none of the 150 lines" in reading.problem
    assert reading.counts.balanced


def test_a_large_log_comes_in_turns(tmp_path: Path) -> None:
    """With a limit a reading says that there is more; together they are everything, in order."""
    write(tmp_path / "a.jsonl", *[good(number) for number in range(20_000)])
    log = source(tmp_path)
    offsets: list[int] = []
    turns = 0
    while True:
        reading = log.read(limit_bytes=300_000)
        offsets += reading.frame["raw_offset"].tolist()
        turns += 1
        assert reading.counts.balanced
        if not reading.more:
            break
    assert turns > 3
    assert len(offsets) == 20_000
    assert offsets == sorted(set(offsets))


MANGLED: Final = {
    "malformed": b'{"event_code": "X", "n": %d',
    "trailing comma": b'{"event_code": "X", "n": %d,}',
    "two objects": b'{"event_code": "X", "n": %d}{"event_code": "X"}',
    "empty": b"",
    "blanks": b"  \t ",
}


def test_five_hundred_bad_lines_between_good_ones(tmp_path: Path) -> None:
    """T20: five kinds of a hundred each are counted exactly, and every good line is shown."""
    lines: list[bytes] = []
    for number in range(100):
        lines.append(good(number))
        lines += [each % number if b"%d" in each else each for each in MANGLED.values()]
    write(tmp_path / "a.jsonl", *lines)
    log = source(tmp_path)
    reading = log.read()
    assert reasons_of(reading) == [f"R{number}" for number in range(100)]
    counts = reading.counts
    assert (counts.lines_in, counts.accepted) == (600, 100)
    assert (counts.quarantined, counts.blank) == ({"malformed": 300}, 200)
    assert counts.balanced
    starts = [sum(len(line) + 1 for line in lines[:at]) for at in (1, 2, 3)]
    assert [line.offset for line in reading.quarantined[:3]] == starts
    write(tmp_path / "a.jsonl", good(100))
    assert reasons_of(log.read()) == ["R100"]


def test_half_of_a_surrogate_pair_costs_its_line_alone(tmp_path: Path) -> None:
    """T09: a text that no page could encode is set aside; what stands around it is read on."""
    half = [b'{"event_code": "X", "details": {"msg": "\\ud800"}}', b'{"event_code": "\\udfff"}']
    pair = b'{"event_code": "RISK.DENY", "details": {"reason": "\\ud83d\\ude00"}}'
    write(tmp_path / "a.jsonl", good(1), half[0], pair, half[1], good(2))
    reading = source(tmp_path).read()
    assert reasons_of(reading) == ["R1", "😀", "R2"]
    assert reading.counts.quarantined == {"surrogate": 2}
    assert all(line.head.isascii() for line in reading.quarantined)


def test_words_without_end_do_not_grow_the_dictionaries(tmp_path: Path) -> None:
    """A log that invents a new word in each line is read right, and the tables are renewed."""
    write(tmp_path / "a.jsonl", *[good(number) for number in range(70_000)])
    log = source(tmp_path)
    found: list[str] = []
    while True:
        reading = log.read(limit_bytes=2_000_000)
        found += reasons_of(reading)
        if not reading.more:
            break
    assert found == [f"R{number}" for number in range(70_000)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timezone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"stale_after_seconds": 0}, "above 0"),
        ({"max_line_bytes": -1}, "above 0"),
    ],
)
def test_wrong_options_are_refused(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    """Options that make no sense are refused at once, by name."""
    with pytest.raises(ConfigError, match=message):
        source(tmp_path, **options)


def test_an_unknown_dialect_is_refused_with_the_near_miss(tmp_path: Path) -> None:
    """A misspelled dialect names the one that was probably meant, and all that exist."""
    with pytest.raises(DialectError, match=r"Did you mean 'aurora'\? Known: aurora, .*generic"):
        JsonlSource(tmp_path, dialect="aurorra")


def test_what_cannot_be_json_never_reaches_a_frame(tmp_path: Path) -> None:
    """Numbers in a frame are finite or missing, whatever the log says."""
    records = [
        {"event_code": "ORDER.FILL", "price": value, "qty": value, "details": {"fill_qty": value}}
        for value in ["NaN", "Infinity", "-inf", "1e999", None, "", [], True]
    ]
    write(tmp_path / "a.jsonl", *[json.dumps(record).encode() for record in records])
    reading = source(tmp_path).read()
    assert reading.counts.accepted == len(records)
    assert reading.frame[["price", "quantity", "value"]].isna().all().all()


def test_five_kinds_of_bad_lines_are_counted_each(tmp_path: Path) -> None:
    """T20: a hundred of each among good ones: exact counts by reason, every good line is told."""
    bad = [
        b'{"event_code": ',
        b'{"event_code": "HEALTH.OK",}',
        b'{"a": 1}{"b": 2}',
        b"[1]",
        b"",
    ]
    lines = [line for number in range(100) for line in (good(number), *bad)]
    write(tmp_path / "s/aurora_events.jsonl", *lines)
    reading = source(tmp_path).read()
    assert reasons_of(reading) == [f"R{number}" for number in range(100)]
    counts = reading.counts
    assert counts.quarantined == {"malformed": 300, "not_object": 100}
    assert (counts.lines_in, counts.accepted, counts.blank) == (600, 100, 100)
    assert counts.balanced
