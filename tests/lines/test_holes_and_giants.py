"""NUL bytes that a crash left, holes of a sparse file, and lines without end."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from tests.lines.follower import Follower, numbers, record

MIB = 1 << 20


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "a.jsonl"


@pytest.fixture
def follower(tmp_path: Path) -> Follower:
    return Follower(tmp_path)


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as stream:
        stream.write(data)


def hole(path: Path, size: int) -> None:
    """Make the file longer without writing."""
    os.truncate(path, path.stat().st_size + size)


def test_a_lost_block_between_lines_is_counted_and_left_out(log: Path, follower: Follower) -> None:
    """T11: a MiB of NULs after a crash costs no line, and every NUL is counted."""
    append(log, record(1) + bytes(MIB))
    assert numbers(follower.read()) == [1]
    assert follower.tail.totals.nul_bytes == 0, "they may yet be written"
    append(log, record(2) + record(3))
    assert numbers(follower.read()) == [2, 3]
    assert follower.tail.totals.nul_bytes == MIB
    assert follower.chunks[-1].offset == len(record(1)) + MIB
    follower.check_identity()


def test_a_lost_block_inside_a_line_costs_that_line_alone(log: Path, follower: Follower) -> None:
    """T11: the torn beginning comes as a final line, the records behind the NULs are whole."""
    append(log, record(1) + b'{"seq":2,"to' + bytes(MIB) + record(3) + record(4))
    assert follower.read() == [b'{"seq":1}', b'{"seq":2,"to', b'{"seq":3}', b'{"seq":4}']
    assert [chunk.final for chunk in follower.chunks] == [False, True, False]
    assert follower.tail.totals.nul_bytes == MIB
    follower.check_identity()


def test_single_nuls_inside_a_line_stay_in_it(log: Path, follower: Follower) -> None:
    """A few NULs in a line make one bad line, not two; NULs before a line are left out."""
    append(log, b'{"x":"\0\0"}\n\0\0\0' + record(1) + b"\0" + record(2))
    assert follower.read() == [b'{"x":"\0\0"}', b'{"seq":1}', b'{"seq":2}']
    assert follower.tail.totals.nul_bytes == 4
    follower.check_identity()


@pytest.mark.parametrize("first_read", [False, True])
def test_a_sparse_gibibyte_costs_no_memory(log: Path, follower: Follower, first_read: bool) -> None:
    """T12: the hole that copytruncate leaves to a writer without O_APPEND is jumped over."""
    log.write_bytes(b"")
    tracemalloc.start()
    try:
        hole(log, 1 << 30)
        if first_read:
            assert follower.read() == []
        append(log, record(1))
        hole(log, 1 << 20)
        append(log, record(2))
        assert numbers(follower.read()) == [1, 2]
        assert tracemalloc.get_traced_memory()[1] < 10 * MIB
    finally:
        tracemalloc.stop()
    assert follower.tail.totals.nul_bytes == (1 << 30) + (1 << 20)
    follower.check_identity()


def test_copytruncate_under_a_writer_without_append(log: Path, follower: Follower) -> None:
    """T12: after the truncation the writer goes on at its old offset, behind a hole."""
    with log.open("wb", buffering=0) as writer:
        writer.write(record(1, 5000))
        follower.read()
        os.truncate(log, 0)
        writer.write(record(2))
        assert numbers(follower.read()) == [2]
        os.truncate(log, 0)
        writer.write(record(3) + record(4))
        assert numbers(follower.read()) == [3, 4]
    assert numbers(follower.lines) == [1, 2, 3, 4]
    follower.check_identity()


def test_a_writer_that_reserves_its_blocks_loses_nothing(log: Path, follower: Follower) -> None:
    """Zeros that are overwritten later are waited for: no line is taken for a lost block."""
    log.write_bytes(bytes(64 * 1024))
    descriptor = os.open(log, os.O_WRONLY)
    try:
        given, position = follower.read(), 0
        for number in range(200):
            line = record(number, 100)
            for part in (line[:40], line[40:]):
                os.pwrite(descriptor, part, position)
                position += len(part)
                os.utime(log, ns=(0, 1_000_000_000 + position))
                given += follower.read(0.05)
    finally:
        os.close(descriptor)
    assert numbers(given) == list(range(200))
    assert follower.tail.totals.generations == {"new": 1}


def test_a_line_beyond_the_limit_is_passed_over_with_a_record(
    log: Path, follower: Follower
) -> None:
    """T13: one record with the first 256 bytes and the length; the next line is accepted."""
    giant = record(2, 10 * MIB)
    append(log, record(1) + giant[: 5 * MIB])
    assert numbers(follower.read()) == [1]
    append(log, giant[5 * MIB :] + record(3))
    assert numbers(follower.read()) == [3]
    (only,) = follower.oversize
    assert (only.offset, only.length) == (len(record(1)), len(giant))
    assert only.head == giant[:256]
    assert only.generation == follower.chunks[0].generation
    follower.check_identity()


def test_a_gibibyte_without_newline_costs_no_memory(log: Path, follower: Follower) -> None:
    """T13: memory stays at a few blocks however long the line is, also across a restart."""
    line = b"x" * MIB
    with log.open("wb") as stream:
        stream.write(record(1))
        for _ in range(256):
            stream.write(line)
    tracemalloc.start()
    try:
        assert numbers(follower.read()) == [1]
        follower.restart()
        append(log, b"\n" + record(2))
        assert numbers(follower.read()) == [2]
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()
    assert [record.length for record in follower.oversize] == [256 * MIB + 1]
    follower.check_identity()


@pytest.mark.parametrize("excess", [-1, 0, 1, 2, 1000])
def test_the_limit_is_exact(tmp_path: Path, log: Path, excess: int) -> None:
    """A line of exactly the limit is taken, one byte more is not, wherever it stands."""
    follower = Follower(tmp_path, max_line_bytes=1000)
    line = b"x" * (999 + excess) + b"\n"
    log.write_bytes((record(1) + line) * 300)
    lines = follower.read()
    assert lines.count(b'{"seq":1}') == 300
    assert lines.count(line[:-1]) == (300 if excess <= 0 else 0)
    assert len(follower.oversize) == (0 if excess <= 0 else 300)
    follower.check_identity()


def test_a_giant_without_end_in_a_rotated_file_is_recorded(
    tmp_path: Path, log: Path, follower: Follower
) -> None:
    """T13: the end of the file ends the line."""
    append(log, record(1) + b"x" * (2 * MIB))
    follower.read()
    log.rename(tmp_path / "a.jsonl.1")
    assert follower.settle() == []
    assert [record.length for record in follower.oversize] == [2 * MIB]
    follower.check_identity()


def test_random_bytes_neither_crash_nor_stall(log: Path, follower: Follower) -> None:
    """T52, the bytes' part: whatever stands in the file, every byte is accounted for."""
    noise = os.urandom(3 * MIB) + (b"\0\n" * 5000) + os.urandom(1000).replace(b"\n", b"") * 3000
    append(log, noise)
    follower.read()
    append(log, b"\n" + record(1))
    assert follower.read()[-1] == b'{"seq":1}'
    follower.check_identity()
    assert follower.tail.totals.bytes_read == log.stat().st_size
