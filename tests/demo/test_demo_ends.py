"""Ctrl-C of `python app.py --demo`: everything it started ends, quietly and with exit code 0."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The demo as a terminal runs it: a session of its own, whose groups Ctrl-C reaches."""
    command = [sys.executable, "app.py", "--demo", "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"TMPDIR": str(tmp_path)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as desk:  # fmt: skip
        yield desk
        for left in session_of(desk):
            os.kill(left, signal.SIGKILL)


def session_of(desk: subprocess.Popen[str]) -> list[int]:
    """The processes of the demo that run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if session == str(desk.pid) and state != "Z":
            found.append(int(folder.name))
    return found


def interrupted(desk: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code after Ctrl-C, and what was said on standard error."""
    os.killpg(desk.pid, signal.SIGINT)
    _, said = desk.communicate(timeout=60)
    return desk.returncode, said


def test_the_demo_ends_with_all_it_started(demo: subprocess.Popen[str], tmp_path: Path) -> None:
    """With a viewer on its stream: exit 0 without a word; no process and no file stays."""
    assert demo.stdout is not None
    ready = next(filter(None, (re.search(r"ready at (\S+)/", line) for line in demo.stdout)))
    assert len(session_of(demo)) >= 3
    assert list(tmp_path.iterdir())
    with httpx.stream("GET", f"{ready[1]}/sse", timeout=60, trust_env=False) as stream:
        assert next(stream.iter_lines()) is not None
        assert interrupted(demo) == (0, "")
    assert session_of(demo) == []
    assert list(tmp_path.iterdir()) == []


def test_a_demo_that_still_starts_ends_as_well(demo: subprocess.Popen[str], tmp_path: Path) -> None:
    """Between its beginning and its first answer: no traceback, nothing stays."""
    while len(session_of(demo)) < 2:
        assert demo.poll() is None
    assert interrupted(demo) == (0, "")
    assert session_of(demo) == []
    assert list(tmp_path.iterdir()) == []
