"""A machine that does to log files what can happen to them, and counts the lines that come out."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.lines.follower import Follower, numbers, record

NAMES = st.sampled_from(["a.jsonl", "b.jsonl", "night/c.jsonl"])
PADDING = st.sampled_from([0, 0, 0, 5, 60, 700, 3000])


class Writers(RuleBasedStateMachine):
    """Writers, rotators and crashes over three logs; the follower must give every line once.

    `owed` are lines that must come; `maybe` are lines that nobody can promise, because the file
    was truncated before they were surely read. None may come twice, none may come torn.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="lines-"))
        self.root = self.folder / "logs"
        (self.root / "night").mkdir(parents=True)
        self.follower = self._follower(512)
        self.seq = 0
        self.rotations = 0
        self.owed: set[int] = set()
        self.maybe: set[int] = set()
        self.unread: dict[str, set[int]] = {}
        self.copied: dict[str, set[int]] = {}
        self.part: dict[str, bytes] = {}
        self.old_writers: dict[str, int] = {}
        self.down = False
        self.given: Counter[int] = Counter()

    def teardown(self) -> None:
        try:
            if self.down:
                self.start()
            for name in list(self.part):
                self._complete(name)
            self.let_pass(12)
            self.let_pass(12)
            self.let_pass(12)
            assert not self.owed - set(self.given), "lines are missing"
            self.follower.check_identity()
        finally:
            for descriptor in self.old_writers.values():
                os.close(descriptor)
            self.follower.tail.close()
            shutil.rmtree(self.folder)

    # what writers do

    @initialize(max_open_files=st.sampled_from([3, 512]))
    def begin(self, max_open_files: int) -> None:
        self.follower = self._follower(max_open_files)
        self.append("a.jsonl", 2, 0)

    @rule(name=NAMES, count=st.integers(1, 6), padding=PADDING)
    def append(self, name: str, count: int, padding: int) -> None:
        fresh = [self._next() for _ in range(count)]
        data = b"".join(record(number, padding) for number in fresh)
        self._write(name, self._rest(name) + data, fresh)

    @rule(name=NAMES, padding=PADDING, cut=st.integers(1, 12))
    def append_partial(self, name: str, padding: int, cut: int) -> None:
        """Half a line; the other half comes with the next write, or never."""
        if name in self.part:
            return
        number = self._next()
        line = record(number, padding)
        self._write(name, line[:cut], [])
        self.part[name] = line[cut:]
        self.unread.setdefault(name, set()).add(number)
        self.owed.add(number)

    @rule(name=NAMES)
    def late_line_of_old_writer(self, name: str) -> None:
        """A writer that still has the renamed file open."""
        descriptor = self.old_writers.get(name)
        if descriptor is not None and not self.down:
            number = self._next()
            self.owed.add(number)
            os.write(descriptor, record(number))

    @rule(name=NAMES, size=st.sampled_from([1, 70, 5000, 300_000]))
    def lose_a_block(self, name: str, size: int) -> None:
        """A crash of the machine leaves NULs between two lines."""
        path = self.root / name
        if path.exists() and name not in self.part:
            os.truncate(path, path.stat().st_size + size)
            self.append(name, 1, 0)

    @rule(name=NAMES)
    def append_giant(self, name: str) -> None:
        """A line beyond the limit of 50,000 bytes."""
        giant = b"%d " % self._next() * 15_000
        self._write(name, self._rest(name) + giant + b"\n", [])

    @rule()
    def folder_away_and_back(self) -> None:
        """A mount that comes and goes."""
        away = self.folder / "away"
        self.root.rename(away)
        self.let_pass(1.2)
        away.rename(self.root)
        self.let_pass(1.2)

    # what rotators do

    @rule(name=NAMES, keep_writer=st.booleans(), style=st.sampled_from([".{n}", "-202509{n:02}"]))
    def rename_create(self, name: str, keep_writer: bool, style: str) -> None:
        live = self.root / name
        if not live.exists():
            return
        self._complete(name)
        self.rotations += 1
        if (old := self.old_writers.pop(name, None)) is not None:
            os.close(old)
        if keep_writer:
            self.old_writers[name] = os.open(live, os.O_WRONLY | os.O_APPEND)
        live.rename(live.with_name(live.name + style.format(n=self.rotations % 90 + 10)))
        self.unread[name] = set()

    @rule(name=NAMES, and_compress=st.booleans())
    def copytruncate(self, name: str, and_compress: bool) -> None:
        live = self.root / name
        if not live.exists() or not live.stat().st_size:
            return
        self._complete(name)
        self.rotations += 1
        copy = live.with_name(f"{live.name}.{self.rotations + 1000}")
        shutil.copy(live, copy)
        if and_compress:
            self._gzip(copy)
        os.truncate(live, 0)
        self.unread[name] = set()

    @rule(name=NAMES, count=st.integers(0, 9), padding=PADDING)
    def truncate(self, name: str, count: int, padding: int) -> None:
        """Truncate in place and write again, perhaps beyond the old offset."""
        live = self.root / name
        if not live.exists():
            return
        os.truncate(live, 0)
        self._lose(name)
        if count:
            self.append(name, count, padding)

    @rule(name=NAMES, count=st.integers(1, 5))
    def delete_recreate(self, name: str, count: int) -> None:
        live = self.root / name
        if not live.exists():
            return
        live.unlink()
        self._lose(name)
        self.append(name, count, 0)

    @rule()
    def compress_rotated(self) -> None:
        """What delaycompress does a round later; only files that no writer holds."""
        if self.old_writers:
            return
        for path in sorted(self.root.rglob("*.jsonl[.-]*")):
            if path.suffix != ".gz" and path.stat().st_size:
                self._gzip(path)

    @rule(name=NAMES)
    def put_back_a_copy(self, name: str) -> None:
        """What an editor does on save: same content, new inode."""
        live = self.root / name
        if live.exists() and live.stat().st_size > 64:
            copy = live.with_suffix(".tmp")
            shutil.copy(live, copy)
            copy.replace(live)

    # what happens to the reader

    @rule(seconds=st.sampled_from([0.05, 0.3, 1.2, 4.0]))
    def let_pass(self, seconds: float) -> None:
        if self.down:
            return
        lines = self.follower.read(seconds)
        good = [line for line in lines if line.startswith(b'{"seq":') and line.endswith(b"}")]
        self.given.update(numbers(good))
        for name, unread in self.unread.items():
            if name not in self.part:
                unread -= set(self.given)

    @precondition(lambda self: not self.down)
    @rule()
    def stop(self) -> None:
        self.follower.restart()
        self.down = True
        for descriptor in self.old_writers.values():
            os.close(descriptor)
        self.old_writers.clear()

    @precondition(lambda self: self.down)
    @rule()
    def start(self) -> None:
        self.down = False

    @precondition(lambda self: not self.down)
    @rule()
    def crash(self) -> None:
        self.follower.restart()

    @invariant()
    def nothing_twice_nothing_invented(self) -> None:
        twice = [number for number, count in self.given.items() if count > 1]
        assert not twice, f"given twice: {twice}"
        assert set(self.given) <= self.owed | self.maybe, "a line that nobody wrote"

    # how

    def _follower(self, max_open_files: int) -> Follower:
        return Follower(
            self.root,
            rotate_wait_seconds=10,
            turn_bytes=4096,
            max_line_bytes=50_000,
            max_open_files=max_open_files,
        )

    def _next(self) -> int:
        self.seq += 1
        return self.seq

    def _rest(self, name: str) -> bytes:
        return self.part.pop(name, b"")

    def _complete(self, name: str) -> None:
        """A writer finishes its line before it rotates."""
        if name in self.part:
            self._write(name, self._rest(name), [])

    def _write(self, name: str, data: bytes, fresh: list[int]) -> None:
        path = self.root / name
        with path.open("ab") as stream:
            stream.write(data)
        self.owed.update(fresh)
        self.unread.setdefault(name, set()).update(fresh)

    def _lose(self, name: str) -> None:
        """What was not read yet may or may not come."""
        lost = self.unread.pop(name, set()) - set(self.given)
        self.owed -= lost
        self.maybe |= lost
        self.part.pop(name, None)

    def _gzip(self, path: Path) -> None:
        packed = path.with_name(path.name + ".gz")
        with gzip.open(packed, "wb") as stream:
            stream.write(path.read_bytes())
        path.unlink()


SETTINGS = settings(
    max_examples=150,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(300)
class TestEveryLineOnce(Writers.TestCase):  # type: ignore[name-defined,misc]
    """150 random days of three logs."""

    settings = SETTINGS


@pytest.mark.soak
@pytest.mark.timeout(7200)
class TestEveryLineOnceForLong(Writers.TestCase):  # type: ignore[name-defined,misc]
    """2,000 longer ones."""

    settings = settings(SETTINGS, max_examples=2000, stateful_step_count=50)
