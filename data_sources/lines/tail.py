"""Follows log files through everything that can happen to them, and gives their whole lines."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from data_sources.errors import SourceError
from data_sources.lines.chunk import Chunk, Oversize
from data_sources.lines.cut import Cutter
from data_sources.lines.descriptors import Descriptors
from data_sources.lines.discover import Found, Scope
from data_sources.lines.follow import Follow
from data_sources.lines.generation import Generation
from data_sources.lines.names import PATTERNS
from data_sources.lines.register import Register
from data_sources.lines.totals import Totals
from data_sources.lines.unfinished import Unfinished

if TYPE_CHECKING:  # the tailer is up at once: it needs no pandas
    from data_sources.reading import Counts

CURSOR_FORMAT: Final = 1


class Tail:
    """The lines of a file with its rotated parts, of a folder, or of a glob, each exactly once.

    The files are only ever read. Nothing is refused because it is not there yet: it is waited for.
    A call of `read` costs one `fstat` an open file when nothing is new; the folders are listed
    about once a second, or at once after `wake`.

    more      after a read: the origin holds more than was taken
    state     ok, waiting, degraded (some files cannot be read), unreadable, misconfigured,
              bad_payload
    problem   None, or one sentence that says what is wrong and what to do
    totals    running totals, which go with the cursor
    oversize  lines that were passed over; `take_oversize` empties the list
    """

    def __init__(
        self,
        path: str | Path,
        admits: Callable[[Found], bool] | None = None,
        *,
        max_line_bytes: int = 1 << 20,
        turn_bytes: int = 256 * 1024,
        chunk_bytes: int = 128 * 1024,
        rotate_wait_seconds: float = 30,
        max_open_files: int = 512,
        clock: Callable[[], float] = time.monotonic,
        patterns: tuple[str, ...] = (),
    ) -> None:
        self._scope = Scope(path, patterns or PATTERNS, flat=bool(patterns))
        self._scope.admits = admits
        self._given_path = str(path)
        self._max_line_bytes = max_line_bytes
        self._turn_bytes = turn_bytes
        self._chunk_bytes = chunk_bytes
        self._rotate_wait_seconds = rotate_wait_seconds
        self._max_open_files = max_open_files
        self._clock = clock
        self._descriptors = Descriptors(max_open_files)
        self._begin(Totals())

    def _begin(self, totals: Totals) -> None:
        self._descriptors.close_all()
        self._register = Register(totals)
        self._cutter = Cutter(
            block_bytes=self._chunk_bytes,
            max_line_bytes=self._max_line_bytes,
            totals=totals,
            name=self._register.name,
        )
        self._follow = Follow(
            self._scope,
            self._register,
            self._descriptors,
            self._cutter,
            turn_bytes=self._turn_bytes,
            rotate_wait_seconds=self._rotate_wait_seconds,
        )
        self._unfinished = Unfinished()
        self._cursor: dict[str, Any] | None = None
        self._judge()

    @property
    def totals(self) -> Totals:
        """What was counted since the very first read."""
        return self._cutter.totals

    @property
    def oversize(self) -> list[Oversize]:
        """Lines that were passed over since `take_oversize` was called."""
        return self._cutter.oversize

    @property
    def root(self) -> Path:
        """The folder that paths of chunks are relative to."""
        return self._scope.root

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders that a watcher should watch, with everything below them."""
        return (self._scope.root,)

    @property
    def partial_bytes(self) -> int:
        """Bytes that were seen behind the last whole lines and wait for their newline."""
        return sum(g.position - g.offset for g in self._descriptors.generations())

    @property
    def unread_bytes(self) -> int:
        """Bytes of open plain files that were not looked at yet: how far behind we are."""
        opened = self._descriptors.generations()
        return sum(max(0, g.size - g.position) for g in opened if not g.compressed)

    def tell(self, counts: Counts) -> None:
        """Put what is known of the files into the counts of their source."""
        totals = self.totals
        counts.bytes_read, counts.nul_bytes = totals.bytes_read, totals.nul_bytes
        counts.partial_final, counts.missed = totals.partial_final, totals.missed
        counts.generations = dict(totals.generations)
        counts.unread_bytes = self.unread_bytes
        opened = self._descriptors.generations()
        counts.partial_bytes, counts.partial_since_ns = self._unfinished.look(opened)
        # A cursor of an older version does not tell it: then the files do.
        totals.grown_ns = totals.grown_ns or max((g.mtime_ns for g in opened), default=0)
        counts.grown_ns = totals.grown_ns or None

    def read(self, *, limit_bytes: int = 8 << 20) -> list[Chunk]:
        """The whole lines that are new since the last read, at most about `limit_bytes`.

        Every file gets its turn of `turn_bytes`; of one log the oldest part comes first.
        """
        self._follow.go(limit_bytes, self._clock)
        self._judge()
        chunks, self._cutter.chunks = self._cutter.chunks, []
        if chunks:
            self._cursor = None
        return chunks

    def take_oversize(self) -> list[Oversize]:
        """The lines that were passed over since the last call."""
        taken, self._cutter.oversize = self._cutter.oversize, []
        return taken

    def cursor(self) -> dict[str, Any]:
        """The positions after the last read, JSON-ready, of constant size for each file."""
        generations = self._register.generations.values()
        self._cursor = {
            "format": CURSOR_FORMAT,
            "generations": [g.to_json() for g in generations if g.offset],
            "totals": self.totals.to_json(),
        }
        return self._cursor

    def restore(self, cursor: dict[str, Any]) -> None:
        """Go on from a cursor of this or another process; an empty one means the beginning.

        Raises:
            SourceError: when the cursor is not one of ours.
        """
        if self._cursor is not None and cursor == self._cursor:
            return
        try:
            if cursor and cursor["format"] != CURSOR_FORMAT:
                raise ValueError(f"format {cursor['format']}")
            generations = [Generation.from_json(each) for each in cursor.get("generations", [])]
            totals = Totals.from_json(cursor.get("totals", {}))
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            raise SourceError(
                f"the saved position of {self._given_path} cannot be used ({error!r}); "
                "set it aside and start from the beginning"
            ) from error
        self._begin(totals)
        self._register.load(generations)

    def also(self, patterns: tuple[str, ...]) -> None:
        """Follow files of more names too."""
        self._scope.also(patterns)
        self.wake()

    def covers(self, file: Path) -> bool:
        """Whether a file belongs to what is followed, by its name."""
        return self._scope.covers(file)

    def wake(self) -> None:
        """List the folders at the next read, because something was created, moved or deleted."""
        self._follow.look_due = True

    def file_of(self, generation: str) -> Path | None:
        """The file that holds a generation now (a `.gz` perhaps); None when there is none."""
        return self._register.file_of(generation)

    def close(self) -> None:
        """Give all descriptors back; a later read opens what it needs again."""
        self._follow.let_go()

    def _judge(self) -> None:
        self.more = bool(self._follow.ready)
        self.state, self.problem = self._follow.health.judge(self._given_path)
