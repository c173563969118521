"""Truncation, overwriting and inode reuse: another byte stream under the same name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.lines.follower import Follower, numbers, record


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "a.jsonl"


@pytest.fixture
def follower(log: Path) -> Follower:
    log.parent.mkdir()
    return Follower(log.parent)


def write(path: Path, *lines: bytes) -> None:
    with path.open("ab") as stream:
        stream.write(b"".join(lines))


def recreate_on_same_inode(path: Path, data: bytes) -> bool:
    """Delete the file and create it anew; whether the file system gave the same inode again."""
    inode = path.stat().st_ino
    path.unlink()
    path.write_bytes(data)
    return path.stat().st_ino == inode


def test_truncated_and_shorter(log: Path, follower: Follower) -> None:
    """T14: the truncation is counted once, the new lines come once."""
    write(log, *(record(number) for number in range(100)))
    follower.read()
    log.write_bytes(record(100))
    assert numbers(follower.read()) == [100]
    assert follower.tail.totals.generations == {"new": 1, "truncated": 1}
    assert len({chunk.generation for chunk in follower.chunks}) == 2
    assert follower.settle() == []
    follower.check_identity()


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("padding", [0, 3000])
def test_truncated_and_grown_past_the_old_offset(
    log: Path, follower: Follower, restarted: bool, padding: int
) -> None:
    """T15, T16: between two looks, or while we were down; only the marker can tell."""
    write(log, *(record(number, padding) for number in range(10)))
    follower.read()
    if restarted:
        follower.restart()
    log.write_bytes(b"".join(record(number, padding) for number in range(10, 50)))
    assert numbers(follower.read()) == list(range(10, 50))
    assert follower.tail.totals.generations == {"new": 1, "marker": 1}
    follower.check_identity()


@pytest.mark.parametrize("restarted", [False, True])
def test_overwritten_with_the_same_length(log: Path, follower: Follower, restarted: bool) -> None:
    """Same name, same inode, same size, other content: found at the next look."""
    write(log, *(record(number, 3000) for number in range(10, 20)))
    follower.read()
    if restarted:
        follower.restart()
    log.write_bytes(b"".join(record(number, 3000) for number in range(20, 30)))
    assert numbers(follower.read()) == list(range(20, 30))
    follower.check_identity()


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("longer", [False, True])
def test_recreated_on_the_same_inode(
    log: Path, follower: Follower, restarted: bool, longer: bool
) -> None:
    """T28: the inode says "same file"; the content says otherwise."""
    write(log, *(record(number) for number in range(10)))
    follower.read()
    follower.restart() if restarted else follower.tail.close()
    fresh = list(range(10, 30 if longer else 12))
    same = recreate_on_same_inode(log, b"".join(record(number) for number in fresh))
    assert numbers(follower.read()) == fresh
    assert same or os.uname().sysname != "Linux" or log.stat().st_dev, "either way it is right"
    assert follower.settle() == []
    follower.check_identity()


@pytest.mark.parametrize("restarted", [False, True])
def test_same_inode_and_same_first_kibibytes(
    log: Path, follower: Follower, restarted: bool
) -> None:
    """T29: logs that begin with the same long header are told apart by the marker."""
    header = b"".join(record(number, 400) for number in range(5))
    write(log, header, record(100), record(101))
    follower.read()
    follower.restart() if restarted else follower.tail.close()
    recreate_on_same_inode(log, header + record(200) + record(201) + record(202))
    assert numbers(follower.read()) == [*range(5), 200, 201, 202]
    follower.check_identity()


def test_the_same_file_put_back_is_not_read_again(log: Path, follower: Follower) -> None:
    """What an editor does on save, or a restored backup: known lines stay known."""
    write(log, *(record(number, 50) for number in range(10)))
    follower.read()
    for restarted in (False, True):
        if restarted:
            follower.restart()
        shutil.copy(log, log.with_suffix(".tmp"))
        log.with_suffix(".tmp").replace(log)
        assert follower.read() == []
    write(log, record(10))
    assert numbers(follower.read()) == [10]
    os.utime(log)
    assert follower.settle() == []
    follower.check_identity()


@pytest.mark.parametrize("packed", [False, True])
def test_copytruncate_gives_what_was_missed_from_the_copy(
    log: Path, follower: Follower, packed: bool
) -> None:
    """T17: lines that stood only in the copy come from it, those known do not come again."""
    write(log, *(record(number) for number in range(10)))
    follower.read()
    write(log, *(record(number) for number in range(10, 20)))
    shutil.copy(log, log.with_name("a.jsonl.1"))
    if packed:
        subprocess.run(["gzip", "-9", str(log.with_name("a.jsonl.1"))], check=True)
    os.truncate(log, 0)
    write(log, *(record(number) for number in range(20, 22)))
    assert numbers(follower.read()) == list(range(22))[10:]
    assert len({chunk.generation for chunk in follower.chunks}) == 2
    assert follower.settle() == []
    follower.check_identity()


def test_a_copy_that_is_older_than_our_offset_gives_nothing(log: Path, follower: Follower) -> None:
    """Lines between copy and truncation were read; the shorter copy holds nothing new."""
    write(log, *(record(number, 300) for number in range(100)))
    follower.read()
    shutil.copy(log, log.with_name("a.jsonl.1"))
    write(log, *(record(number, 300) for number in range(100, 110)))
    follower.read(0.05)
    os.truncate(log, 0)
    write(log, record(110))
    assert numbers(follower.read()) == [110]
    assert follower.settle() == []
    follower.check_identity()


WRITER = """
import os, sys, time
log, count, pace = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
for number in range(count):
    os.write(descriptor, b'{"seq":%d}\\n' % number)
    if number % 20 == 0:
        time.sleep(pace)
"""


def test_copytruncate_under_load(log: Path, follower: Follower) -> None:
    """T17: a real writer at full speed and 20 rotations: nothing comes twice, nothing torn.

    At least every line that is left in the copies and in the file comes.
    """
    count = 40_000
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(log), str(count), "0.0005"])
    try:
        while not log.exists():
            time.sleep(0.01)
        for rotation in range(20):
            for _ in range(6):
                follower.read(0.3)
            copy = log.with_name(f"a.jsonl.{rotation + 1}")
            shutil.copy(log, copy)
            os.truncate(log, 0)
        assert writer.wait(60) == 0
    finally:
        writer.kill()
        writer.wait()
    follower.settle()
    given = numbers([line for line in follower.lines if line.endswith(b"}")])
    assert len(given) == len(set(given)), "given twice"
    kept = {
        number
        for path in log.parent.iterdir()
        for number in numbers(path.read_bytes().split(b"\n")[:-1])
    }
    assert not kept - set(given), "missing although it is still on disk"
    follower.check_identity()


def test_continuous_overwriting_never_gets_stuck(log: Path, follower: Follower) -> None:
    """T50: a file that is written anew all the time; the last content is always shown."""
    for number in range(300):
        log.write_bytes(record(number))
        assert numbers(follower.read(0.01))[-1:] == [number]
    assert len(follower.tail.cursor()["generations"]) < 20
    follower.settle()
    follower.check_identity()
