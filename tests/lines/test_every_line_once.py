"""A machine that does to log files what can happen to them, and counts the lines that come out."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.lines.books import BAD
from tests.lines.follower import record
from tests.lines.writers import Logs

NAMES = st.sampled_from(["a.jsonl", "b.jsonl", "night/c.jsonl"])
PADDING = st.sampled_from([0, 0, 0, 5, 60, 700, 3000])


LINK = "link.jsonl"
"""The log that is a link to the file of the day."""


class Writers(Logs, RuleBasedStateMachine):
    """Writers, rotators and crashes over three logs and a link; every line must be kept once.

    None may come twice, none may come torn, and each is accepted or set aside for its own reason.
    """

    def teardown(self) -> None:
        try:
            if self.down:
                self.start()
            self.disk_full_off()
            for name in list(self.part):
                self._complete(name)
            for _ in range(3):
                self.let_pass(12)
            assert not self.owed - set(self.books.kept), "lines are missing"
            assert not self.books.waiting
            self.follower.check_identity()
        finally:
            self._end()

    # what writers do

    @initialize(max_open_files=st.sampled_from([3, 512]))
    def begin(self, max_open_files: int) -> None:
        self.follower = self._follower(max_open_files)
        self.append("a.jsonl", 2, 0)

    @rule(name=NAMES, count=st.integers(1, 6), padding=PADDING)
    def append(self, name: str, count: int, padding: int) -> None:
        self._append(name, count, padding)

    @rule(name=NAMES, kind=st.sampled_from(list(BAD)))
    def append_bad(self, name: str, kind: bytes) -> None:
        """A line that is whole and cannot be taken, and a blank one."""
        number = self._next(name)
        line = kind % number
        self.books.bad[line] = (number, BAD[kind])
        self._write(name, self._rest(name) + line + b"\n  \n", [number])

    @rule(name=NAMES, padding=PADDING, cut=st.integers(1, 12))
    def append_partial(self, name: str, padding: int, cut: int) -> None:
        """Half a line; the other half comes with the next write, or never."""
        if name in self.part:
            return
        number = self._next(name)
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
            number = self._next(name)
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
        giant = b"%d " % self._next(name) * 15_000
        self._write(name, self._rest(name) + giant + b"\n", [])

    @rule()
    def folder_away_and_back(self) -> None:
        """A mount that comes and goes."""
        away = self.folder / "away"
        self.root.rename(away)
        self.let_pass(1.2)
        away.rename(self.root)
        self.let_pass(1.2)

    @rule(gone=st.booleans())
    def folder_of_logs_removed_and_made(self, gone: bool) -> None:
        """With all that is in it: what was not kept may be lost."""
        name = "night/c.jsonl"
        shutil.rmtree(self.root / "night")
        self._leave_old_file(name)
        self._lose(name, self.under.get(name, set()))
        self.unread.pop(name, None)
        if gone:
            self.let_pass(1.2)
        (self.root / "night").mkdir()

    @precondition(lambda _: os.geteuid() != 0)  # modes mean nothing to root
    @rule(name=NAMES, seconds=st.sampled_from([0.05, 1.2]))
    def forbidden_for_a_while(self, name: str, seconds: float) -> None:
        """Mode 000 and then 644 again."""
        live = self.root / name
        if live.exists():
            live.chmod(0o000)
            self.let_pass(seconds)
            live.chmod(0o644)

    @rule(name=NAMES, hours=st.sampled_from([-30, -1, 1, 30]))
    def clock_step(self, name: str, hours: int) -> None:
        """The clock of the machine is set: files were written long ago, or in the future."""
        for path in (self.root / name).parent.glob("*.jsonl*"):
            moment = path.stat().st_mtime + 3600 * hours
            os.utime(path, (moment, moment))

    # what rotators do

    @rule(count=st.integers(1, 4))
    def symlink_swap(self, count: int) -> None:
        """The link leads to a new file: who did not read the old one by then may lose it."""
        self.rotations += 1
        link, new = self.root / LINK, self.root / f"day{self.rotations}.data"
        new.touch()
        self._lose(LINK)
        aside = self.root / "link.new"
        aside.symlink_to(new.name)
        aside.replace(link)
        self._append(LINK, count, 0)

    @precondition(lambda self: (self.root / LINK).exists())
    @rule(count=st.integers(1, 6), padding=PADDING)
    def append_behind_link(self, count: int, padding: int) -> None:
        self._append(LINK, count, padding)

    @rule(name=NAMES, keep_writer=st.booleans(), style=st.sampled_from([".{n}", "-202509{n:02}"]))
    def rename_create(self, name: str, keep_writer: bool, style: str) -> None:
        live = self.root / name
        if not live.exists():
            return
        self._complete(name)
        self.rotations += 1
        self._leave_old_file(name)
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
        if not self.down:
            self._read(seconds)

    @precondition(lambda self: not self.down)
    @rule()
    def stop(self) -> None:
        self.books.go_back(self.follower)
        self.down = True
        for name in list(self.old_writers):
            self._leave_old_file(name)

    @precondition(lambda self: self.down)
    @rule()
    def start(self) -> None:
        self.down = False

    @precondition(lambda self: not self.down)
    @rule()
    def crash(self) -> None:
        self.books.go_back(self.follower)

    @rule()
    def disk_full_on(self) -> None:
        """What is read from now on can be kept no more: lines wait, and a crash forgets them."""
        self.books.fill_disk()

    @rule()
    def disk_full_off(self) -> None:
        self.books.free_disk()

    @invariant()
    def nothing_twice_nothing_invented(self) -> None:
        given = self.books.given
        assert given.total() == len(given), f"given twice: {given.most_common(3)}"
        assert set(given) <= self.owed | self.maybe, "a line that nobody wrote"
        self.books.check()


SETTINGS = settings(
    max_examples=200,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(300)
class TestEveryLineOnce(Writers.TestCase):  # type: ignore[name-defined,misc]
    """200 random days of three logs."""

    settings = SETTINGS


@pytest.mark.soak
@pytest.mark.timeout(7200)
class TestEveryLineOnceForLong(Writers.TestCase):  # type: ignore[name-defined,misc]
    """2,000 longer ones."""

    settings = settings(SETTINGS, max_examples=2000, stateful_step_count=50)
