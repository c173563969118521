"""Compressed parts: still growing, broken, enormous, read across a restart."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from pathlib import Path

from tests.lines.follower import Follower, numbers, record
from tests.lines.log_files import write


def test_a_gz_that_is_still_being_written(log: Path, follower: Follower) -> None:
    """A compressor takes its time: the half-written part beside its original is not read."""
    write(log, 0, 20_000, 100)
    follower.read()
    old = log.with_name("a.jsonl.1")
    log.rename(old)
    whole = gzip.compress(old.read_bytes())
    packed = log.with_name("a.jsonl.1.gz")
    for end in (0, 5, 100, len(whole) // 2, len(whole)):
        packed.write_bytes(whole[:end])
        assert follower.read() == []
    old.unlink()
    assert follower.settle() == []
    follower.check_identity()


def test_a_foreign_gz_that_grows_is_read_as_far_as_it_goes(log: Path, follower: Follower) -> None:
    """A compressed log that is uploaded slowly gives its lines once, members in a row too."""
    whole = gzip.compress(b"".join(record(number, 300) for number in range(20_000)))
    whole += gzip.compress(b"".join(record(number, 300) for number in range(20_000, 20_010)))
    packed = log.with_name("b.jsonl.gz")
    for end in range(1000, len(whole) + 20_000, 20_000):
        packed.write_bytes(whole[: min(end, len(whole))])
        follower.read()
    packed.write_bytes(whole)
    follower.settle()
    assert numbers(follower.lines) == list(range(20_010))
    follower.check_identity()


def test_a_broken_gz_gives_what_it_has_and_a_problem(log: Path, follower: Follower) -> None:
    """Damage in the middle: the lines before it come, and the source says which file it is."""
    lines = [os.urandom(90).hex().encode() + b"\n" for _ in range(5000)]
    whole = bytearray(gzip.compress(b"".join(lines)))
    whole[len(whole) // 2 :] = os.urandom(len(whole) // 2)
    log.with_name("b.jsonl.gz").write_bytes(whole)
    write(log, 0, 3)
    follower.read()
    given = [line + b"\n" for line in follower.lines if not line.startswith(b"{")]
    assert len(given) > 1000
    assert given[:1000] == lines[:1000]
    assert len(follower.lines) - len(given) == 3
    assert follower.tail.state == "degraded"
    assert "b.jsonl.gz" in str(follower.tail.problem)
    assert follower.settle() == []


def test_a_gzip_bomb_costs_no_memory(log: Path, follower: Follower) -> None:
    """A GiB of one letter in a MiB: passed over as one line that is too long."""
    with gzip.open(log.with_name("b.jsonl.gz"), "wb", compresslevel=1) as stream:
        for _ in range(200):
            stream.write(b"x" * (1 << 20))
        stream.write(b"\n" + record(1))
    tracemalloc.start()
    try:
        assert numbers(follower.read()) == [1]
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()
    assert [each.length for each in follower.oversize] == [(200 << 20) + 1]
    follower.check_identity()


def test_a_restart_in_the_middle_of_a_gz(log: Path, follower: Follower) -> None:
    """The position counts decompressed bytes; a new process goes on there."""
    with gzip.open(log.with_name("b.jsonl.gz"), "wb") as stream:
        stream.write(b"".join(record(number, 500) for number in range(20_000)))
    for _ in range(20):
        before = len(follower.chunks)
        while len(follower.chunks) == before:
            follower.chunks += follower.tail.read(limit_bytes=300_000)
        follower.restart()
    follower.settle()
    assert numbers(follower.lines) == list(range(20_000))
    follower.check_identity()
