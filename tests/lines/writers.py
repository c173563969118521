"""Logs on a disk, those who write them, and what must come out of them."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
from pathlib import Path

from tests.lines.books import Books
from tests.lines.follower import Follower, record


class Logs:
    """A folder of logs that is followed, and the books of who follows it.

    Attributes:
        owed: lines that must come.
        maybe: lines that nobody can promise, because they went before they were surely kept.
        unread: log → its lines that still stand there alone.
        under: log → all lines that were ever written to it.
        part: log → the rest of the line that was begun there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="lines-"))
        self.root = self.folder / "logs"
        (self.root / "night").mkdir(parents=True)
        self.books = Books(self.folder / "books.sqlite")
        self.follower = self._follower(512)
        self.seq = 0
        self.rotations = 0
        self.owed: set[int] = set()
        self.maybe: set[int] = set()
        self.unread: dict[str, set[int]] = {}
        self.under: dict[str, set[int]] = {}
        self.part: dict[str, bytes] = {}
        self.old_writers: dict[str, int] = {}
        self.down = False

    def _follower(self, max_open_files: int) -> Follower:
        return Follower(
            self.root,
            rotate_wait_seconds=10,
            turn_bytes=4096,
            max_line_bytes=50_000,
            max_open_files=max_open_files,
        )

    def _end(self) -> None:
        for descriptor in self.old_writers.values():
            os.close(descriptor)
        self.follower.tail.close()
        self.books.close()
        shutil.rmtree(self.folder)

    def _read(self, seconds: float) -> None:
        self.books.take(self.follower, self.follower.read(seconds))
        for name, unread in self.unread.items():
            if name not in self.part:
                unread -= set(self.books.kept)

    def _next(self, name: str) -> int:
        self.seq += 1
        self.under.setdefault(name, set()).add(self.seq)
        return self.seq

    def _append(self, name: str, count: int, padding: int) -> None:
        fresh = [self._next(name) for _ in range(count)]
        data = b"".join(record(number, padding) for number in fresh)
        self._write(name, self._rest(name) + data, fresh)

    def _rest(self, name: str) -> bytes:
        return self.part.pop(name, b"")

    def _complete(self, name: str) -> None:
        """A writer finishes its line before it rotates."""
        if name in self.part:
            self._write(name, self._rest(name), [])

    def _write(self, name: str, data: bytes, fresh: list[int]) -> None:
        with (self.root / name).open("ab") as stream:
            stream.write(data)
        self.owed.update(fresh)
        self.unread.setdefault(name, set()).update(fresh)

    def _lose(self, name: str, lines: set[int] | None = None) -> None:
        """What was not kept yet may or may not come."""
        lost = (lines or self.unread.pop(name, set())) - set(self.books.kept)
        self.owed -= lost
        self.maybe |= lost
        self.part.pop(name, None)

    def _leave_old_file(self, name: str) -> None:
        """The writer that had the renamed file open closes it."""
        if (old := self.old_writers.pop(name, None)) is not None:
            os.close(old)

    def _gzip(self, path: Path) -> None:
        packed = path.with_name(path.name + ".gz")
        with gzip.open(packed, "wb") as stream:
            stream.write(path.read_bytes())
        path.unlink()
