"""Where logs can lie: folders that come and go, links, copies."""

from __future__ import annotations

import os
import shutil
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


def test_two_files_with_the_same_beginning_are_two(root: Path) -> None:
    """T30: identical first 64 KiB, even wholly identical: both are counted."""
    follower = Follower(root)
    (root / "a.jsonl").write_bytes(b"".join(record(number, 100) for number in range(1000)))
    shutil.copy(root / "a.jsonl", root / "b.jsonl")
    assert numbers(follower.read()) == 2 * list(range(1000))
    with (root / "b.jsonl").open("ab") as stream:
        stream.write(record(1000))
    assert numbers(follower.read()) == [1000]
    follower.restart()
    assert follower.settle() == []
    assert files(follower) == {"a.jsonl", "b.jsonl"}
    follower.check_identity()


def test_tiny_files_are_read_at_once(root: Path) -> None:
    """T31: an empty file and one of a single short line; there is no least size."""
    (root / "a.jsonl").touch()
    (root / "b.jsonl").write_bytes(b"{}\n")
    follower = Follower(root)
    assert follower.read() == [b"{}"]
    follower.restart()
    (root / "a.jsonl").write_bytes(b"{}\n")
    assert follower.read() == [b"{}"]
    assert follower.settle() == []


def test_files_and_folders_that_come_late(tmp_path: Path) -> None:
    """T32: a missing folder is waited for, nested folders are found as they appear."""
    late = tmp_path / "desk" / "logs"
    follower = Follower(late)
    assert follower.read() == []
    assert follower.tail.state == "waiting"
    assert str(late) in str(follower.tail.problem)
    late.mkdir(parents=True)
    assert follower.read() == []
    assert follower.tail.state == "waiting"
    (late / "a.jsonl").write_bytes(record(1))
    assert numbers(follower.read()) == [1]
    assert (follower.tail.state, follower.tail.problem) == ("ok", None)
    (late / "night" / "deep").mkdir(parents=True)
    (late / "night" / "deep" / "b.jsonl").write_bytes(record(2))
    assert numbers(follower.read()) == [2]
    assert files(follower) == {"a.jsonl", "night/deep/b.jsonl"}


def test_a_wake_up_saves_the_second(root: Path) -> None:
    """Without it a new file is found within a second or two, with it at the next read."""
    follower = Follower(root)
    follower.read()
    (root / "a.jsonl").write_bytes(record(1))
    assert follower.read(0.05) == []
    follower.tail.wake()
    assert numbers(follower.read(0.05)) == [1]
    (root / "b.jsonl").write_bytes(record(2))
    assert numbers(follower.read(0.5) + follower.read(0.6)) == [2]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_folder_that_is_removed_and_made_again(root: Path, restarted: bool) -> None:
    """T33: the new folder's files are new files, whatever inodes they have."""
    follower = Follower(root)
    (root / "a.jsonl").write_bytes(record(1) + record(2))
    follower.read()
    if restarted:
        follower.restart()
    shutil.rmtree(root)
    if not restarted:
        assert follower.read() == []
        assert follower.tail.state == "waiting"
    root.mkdir()
    (root / "a.jsonl").write_bytes(record(3) + record(4) + record(5))
    assert numbers(follower.read()) == [3, 4, 5]
    assert follower.tail.state == "ok"
    assert follower.settle() == []
    follower.check_identity()


def test_a_folder_that_is_renamed_and_back(root: Path, tmp_path: Path) -> None:
    """An unmounted disk that comes back: what was known stays known."""
    follower = Follower(root)
    (root / "a.jsonl").write_bytes(record(1) + record(2))
    follower.read()
    root.rename(tmp_path / "away")
    follower.settle()
    (tmp_path / "away").rename(root)
    with (root / "a.jsonl").open("ab") as stream:
        stream.write(record(3))
    assert numbers(follower.settle()) == [3]
    follower.check_identity()


def test_a_link_that_moves_on(root: Path) -> None:
    """T34: `current.jsonl` points to another file: the old is drained, the new starts at 0."""
    (root / "one.data").write_bytes(record(1))
    (root / "two.data").write_bytes(record(2))
    link = root / "current.jsonl"
    link.symlink_to("one.data")
    follower = Follower(root)
    assert numbers(follower.read()) == [1]
    with (root / "one.data").open("ab") as stream:
        stream.write(record(10))
    (root / "next").symlink_to("two.data")
    (root / "next").replace(link)
    assert sorted(numbers(follower.read())) == [2, 10]
    assert files(follower) == {"current.jsonl"}
    link.unlink()
    link.symlink_to("nowhere")
    assert follower.settle() == []
    follower.check_identity()


def test_a_link_beside_its_target_is_the_same_file(root: Path) -> None:
    """T51: hard links and symbolic links to a log that is followed anyway are counted once."""
    (root / "a.jsonl").write_bytes(record(1))
    (root / "b.jsonl").symlink_to("a.jsonl")
    os.link(root / "a.jsonl", root / "c.jsonl")
    follower = Follower(root)
    assert numbers(follower.read()) == [1]
    assert follower.settle() == []


def test_a_loop_of_links_is_named(root: Path) -> None:
    """T34: a loop gives a state and costs nothing."""
    (root / "a.jsonl").symlink_to("b.jsonl")
    (root / "b.jsonl").symlink_to("a.jsonl")
    (root / "sub").mkdir()
    (root / "sub" / "up").symlink_to(root)
    follower = Follower(root)
    assert follower.read() == []
    assert follower.tail.state == "unreadable"
    assert "eloop" in str(follower.tail.problem)
    (root / "c.jsonl").write_bytes(record(1))
    assert numbers(follower.read()) == [1]
    assert follower.tail.state == "degraded"


@pytest.mark.parametrize("explicit", [False, True])
def test_a_link_out_of_the_folder_is_refused(root: Path, tmp_path: Path, explicit: bool) -> None:
    """T35: whoever can write into the log folder cannot make us read /etc/shadow."""
    secret = tmp_path / "secret"
    secret.write_bytes(record(666))
    link = root / "a.jsonl"
    link.symlink_to(secret)
    follower = Follower(link if explicit else root)
    assert follower.read() == []
    assert follower.tail.state == "misconfigured"
    assert "outside_root" in str(follower.tail.problem)
    assert follower.tail.totals.bytes_read == 0


def test_a_link_to_a_folder_outside_is_not_followed(root: Path, tmp_path: Path) -> None:
    """The folder's logs do not appear, the others do."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.jsonl").write_bytes(record(666))
    (root / "sub").symlink_to(tmp_path / "elsewhere")
    follower = Follower(root)
    assert follower.read() == []
    assert "outside_root" in str(follower.tail.problem)
    (root / "b.jsonl").write_bytes(record(1))
    assert numbers(follower.read()) == [1]
    assert follower.tail.state == "ok"


def test_a_source_folder_that_is_itself_a_link(root: Path, tmp_path: Path) -> None:
    """The configured place may be a link; it is the boundary that its target makes."""
    (tmp_path / "link").symlink_to(root)
    (root / "a.jsonl").write_bytes(record(1))
    follower = Follower(tmp_path / "link")
    assert numbers(follower.read()) == [1]
