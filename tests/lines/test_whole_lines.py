"""What is a line: nothing is given before its newline, nothing is split elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from data_sources.lines.tail import Tail
from tests.lines.follower import Follower, numbers, record


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "a.jsonl"


@pytest.fixture
def follower(tmp_path: Path) -> Follower:
    return Follower(tmp_path)


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as stream:
        stream.write(data)


def test_a_partial_last_line_waits_for_its_newline(log: Path, follower: Follower) -> None:
    """T01: nothing before the newline, the whole line once after it; its bytes are counted."""
    append(log, b'{"seq":1')
    assert follower.read() == []
    assert follower.tail.partial_bytes == 8
    assert follower.read(5) == []
    append(log, b"}\n")
    assert follower.read(0.05) == [b'{"seq":1}']
    assert follower.tail.partial_bytes == 0
    follower.check_identity()


def test_a_last_line_without_newline_is_never_parsed_early(log: Path, follower: Follower) -> None:
    """T02: a file that stays gets all the time it wants to end its line."""
    append(log, record(1) + b'{"seq":2}')
    assert numbers(follower.read()) == [1]
    for _ in range(4):
        assert follower.read(60) == []
    append(log, b"\n")
    assert numbers(follower.read()) == [2]


@pytest.mark.parametrize("deleted", [False, True])
def test_a_last_line_without_newline_comes_when_the_file_left(
    log: Path, follower: Follower, deleted: bool
) -> None:
    """T03: after rotation or deletion, and the wait, the rest of the file is its last line."""
    append(log, record(1) + b'{"seq":2}')
    follower.read()
    if deleted:
        log.unlink()
    else:
        log.rename(log.with_name("a.jsonl.1"))
    log.write_bytes(record(3))
    assert numbers(follower.read()) == [3]
    assert follower.read(20) == []
    assert numbers(follower.read(20)) == [2]
    assert follower.chunks[-1].final
    assert follower.chunks[-1].offset == len(record(1))
    assert follower.tail.totals.partial_final == 1
    assert follower.settle() == []
    follower.check_identity()


def test_a_line_written_byte_by_byte_comes_once(log: Path, follower: Follower) -> None:
    """T04: a hundred records of 2 kB, one byte a write, looked at in between."""
    lines = [record(number, 2000) for number in range(100)]
    given: list[bytes] = []
    descriptor = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    try:
        for count, byte in enumerate(b"".join(lines)):
            os.write(descriptor, bytes([byte]))
            if count % 97 == 0:
                given += follower.read(0.01)
    finally:
        os.close(descriptor)
    given += follower.read()
    assert [line + b"\n" for line in given] == lines
    assert len(given) == 100
    follower.check_identity()


def test_a_long_line_in_pieces_is_not_kept_in_memory_and_comes_whole(
    log: Path, follower: Follower
) -> None:
    """A line of many blocks, still below the limit, comes as one chunk of its own."""
    line = record(1, 900_000)
    for start in range(0, len(line), 100_000):
        append(log, line[start : start + 100_000])
        assert start + 100_000 >= len(line) or follower.read(0.05) == []
    assert follower.read() == [line[:-1]]
    assert follower.chunks[0].data == line
    append(log, record(2))
    assert numbers(follower.read()) == [2]


def test_carriage_returns_are_the_parsers_business(log: Path, follower: Follower) -> None:
    """T05: only the newline splits; CRLF, LF and a lone CR stay as they were written."""
    log.write_bytes(b'{"seq":1}\r\n{"seq":2}\n{"seq"\r:3}\r\n')
    assert follower.read() == [b'{"seq":1}\r', b'{"seq":2}', b'{"seq"\r:3}\r']


def test_a_byte_order_mark_counts_only_at_the_start(log: Path, follower: Follower) -> None:
    """T06: stripped at offset 0, and the offset says so; inside the file it stays."""
    log.write_bytes(b"\xef\xbb\xbf" + record(1) + b"\xef\xbb\xbf" + record(2) + record(3))
    lines = follower.read()
    assert lines == [b'{"seq":1}', b'\xef\xbb\xbf{"seq":2}', b'{"seq":3}']
    assert follower.chunks[0].offset == 3
    assert follower.tail.totals.bom_bytes == 3
    follower.check_identity()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_named_and_not_read(
    tmp_path: Path, log: Path, follower: Follower, encoding: str
) -> None:
    """T07: a file in UTF-16 gives a state that says what to do, and its neighbors go on."""
    log.write_bytes('{"seq":1}\n'.encode(encoding) * 1000)
    assert follower.read() == []
    assert follower.tail.state == "bad_payload"
    assert "wrong_encoding" in str(follower.tail.problem)
    append(log, '{"seq":1}\n'.encode(encoding) * 1000)
    (tmp_path / "b.jsonl").write_bytes(record(2))
    assert numbers(follower.read()) == [2]
    assert follower.tail.state == "degraded"
    log.write_bytes(record(3))
    assert numbers(follower.read()) == [3]
    assert follower.read() == []
    assert follower.tail.state == "ok"


def test_bytes_that_are_no_utf8_pass_untouched(log: Path, follower: Follower) -> None:
    """T08: also at the very start, where they look like half a byte order mark."""
    log.write_bytes(b'\xff\xfe{"seq":1}\n' + record(2) + b'{"x":"\xc3"}\n' + record(3))
    assert follower.read() == [b'\xff\xfe{"seq":1}', b'{"seq":2}', b'{"x":"\xc3"}', b'{"seq":3}']


def test_other_separators_do_not_split(log: Path, follower: Follower) -> None:
    """T10: U+2028, U+0085, vertical tab and file separator are text like any other."""
    lines = [f'{{"x":"a{mark}b"}}'.encode() for mark in ("\u2028", "\x85", "\x0b", "\x0c", "\x1c")]
    log.write_bytes(b"\n".join(lines) + b"\n")
    assert follower.read() == lines


def test_chunks_are_whole_lines_of_about_128_kib(log: Path, follower: Follower) -> None:
    """A big file comes in chunks, in order, without a gap between them."""
    log.write_bytes(b"".join(record(number, 100) for number in range(50_000)))
    assert numbers(follower.read()) == list(range(50_000))
    assert max(len(chunk.data) for chunk in follower.chunks) <= 128 * 1024
    position = 0
    for chunk in follower.chunks:
        assert chunk.offset == position
        position += len(chunk.data)
    assert position == log.stat().st_size == follower.tail.totals.bytes_read


def test_a_read_takes_about_the_limit_and_says_that_there_is_more(
    log: Path, follower: Follower
) -> None:
    """`limit_bytes` is kept to a turn; `more` is true until everything is taken."""
    log.write_bytes(b"".join(record(number, 1000) for number in range(3000)))
    chunks = follower.tail.read(limit_bytes=1_000_000)
    assert follower.tail.more
    assert 1_000_000 <= sum(len(chunk.data) for chunk in chunks) <= 1_000_000 + 400_000
    follower.chunks += chunks
    follower.read()
    assert not follower.tail.more
    assert numbers(follower.lines) == list(range(3000))


def test_files_have_fair_turns(tmp_path: Path, log: Path, follower: Follower) -> None:
    """A big file does not keep a small one waiting."""
    log.write_bytes(b"".join(record(number, 1000) for number in range(5000)))
    (tmp_path / "b.jsonl").write_bytes(record(1))
    first = follower.tail.read(limit_bytes=1 << 20)
    assert {chunk.file for chunk in first} == {"a.jsonl", "b.jsonl"}


def test_polling_alone_finds_a_file_that_grew(tmp_path: Path) -> None:
    """No watcher and no waiting: what was appended between two reads is there, by real time."""
    log = tmp_path / "a.jsonl"
    log.write_bytes(record(1))
    tail = Tail(tmp_path)
    assert [chunk.data for chunk in tail.read()] == [record(1)]
    append(log, record(2))
    assert [chunk.data for chunk in tail.read()] == [record(2)]
    assert tail.read() == []
    tail.close()


def test_closing_forgets_nothing(log: Path, follower: Follower) -> None:
    """After close() a later read goes on where it was, also when it was in the middle."""
    log.write_bytes(b"".join(record(number, 1000) for number in range(3000)))
    follower.chunks += follower.tail.read(limit_bytes=1_000_000)
    follower.tail.close()
    follower.read()
    follower.tail.close()
    append(log, record(3000))
    follower.read()
    assert numbers(follower.lines) == list(range(3001))
    follower.check_identity()
