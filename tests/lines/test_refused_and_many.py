"""What a log folder may refuse or hold: rights, pipes, names, more files than descriptors."""

from __future__ import annotations

import gzip
import os
import resource
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lines.follower import Follower, numbers, record


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


def files(follower: Follower) -> set[str]:
    return {chunk.file for chunk in follower.chunks}


@contextmanager
def nobody() -> Iterator[None]:
    """Without the rights of root, as a service runs."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that another user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="public-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_permission_denied_and_granted_later(public: Path, what: str) -> None:
    """T41: the path is named, the others go on, and after chmod every line comes once."""
    log = public / "logs" / "a.jsonl"
    log.parent.mkdir()
    log.write_bytes(record(1) + record(2))
    closed = log if what == "file" else log.parent
    mode = closed.stat().st_mode
    closed.chmod(0)
    follower = Follower(public)
    with nobody():
        assert follower.read() == []
        assert follower.tail.state == "unreadable"
        assert "denied" in str(follower.tail.problem)
        assert str(closed) in str(follower.tail.problem)
    (public / "b.jsonl").write_bytes(record(3))
    with nobody():
        assert numbers(follower.read()) == [3]
        assert follower.tail.state == "degraded"
    closed.chmod(mode)
    with nobody():
        assert numbers(follower.read()) == [1, 2]
        assert follower.tail.state == "ok"
    closed.chmod(0)
    with nobody():
        assert follower.read() == []
    closed.chmod(mode)
    with log.open("ab") as stream:
        stream.write(record(4))
    with nobody():
        assert numbers(follower.settle()) == [4]
    follower.check_identity()


@pytest.mark.parametrize("kind", ["fifo", "socket", "device"])
@pytest.mark.parametrize("explicit", [False, True])
def test_what_is_no_file_is_refused(root: Path, kind: str, explicit: bool) -> None:
    """T42: a pipe, a socket or a device never blocks us and is named."""
    path = root / "a.jsonl"
    keeper = None
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        keeper = socket.socket(socket.AF_UNIX)
        here = Path.cwd()
        os.chdir(root)
        keeper.bind("a.jsonl")
        os.chdir(here)
    elif os.geteuid() == 0:
        os.mknod(path, 0o20644, os.makedev(1, 5))
    else:
        pytest.skip("only root can make a device")
    follower = Follower(path if explicit else root)
    assert follower.read() == []
    assert follower.tail.state == "misconfigured"
    assert "not_regular" in str(follower.tail.problem)
    if keeper is not None:
        keeper.close()
    path.unlink()
    path.write_bytes(record(1))
    assert numbers(follower.read()) == [1]
    assert follower.tail.state == "ok"


def test_one_file_with_its_rotated_parts(root: Path) -> None:
    """A path to a file means that log: its parts belong to it, its neighbors do not."""
    log = root / "a.jsonl"
    follower = Follower(log)
    assert follower.read() == []
    assert follower.tail.state == "waiting"
    log.write_bytes(record(1))
    (root / "b.jsonl").write_bytes(record(666))
    (root / "sub").mkdir()
    (root / "sub" / "a.jsonl").write_bytes(record(666))
    assert numbers(follower.read()) == [1]
    log.rename(root / "a.jsonl.1")
    log.write_bytes(record(2))
    assert numbers(follower.read()) == [2]
    assert files(follower) == {"a.jsonl"}
    assert follower.tail.root == root


def test_a_name_that_is_no_jsonl(root: Path) -> None:
    """An explicit file may be called anything, brackets too."""
    log = root / "bot [1].log"
    log.write_bytes(record(1))
    follower = Follower(log)
    assert numbers(follower.read()) == [1]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.jsonl", {1}),
        ("*/*.jsonl", {2, 3}),
        ("*/orders*.jsonl", {3}),
        ("**/*.jsonl", {1, 2, 3, 4}),
        ("s?/deep/*.jsonl", {4}),
        ("*.log", {5}),
    ],
)
def test_globs(root: Path, pattern: str, expected: set[int]) -> None:
    """A glob chooses files at its own depth; `**` is any depth; rotated parts come along."""
    (root / "s1" / "deep").mkdir(parents=True)
    places = ["a.jsonl", "s1/b.jsonl", "s1/orders_x.jsonl", "s1/deep/c.jsonl", "bot.log"]
    for number, place in enumerate(places, start=1):
        (root / place).write_bytes(record(number))
        (root / (place + ".1")).write_bytes(record(number + 10))
    follower = Follower(root / pattern)
    assert set(numbers(follower.read())) == expected | {number + 10 for number in expected}


def test_names_in_other_encodings_do_no_harm(root: Path) -> None:
    """A file name that is no UTF-8 is read, and its name is text that every encoder takes."""
    path = os.fsencode(root) + b"/caf\xe9.jsonl"
    with open(path, "wb") as stream:
        stream.write(record(1))
    follower = Follower(root)
    assert numbers(follower.read()) == [1]
    assert follower.chunks[0].file.encode() == rb"caf\xe9.jsonl"
    assert follower.tail.file_of(follower.chunks[0].generation) == Path(os.fsdecode(path))


def test_more_files_than_descriptors(root: Path) -> None:
    """Files beyond the limit are closed and opened in turn; every line comes once."""
    follower = Follower(root, max_open_files=8)
    for turn in range(4):
        for number in range(40):
            with (root / f"log{number}.jsonl").open("ab") as stream:
                stream.write(record(turn * 100 + number))
        assert len(follower.read()) == 40
    for number in range(40):
        (root / f"log{number}.jsonl").rename(root / f"log{number}.jsonl.1")
    follower.restart()
    assert follower.settle() == []
    assert sorted(numbers(follower.lines)) == [t * 100 + n for t in range(4) for n in range(40)]
    follower.check_identity()


def test_more_compressed_parts_than_descriptors(root: Path) -> None:
    """A week of compressed parts is read one after the other."""
    follower = Follower(root, max_open_files=8)
    for number in range(40):
        with gzip.open(root / f"a.jsonl.{40 - number}.gz", "wb") as stream:
            stream.write(record(number))
        os.utime(root / f"a.jsonl.{40 - number}.gz", (number, number))
    assert numbers(follower.read()) == list(range(40))
    assert len(follower.tail._descriptors) <= 8
    assert follower.settle() == []


def test_a_process_without_descriptors(root: Path) -> None:
    """T43: EMFILE closes the silent ones and goes on."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(200):
        (root / f"log{number}.jsonl").write_bytes(record(number))
    follower = Follower(root)
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 20, hard))
    try:
        lines = follower.read() + follower.read()
        with (root / "log7.jsonl").open("ab") as stream:
            stream.write(record(1000))
        lines += follower.read()
        follower.tail.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert sorted(numbers(lines)) == [*range(200), 1000]


def test_the_logs_are_only_read(public: Path) -> None:
    """Everything is read from a folder in which nothing may be written."""
    log = public / "a.jsonl"
    log.write_bytes(record(1))
    log.chmod(0o444)
    public.chmod(0o555)
    before = (log.stat().st_mtime_ns, log.stat().st_ctime_ns, sorted(os.listdir(public)))
    with nobody():
        follower = Follower(public)
        assert numbers(follower.read()) == [1]
        follower.restart()
        follower.settle()
    after = (log.stat().st_mtime_ns, log.stat().st_ctime_ns, sorted(os.listdir(public)))
    assert before == after
