"""Lines that are dear to read keep no other log waiting: the clock takes less of them at once."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from data_sources.jsonl import JsonlSource
from data_sources.reading import Reading
from desk.desk import Desk
from desk.origin import origin
from desk.portion import FIRST_BYTES, LEAST_BYTES, MOST_BYTES, Portion

LINE = b'{"event_code": "RISK.DENY", "ts_ns": 1756757303115233280, "details": {"n": "%s"}}\n'
BYTES = 3 << 20


class Told:
    """A clock that only passes when a log is read, and which logs were read."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.reads: list[tuple[str, int]] = []

    def monotonic(self) -> float:
        return self.now


class Dear(JsonlSource):
    """A log of which each byte takes its time."""

    def __init__(self, path: Path, told: Told, seconds_for_a_byte: float) -> None:
        super().__init__(path, dialect="aurora")
        self._told, self._price, self._read = told, seconds_for_a_byte, 0

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 8 << 20) -> Reading:
        reading = super().read(cursor, limit_bytes=limit_bytes)
        size = reading.counts.bytes_read - self._read
        self._read += size
        self._told.now += size * self._price
        self._told.reads.append((self.name, size))
        return reading


def swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds_for_a_byte: float) -> Told:
    """Read one large log beside a small one that is written to, sweep by sweep, to the end."""
    told = Told()
    monkeypatch.setattr("desk.clock.time", SimpleNamespace(monotonic=told.monotonic))
    for name in "dear", "small":
        (tmp_path / name).mkdir()
    (tmp_path / "dear" / "a.jsonl").write_bytes(LINE % (b"x" * 400) * (BYTES // 490))
    sources = [
        Dear(tmp_path / "dear", told, seconds_for_a_byte),
        Dear(tmp_path / "small", told, 0.0),
    ]
    desk = Desk([origin(each.name, each) for each in sources], state_dir=tmp_path / "state")
    clock = desk._clock
    more, written = True, 0
    while more:
        with (tmp_path / "small" / "b.jsonl").open("ab") as log:
            log.write(LINE % b"y")
        sources[1].wake()
        written += 1
        more = clock._sweep()
        # Whatever the other log costs, each line is read before more of that is.
        assert desk.sources()[1]["accepted"] == written
    assert desk.sources()[0]["accepted"] == BYTES // 490
    desk.stop()
    return told


def test_a_neighbor_is_read_between_two_small_portions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a log that takes ten seconds for 8 MB only the least is read before others are."""
    told = swept(tmp_path, monkeypatch, 10 / (8 << 20))
    names = [name for name, _ in told.reads]
    sizes = [size for name, size in told.reads if name == "dear"]
    assert names == ["dear", "small"] * len(sizes)
    # The tail hands on whole blocks, so a portion may be half as large again.
    assert sizes[0] <= FIRST_BYTES * 1.5
    assert max(sizes[1:]) <= LEAST_BYTES * 1.5


def test_a_log_that_is_read_fast_is_read_in_large_portions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where reading costs little the portions grow: a backfill pays for few of them."""
    told = swept(tmp_path, monkeypatch, 0.05 / (8 << 20))
    sizes = [size for name, size in told.reads if name == "dear"]
    assert len(sizes) <= 4
    assert max(sizes) > 2 * FIRST_BYTES


def test_portions_follow_what_reading_costs() -> None:
    """They grow to the most and fall to the least, and readers share what a round may take."""
    portion = Portion()
    for _ in range(10):
        portion.took(0.01, more=True, readers=1)
    assert portion.limit_bytes == MOST_BYTES
    portion.took(0.6, more=True, readers=1)
    assert portion.limit_bytes == MOST_BYTES // 2
    portion.took(0.3, more=True, readers=4)
    assert portion.limit_bytes == MOST_BYTES // 8
    portion.took(60.0, more=False, readers=1)
    assert portion.limit_bytes == LEAST_BYTES
    portion.took(0.01, more=False, readers=1)
    assert portion.limit_bytes == LEAST_BYTES
