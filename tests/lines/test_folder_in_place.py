"""A folder where a log was: said as such, and the log is read again when it is back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.lines.follower import Follower, numbers, record


@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("path", ["bot.jsonl", "", "*.jsonl"])
def test_a_folder_in_a_logs_place_is_told_and_the_log_comes_back(
    tmp_path: Path, path: str, beside: bool
) -> None:
    """However the log was named: what stands there now is said; no line is lost or read twice."""
    log = tmp_path / "bot.jsonl"
    log.write_bytes(record(1))
    if beside:
        (tmp_path / "other.jsonl").write_bytes(record(7))
    follower = Follower(tmp_path / path)
    before = numbers(follower.read())
    log.rename(tmp_path / "moved")
    log.mkdir()
    (log / "notes.txt").touch()
    follower.read()
    state, problem = follower.tail.state, str(follower.tail.problem)
    after_restart = Follower(tmp_path / path)
    after_restart.read()
    shutil.rmtree(log)
    log.write_bytes(record(2))
    back = numbers(follower.settle())

    is_alone = not beside or path == "bot.jsonl"
    assert before == ([1] if is_alone else [1, 7])
    assert state == ("misconfigured" if is_alone else "degraded")
    assert "bot.jsonl is a folder, not a file, and no log lies in it" in problem
    assert after_restart.tail.state == ("misconfigured" if is_alone else "ok")
    assert back == [2]
    assert (follower.tail.state, follower.tail.problem) == ("ok", None)
    follower.check_identity()


def test_a_log_of_any_name_that_became_a_folder_is_told(tmp_path: Path) -> None:
    """A file that is named itself need not be called as logs are: it was seen there."""
    log = tmp_path / "bot.txt"
    log.write_bytes(record(1))
    follower = Follower(log)
    assert numbers(follower.read()) == [1]
    log.unlink()
    log.mkdir()
    follower.read()
    assert follower.tail.state == "misconfigured"
    assert "bot.txt is a folder, not a file" in str(follower.tail.problem)


def test_a_folder_that_is_called_as_a_log_and_holds_logs_is_a_folder(tmp_path: Path) -> None:
    """Some programs write a folder of parts under the name of the log: the parts are read."""
    parts = tmp_path / "events.jsonl"
    parts.mkdir()
    (parts / "part-0.jsonl").write_bytes(record(1))
    for path in (tmp_path, parts):
        follower = Follower(path)
        assert numbers(follower.read()) == [1]
        assert (follower.tail.state, follower.tail.problem) == ("ok", None)
    (tmp_path / "logs").mkdir()
    empty = Follower(tmp_path / "logs")
    empty.read()
    assert empty.tail.state == "waiting"
