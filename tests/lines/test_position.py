"""The position that is saved: small, JSON, and enough to go on in another process."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from data_sources.errors import SourceError
from data_sources.lines.names import PATTERNS, LogName, log_name
from data_sources.lines.tail import Tail
from tests.lines.follower import Follower, numbers, record


def test_the_position_has_a_constant_size(tmp_path: Path) -> None:
    """A file of 20 MB needs hardly more room than one of 2 KB."""
    follower = Follower(tmp_path)
    (tmp_path / "a.jsonl").write_bytes(record(1, 2000))
    follower.read()
    small = len(json.dumps(follower.tail.cursor()))
    with (tmp_path / "a.jsonl").open("ab") as stream:
        for number in range(2, 10_000):
            stream.write(record(number, 2000))
    follower.read()
    assert small < 800
    assert len(json.dumps(follower.tail.cursor())) < 1500


def test_old_generations_are_forgotten_in_time(tmp_path: Path) -> None:
    """A thousand rotations whose parts are deleted leave a short list; parts on disk are kept."""
    follower = Follower(tmp_path, rotate_wait_seconds=1)
    log = tmp_path / "a.jsonl"
    for number in range(200):
        log.write_bytes(record(number))
        follower.read()
        log.rename(tmp_path / f"a.jsonl.{number + 1}")
        if number >= 5:
            (tmp_path / f"a.jsonl.{number - 4}").unlink()
        follower.read()
    follower.settle()
    assert numbers(follower.lines) == list(range(200))
    assert 5 <= len(follower.tail.cursor()["generations"]) < 20


def test_going_on_from_the_own_position_costs_nothing(tmp_path: Path) -> None:
    """Handing back the position that was just given does not open anything again."""
    follower = Follower(tmp_path)
    (tmp_path / "a.jsonl").write_bytes(record(1))
    follower.read()
    cursor = follower.tail.cursor()
    before = follower.tail._descriptors.generations()[0].part
    follower.tail.restore(json.loads(json.dumps(cursor)))
    assert follower.tail._descriptors.generations()[0].part is before
    assert follower.read() == []


def test_an_older_position_in_the_same_process_reads_again(tmp_path: Path) -> None:
    """restore() really goes back, lines and totals both."""
    follower = Follower(tmp_path)
    log = tmp_path / "a.jsonl"
    log.write_bytes(record(1))
    follower.read()
    older = json.loads(json.dumps(follower.tail.cursor()))
    with log.open("ab") as stream:
        stream.write(record(2))
    follower.read()
    follower.tail.restore(older)
    assert numbers(follower.read()) == [2]
    follower.tail.restore({})
    assert numbers(follower.read()) == [1, 2]
    assert follower.tail.totals.bytes_read == log.stat().st_size


@pytest.mark.parametrize(
    "cursor",
    [
        {"format": 99, "generations": []},
        {"generations": []},
        {"format": 1, "generations": [{}]},
        {"format": 1, "generations": 7},
        {"format": 1, "generations": [{"file": "a", "key": [1]}]},
        {"format": 1, "totals": {"bytes_read": "x"}},
    ],
)
def test_a_position_that_is_none_is_refused(tmp_path: Path, cursor: dict[str, Any]) -> None:
    """T46: the message says what to do; the tail stays usable."""
    (tmp_path / "a.jsonl").write_bytes(record(1))
    tail = Tail(tmp_path)
    with pytest.raises(SourceError, match="set it aside"):
        tail.restore(cursor)
    assert [chunk.data for chunk in tail.read()] == [record(1)]
    tail.close()


def test_generations_have_the_same_names_without_a_position(tmp_path: Path) -> None:
    """Read again from the beginning, after rotation and compression: the same eight digits.

    So duplicates are recognized by generation and offset even when the position was lost.
    """
    log = tmp_path / "a.jsonl"
    follower = Follower(tmp_path)
    for part in range(1, 4):
        log.write_bytes(record(part) + record(part + 100))
        follower.read()
        with gzip.open(tmp_path / f"a.jsonl.{part}.gz", "wb") as stream:
            stream.write(log.read_bytes())
        log.unlink()
    follower.settle()
    again = Follower(tmp_path)
    again.settle()
    first = {(chunk.generation, chunk.offset, chunk.data) for chunk in follower.chunks}
    assert {(chunk.generation, chunk.offset, chunk.data) for chunk in again.chunks} == first


def test_equal_first_lines_get_different_names(tmp_path: Path) -> None:
    """A log that always begins with the same line: each generation has a name of its own."""
    follower = Follower(tmp_path)
    log = tmp_path / "a.jsonl"
    for number in range(1, 6):
        log.write_bytes(record(0) + record(number))
        follower.read()
        log.rename(tmp_path / f"a.jsonl.{number}")
        follower.restart()
    names = {chunk.generation for chunk in follower.chunks}
    assert len(names) == 5
    assert all(name.startswith("a.jsonl#") and len(name) == len("a.jsonl#") + 8 for name in names)


def test_parts_that_are_read_are_not_opened_again(tmp_path: Path) -> None:
    """A restart beside hundreds of old parts opens none of them: size and time are the same."""
    for part in range(50):
        with gzip.open(tmp_path / f"a.jsonl.{part + 1}.gz", "wb") as stream:
            stream.write(record(part))
    follower = Follower(tmp_path)
    follower.settle()
    follower.restart()
    assert follower.read() == []
    assert len(follower.tail._descriptors) == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.jsonl", LogName("a.jsonl", rotated=False, compressed=False)),
        ("a.jsonl.1", LogName("a.jsonl", rotated=True, compressed=False)),
        ("a.jsonl.12.gz", LogName("a.jsonl", rotated=True, compressed=True)),
        ("a.jsonl-20250903", LogName("a.jsonl", rotated=True, compressed=False)),
        ("a.jsonl.2025-09-03_14-00-01", LogName("a.jsonl", rotated=True, compressed=False)),
        ("a.jsonl.gz", LogName("a.jsonl", rotated=True, compressed=True)),
        (
            "aurora_events.jsonl.20250903.141500.part12.jsonl.gz",
            LogName("aurora_events.jsonl", rotated=True, compressed=True),
        ),
        ("a-20250903.jsonl", LogName("a-20250903.jsonl", rotated=False, compressed=False)),
        ("a.jsonl.lock", None),
        ("a.jsonl.tmp", None),
        ("a.json", None),
        (".jsonl", LogName(".jsonl", rotated=False, compressed=False)),
    ],
)
def test_what_a_name_says(name: str, expected: LogName | None) -> None:
    """Names of logs, of their rotated parts, and of what lies beside them."""
    assert log_name(name, PATTERNS) == expected
