"""Rotation by rename, by date, with compression, while we look and while we are down."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data_sources.reading import Counts
from tests.lines.follower import Follower, numbers, record
from tests.lines.log_files import pack, write

ROTATING_WRITER = """
import os, sys
folder, count, limit = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
descriptors, sizes, parts = [0] * 5, [0] * 5, [0] * 5
def path(n):
    return f"{folder}/log{n}.jsonl"
for n in range(5):
    descriptors[n] = os.open(path(n), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
for start in range(0, count, 50):
    for n in range(5):
        lines = b"".join(b'{"seq":%d}\\n' % (n * count + i) for i in range(start, start + 50))
        os.write(descriptors[n], lines)
        sizes[n] += len(lines)
        if sizes[n] > limit:
            parts[n] += 1
            os.rename(path(n), f"{path(n)}.{parts[n]}")
            os.close(descriptors[n])
            descriptors[n] = os.open(path(n), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            sizes[n] = 0
"""


def test_rename_and_create_under_load(log: Path, follower: Follower) -> None:
    """T18: 5 files of 100,000 lines, rotated every 256 KB by a real writer: each line once."""
    count = 100_000
    script = [sys.executable, "-c", ROTATING_WRITER, str(log.parent), str(count), "256000"]
    writer = subprocess.Popen(script)
    try:
        while writer.poll() is None:
            follower.read(0.2)
            time.sleep(0.02)
        assert writer.returncode == 0
    finally:
        writer.kill()
        writer.wait()
    follower.settle()
    given = numbers(follower.lines)
    assert len(given) == 5 * count
    assert set(given) == set(range(5 * count))
    follower.check_identity()


def test_a_writer_that_keeps_the_old_file_open(log: Path, follower: Follower) -> None:
    """T19: its late lines come for as long as the wait; then the descriptor is given back."""
    write(log, 0, 5)
    follower.read()
    with log.open("ab", buffering=0) as writer:
        log.rename(log.with_name("a.jsonl.1"))
        write(log, 100, 101)
        follower.read()
        for number in range(5, 15):
            writer.write(record(number))
            assert numbers(follower.read(2)) == [number]
    assert follower.read(29) == []
    assert len(_open_logs(log.parent)) == 2
    follower.read(35)
    assert [Path(path).name for path in _open_logs(log.parent)] == ["a.jsonl"]
    assert len({chunk.generation for chunk in follower.chunks}) == 2
    follower.check_identity()


def test_a_line_that_is_later_than_late_still_comes(log: Path, follower: Follower) -> None:
    """A rotated file that grows after it was closed is opened again."""
    write(log, 0, 5)
    follower.read()
    log.rename(log.with_name("a.jsonl.1"))
    follower.settle()
    write(log.with_name("a.jsonl.1"), 5, 6)
    assert numbers(follower.read()) == [5]
    follower.check_identity()


def test_a_deleted_file_is_read_to_its_end(log: Path, follower: Follower) -> None:
    """The writer still has it open, nobody else can see it: its lines come all the same."""
    write(log, 0, 5)
    with log.open("ab", buffering=0) as writer:
        follower.read()
        log.unlink()
        writer.write(record(5))
        assert numbers(follower.read()) == [5]
        writer.write(record(6) + b'{"seq":7}')
    assert numbers(follower.settle()) == [6, 7]
    assert not _open_logs(log.parent)
    follower.check_identity()


@pytest.mark.parametrize("delay", [True, False])
@pytest.mark.parametrize("name", ["a.jsonl.{}", "a.jsonl-2025090{}"])
def test_rotated_then_compressed_is_not_read_again(
    log: Path, follower: Follower, delay: bool, name: str
) -> None:
    """T26: with delaycompress or without; numbered names move up, dated ones stay."""
    start = 0
    for rotation in range(1, 6):
        write(log, start, start + 50, 40)
        start += 50
        if rotation % 2:
            follower.read()
        write(log, start, start + 1, 40)
        start += 1
        old = log.with_name(name.format(rotation))
        log.rename(old)
        if not delay:
            follower.read(0.05)
            pack(old)
        elif rotation > 1:
            pack(log.with_name(name.format(rotation - 1)))
    write(log, start, start + 3)
    follower.settle()
    assert sorted(numbers(follower.lines)) == list(range(start + 3))
    follower.check_identity()


def test_numbered_parts_that_move_up_keep_their_generation(log: Path, follower: Follower) -> None:
    """`.1` becomes `.2`, `.2` becomes `.3.gz`: nothing is read again, the line is found again."""
    write(log, 0, 10)
    follower.read()
    generation = follower.chunks[0].generation
    log.rename(log.with_name("a.jsonl.1"))
    write(log, 10, 20)
    follower.settle()
    log.with_name("a.jsonl.1").rename(log.with_name("a.jsonl.2"))
    log.rename(log.with_name("a.jsonl.1"))
    write(log, 20, 30)
    follower.settle()
    assert follower.tail.file_of(generation) == log.with_name("a.jsonl.2").resolve()
    packed = pack(log.with_name("a.jsonl.2"))
    follower.settle()
    assert follower.tail.file_of(generation) == packed.resolve()
    packed.unlink()
    follower.settle()
    assert follower.tail.file_of(generation) is None
    assert sorted(numbers(follower.lines)) == list(range(30))


@pytest.mark.parametrize("lines", [3, 1000])
def test_rotated_and_compressed_while_down(log: Path, follower: Follower, lines: int) -> None:
    """T27: what was written before the rotation is found in the `.gz`, by its head."""
    write(log, 0, 3)
    follower.read()
    follower.restart()
    write(log, 3, 3 + lines)
    log.rename(log.with_name("a.jsonl.1"))
    packed = pack(log.with_name("a.jsonl.1"))
    write(log, 5000, 5003)
    given = numbers(follower.read())
    assert given == [*range(3, 3 + lines), *range(5000, 5003)]
    assert follower.chunks[0].generation == follower.chunks[1].generation
    assert follower.chunks[1].offset == len(follower.chunks[0].data)
    assert follower.tail.file_of(follower.chunks[0].generation) == packed.resolve()
    assert follower.settle() == []
    assert follower.tail.totals.missed == 0
    follower.check_identity()


def test_rotated_twice_while_down(log: Path, follower: Follower) -> None:
    """Two rotations were missed: the old file is finished, the one between is new."""
    write(log, 0, 30)
    follower.read()
    follower.restart()
    write(log, 30, 40)
    log.rename(log.with_name("a.jsonl.2"))
    write(log, 40, 50)
    log.rename(log.with_name("a.jsonl.1"))
    write(log, 50, 60)
    assert numbers(follower.read()) == list(range(30, 60))
    follower.check_identity()


def test_lost_while_down_is_said(log: Path, follower: Follower) -> None:
    """The old file is gone without a trace: nobody can know what stood in it; it is counted."""
    write(log, 0, 30)
    follower.read()
    follower.restart()
    log.unlink()
    follower.settle()
    counts = Counts()
    follower.tail.tell(counts)
    assert counts.missed == 1
    write(log, 30, 31)
    assert numbers(follower.read()) == [30]


def test_daily_parts_of_a_bot_are_all_read_once(log: Path, follower: Follower) -> None:
    """`<name>.jsonl.YYYYMMDD.HHMMSS.partN.jsonl.gz` parts are lines of `<name>.jsonl`."""
    for part in range(1, 5):
        packed = log.with_name(f"a.jsonl.2025090{part}.000001.part1.jsonl.gz")
        with gzip.open(packed, "wb") as stream:
            stream.write(b"".join(record(part * 1000 + number) for number in range(1000)))
        os.utime(packed, (part, part))
    write(log, 5000, 5010)
    (log.parent / "a.jsonl.lock").write_text("4711\n")
    assert numbers(follower.read()) == [*range(1000, 5000), *range(5000, 5010)]
    assert {chunk.file for chunk in follower.chunks} == {"a.jsonl"}
    assert len({chunk.generation for chunk in follower.chunks}) == 5
    follower.restart()
    assert follower.settle() == []
    follower.check_identity()


def _open_logs(folder: Path) -> list[str]:
    """The paths of files below the folder that this process has open."""
    links = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            links.append(str(descriptor.readlink()))
        except FileNotFoundError:
            continue
    return [link for link in links if link.startswith(str(folder))]
