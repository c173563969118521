"""The wake-up: real folders, real events, and what happens when a folder is replaced."""

from __future__ import annotations

import logging
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.wake import Wake
from tests.desk.small_desk import small_desk, wait_for


class Bell:
    """Counts how often it rang."""

    def __init__(self) -> None:
        self.rings = 0
        self._rung = threading.Event()

    def __call__(self) -> None:
        self.rings += 1
        self._rung.set()

    def rings_after(self, action: object, seconds: float = 10) -> bool:
        """Whether it rings because of what `action` does."""
        time.sleep(0.2)
        self._rung.clear()
        assert callable(action)
        action()
        return self._rung.wait(seconds)


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "logs"
    path.mkdir()
    return path


@pytest.fixture
def wake(folder: Path, bell: Bell) -> Iterator[Wake]:
    wake = Wake([folder], bell)
    yield wake
    wake.stop()


def test_a_created_a_moved_and_a_deleted_file_wake(folder: Path, bell: Bell, wake: Wake) -> None:
    """Creation, rename and deletion ring, also in a folder that was made later."""
    log = folder / "a.jsonl"
    assert wake.mode == "watch"
    assert bell.rings_after(lambda: log.write_text("x\n"))
    assert bell.rings_after(lambda: log.rename(folder / "a.jsonl.1"))
    assert bell.rings_after(lambda: (folder / "a.jsonl.1").unlink())
    assert bell.rings_after(lambda: (folder / "session").mkdir())
    assert bell.rings_after(lambda: (folder / "session" / "b.jsonl").write_text("x\n"))


def test_a_write_does_not_wake(folder: Path, bell: Bell, wake: Wake) -> None:
    """Lines that are appended ring nothing: polling finds them, at a fraction of the cost."""
    log = folder / "a.jsonl"
    assert bell.rings_after(lambda: log.write_text("x\n"))
    with log.open("a") as stream:
        assert not bell.rings_after(lambda: (stream.write("y\n"), stream.flush()), seconds=0.5)


def test_a_folder_that_was_replaced_is_watched_again(folder: Path, bell: Bell, wake: Wake) -> None:
    """A watch dies silently when its folder is deleted and made again; check() notices."""
    shutil.rmtree(folder)
    folder.mkdir()
    assert wake.check()
    assert wake.mode == "watch"
    assert wake.rebuilds == 1
    assert bell.rings_after(lambda: (folder / "a.jsonl").write_text("x\n"))
    assert not wake.check(), "a living watch is left alone"


def test_a_folder_that_comes_late_is_watched(tmp_path: Path, bell: Bell) -> None:
    """A missing folder is polled for, and watched once it is there."""
    late = tmp_path / "late"
    wake = Wake([late], bell)
    try:
        assert wake.mode == "poll"
        assert not wake.check()
        late.mkdir()
        assert wake.check()
        assert wake.mode == "watch"
        assert bell.rings_after(lambda: (late / "a.jsonl").write_text("x\n"))
        shutil.rmtree(late)
        assert wake.check()
        assert wake.mode == "poll"
    finally:
        wake.stop()


def test_a_source_tells_how_its_new_files_are_found(tmp_path: Path) -> None:
    """By polling while its folder is missing, by the watch once it is there; and how often anew."""
    logs = tmp_path / "logs"
    desk = small_desk(logs, tmp_path / "state")
    assert [desk.sources()[0][name] for name in ("wakes_by", "watch_rebuilds")] == [None, None]
    desk.start()

    def told() -> tuple[str, int]:
        (row,) = desk.sources()
        return row["wakes_by"], row["watch_rebuilds"]

    try:
        wait_for(lambda: told() == ("poll", 0))
        logs.mkdir()
        wait_for(lambda: told() == ("watch", 1))
        logs.rename(tmp_path / "old")
        logs.mkdir()
        wait_for(lambda: told()[0] == "watch" and told()[1] > 1)
    finally:
        desk.stop()


def test_an_error_in_the_callback_does_not_end_the_watch(folder: Path) -> None:
    """One exception in a handler would kill watchdog's thread for good."""
    bell = Bell()

    def fails_after_ringing() -> None:
        bell()
        raise RuntimeError("not now")

    wake = Wake([folder], fails_after_ringing)
    logging.getLogger("desk.wake").disabled = True
    try:
        assert bell.rings_after(lambda: (folder / "a").write_text("x"))
        assert bell.rings_after(lambda: (folder / "b").write_text("x"))
    finally:
        logging.getLogger("desk.wake").disabled = False
        wake.stop()


def test_stopping_leaves_no_thread_behind(folder: Path, bell: Bell) -> None:
    """stop() ends every thread that the watch began."""
    before = threading.active_count()
    wake = Wake([folder], bell)
    assert threading.active_count() > before
    wake.stop()
    assert threading.active_count() == before


def test_without_inotify_it_polls_and_says_so_once(tmp_path: Path) -> None:
    """No descriptor left for inotify: the mode is "poll", nothing crashes, one warning."""
    script = tmp_path / "poor.py"
    script.write_text(
        "import logging, os, resource, sys\n"
        "sys.path.insert(0, sys.argv[2])\n"
        "from desk.wake import Wake\n"
        "logging.basicConfig(stream=sys.stdout, format='%(levelname)s')\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))\n"
        "free = 13 - len(os.listdir('/proc/self/fd'))\n"
        "kept = [os.open('/dev/null', os.O_RDONLY) for _ in range(free)]\n"
        "wake = Wake([sys.argv[1]], print)\n"
        "wake.check()\n"
        "print(wake.mode)\n"
        "wake.stop()\n"
    )
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 12
    root = Path(__file__).resolve().parents[2]
    answer = subprocess.run(
        [sys.executable, str(script), str(tmp_path), str(root)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.stdout.split() == ["WARNING", "poll"], answer
    assert answer.returncode == 0
