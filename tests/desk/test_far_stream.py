"""A stream behind a network is read beside the sweep, and each of its events counts once."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any, ClassVar

import pytest

from data_sources.jsonl import JsonlSource
from data_sources.reading import Reading
from data_sources.redis_streams import RedisStreamsSource
from demo.write import generate
from desk.desk import Desk
from desk.origin import origin
from tests.desk.small_desk import wait_for


class Far(JsonlSource):
    """A log that stands for a server: each read waits until it may go on; some fail."""

    may_wait: ClassVar = True

    def __init__(self, path: Path, fails: frozenset[int] = frozenset()) -> None:
        super().__init__(path, dialect="aurora", name="far")
        self.answers = threading.Event()
        self.reads = 0
        self.threads: set[str] = set()
        self._fails = fails

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 50_000) -> Reading:
        self.answers.wait(30)
        reading = super().read(cursor, limit_bytes=50_000)
        self.reads += 1
        self.threads.add(threading.current_thread().name)
        if self.reads in self._fails:
            raise TimeoutError("the server went away")
        return reading


def lines_of(folder: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in folder.rglob("*.jsonl"))


@pytest.mark.parametrize("fails", [frozenset(), frozenset({2, 5})])
def test_every_event_counts_once(tmp_path: Path, fails: frozenset[int]) -> None:
    """In many reads, some of which fail after they took their lines, each line is read once."""
    generate(tmp_path / "far", 2_000)
    source = Far(tmp_path / "far", fails)
    source.answers.set()
    desk = Desk([origin("far", source)], state_dir=tmp_path / "state")
    desk.start()
    try:
        lines = lines_of(tmp_path / "far")
        wait_for(lambda: desk.sources()[0]["accepted"] == lines)
        assert len(desk.frame("events", limit=100_000)) == lines
        assert source.reads > len(fails) + 2
        assert source.threads == {"desk-far-far_0"}
    finally:
        desk.stop()


def test_a_server_that_hangs_stops_no_sweep(tmp_path: Path) -> None:
    """While a far read hangs, the log beside it is read; what comes after it is taken."""
    generate(tmp_path / "far", 500)
    generate(tmp_path / "near", 500)
    source = Far(tmp_path / "far")
    near = JsonlSource(tmp_path / "near", dialect="aurora", name="near")
    desk = Desk([origin("far", source), origin("near", near)], state_dir=tmp_path / "state")
    desk.start()
    try:
        wait_for(lambda: desk.sources()[1]["accepted"] == lines_of(tmp_path / "near"))
        assert desk.sources()[0]["lines_in"] == 0
        source.answers.set()
        wait_for(lambda: desk.sources()[0]["accepted"] == lines_of(tmp_path / "far"))
    finally:
        source.answers.set()
        desk.stop()


def test_a_silent_redis_is_asked_beside_the_sweep(tmp_path: Path) -> None:
    """A port that accepts and says nothing is told as down, and no sweep ever waits for it."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        redis = RedisStreamsSource(f"redis://127.0.0.1:{port}", name="mute")
        waited: list[str] = []
        told = redis.read

        def read(cursor: dict[str, Any] | None = None, **limits: Any) -> Reading:
            waited.append(threading.current_thread().name)
            return told(cursor, **limits)

        redis.read = read  # type: ignore[method-assign]
        desk = Desk([origin("mute", redis)], state_dir=tmp_path / "state")
        desk.start()
        try:
            wait_for(lambda: desk.sources()[0]["state"] == "down")
            asked = len(waited)
            wait_for(lambda: len(waited) > asked + 3)
            assert set(waited) == {"desk-far-mute_0"}
        finally:
            desk.stop()
