"""Follows log files through everything that can happen to them, and gives their whole lines."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from data_sources.errors import SourceError
from data_sources.lines.chunk import Chunk, Oversize
from data_sources.lines.cut import Cutter, ReplacedError
from data_sources.lines.descriptors import Descriptors
from data_sources.lines.discover import Scope, Trouble
from data_sources.lines.generation import Generation
from data_sources.lines.gzip_part import GzipPart
from data_sources.lines.names import PATTERNS
from data_sources.lines.roster import Roster
from data_sources.lines.totals import Totals

LOOK_SECONDS: Final = 1.0
LOOK_SECONDS_MAX: Final = 2.0
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
        *,
        max_line_bytes: int = 1 << 20,
        turn_bytes: int = 256 * 1024,
        chunk_bytes: int = 128 * 1024,
        rotate_wait_seconds: float = 30,
        max_open_files: int = 512,
        clock: Callable[[], float] = time.monotonic,
        patterns: tuple[str, ...] = PATTERNS,
    ) -> None:
        self._scope = Scope(path, patterns)
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
        self._roster = Roster(self._descriptors, totals)
        self._cutter = Cutter(
            block_bytes=self._chunk_bytes,
            max_line_bytes=self._max_line_bytes,
            totals=totals,
            name=self._roster.name,
        )
        self._ready: dict[int, Generation] = {}
        self._look_due = True
        self._looked_at = 0.0
        self._look_cost = 0.0
        self._cursor: dict[str, Any] | None = None
        self.more = False
        self.state = "waiting"
        self.problem: str | None = None

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

    def read(self, *, limit_bytes: int = 8 << 20) -> list[Chunk]:
        """The whole lines that are new since the last read, at most about `limit_bytes`.

        Every file gets its turn of `turn_bytes`; of one log the oldest part comes first.
        """
        now = self._clock()
        wait = min(LOOK_SECONDS_MAX, max(LOOK_SECONDS, 50 * self._look_cost))
        self._look_due |= now - self._looked_at >= wait
        left = limit_bytes
        for _ in range(3):
            if self._look_due:
                self._look(now)
            self._sweep(now)
            if self._look_due:
                continue
            left -= self._take_turns(left, now)
            if not self._look_due:
                break
        self._settle(now)
        self.more = bool(self._ready)
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
        generations = self._roster.generations.values()
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
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise SourceError(
                f"the saved position of {self._given_path} cannot be used ({error!r}); "
                "set it aside and start from the beginning"
            ) from error
        self._begin(totals)
        self._roster.load(generations)

    def wake(self) -> None:
        """List the folders at the next read, because something was created, moved or deleted."""
        self._look_due = True

    def file_of(self, generation: str) -> Path | None:
        """The file that holds a generation now (a `.gz` perhaps); None when there is none."""
        return self._roster.file_of(generation)

    def close(self) -> None:
        """Give all descriptors back; a later read opens what it needs again."""
        self._descriptors.close_all()

    def _look(self, now: float) -> None:
        """List the folders and bring the roster in line."""
        self._look_due = False
        self._looked_at = now
        look = self._scope.look()
        if look.exhausted and self._descriptors.make_room():
            look = self._scope.look()
        self._roster.update(look, now)
        for generation in self._descriptors.generations():
            if generation.recheck and not generation.compressed:
                generation.recheck = False
                if not generation.intact():
                    self._replaced(generation, now)
        self._look_cost = self._clock() - now
        self._judge(look.troubles | self._roster.troubles, bool(look.found))

    def _sweep(self, now: float) -> None:
        """Ask every open file whether it changed."""
        for generation in self._descriptors.generations():
            part = generation.part
            assert part is not None
            try:
                status = part.stat()
            except OSError:
                self._set_aside(generation)
                continue
            size, mtime = status.st_size, status.st_mtime_ns
            if size != generation.size or mtime != generation.mtime_ns:
                self._changed(generation, size, mtime, now)
            elif generation.ctime_ns != status.st_ctime_ns:
                self._look_due |= now - self._looked_at >= 10 * self._look_cost
            generation.ctime_ns = status.st_ctime_ns
            generation.links = status.st_nlink

    def _changed(self, generation: Generation, size: int, mtime_ns: int, now: float) -> None:
        """Find out what a change of size or time means."""
        part = generation.part
        before, generation.size, generation.mtime_ns = generation.size, size, mtime_ns
        generation.quiet_since = None
        if isinstance(part, GzipPart):
            self._ready[generation.serial] = generation
            return
        generation.recheck = True
        if size < generation.offset or ((size <= before or before < 0) and not generation.intact()):
            self._replaced(generation, now)
            return
        if size <= before or size < generation.position:
            generation.forget_progress()
        if size > generation.position:
            self._ready[generation.serial] = generation

    def _replaced(self, generation: Generation, now: float) -> None:
        """The file holds another byte stream now."""
        part = generation.part
        assert part is not None
        shorter = not generation.compressed and part.stat().st_size < generation.offset
        self._ready.pop(generation.serial, None)
        self._roster.renew(generation, "truncated" if shorter else "marker", now)
        self._look_due = True

    def _take_turns(self, limit_bytes: int, now: float) -> int:
        """Let every ready file have turns until the limit; how many bytes were looked at."""
        taken = 0
        while self._ready and taken < limit_bytes and not self._look_due:
            served: set[str] = set()
            for generation in sorted(self._ready.values(), key=_oldest_first):
                if taken >= limit_bytes:
                    break
                if generation.file not in served:
                    served.add(generation.file)
                    taken += self._turn(generation, now)
        return taken

    def _turn(self, generation: Generation, now: float) -> int:
        gone = 0
        part = generation.part
        assert part is not None
        try:
            while gone < self._turn_bytes:
                step = self._cutter.take(generation, part)
                if not step:
                    self._ready.pop(generation.serial, None)
                    if isinstance(part, GzipPart) and (part.ended or part.broken):
                        self._finish(generation, now)
                    break
                gone += step
                generation.finished = False
        except ReplacedError:
            self._replaced(generation, now)
        except OSError:
            self._set_aside(generation)
        if gone and generation.part is not None:
            self._descriptors.used(generation)
        return gone

    def _set_aside(self, generation: Generation) -> None:
        """An open file gives an error: close it, it is tried again at the next look."""
        self._ready.pop(generation.serial, None)
        self._descriptors.close(generation)
        generation.size = -1

    def _settle(self, now: float) -> None:
        """End generations whose file was rotated away or deleted and has long been silent."""
        for generation in self._descriptors.generations():
            if not generation.leaving or generation.serial in self._ready:
                continue
            if generation.quiet_since is None:
                generation.quiet_since = now
            if now - generation.quiet_since >= self._rotate_wait_seconds:
                self._finish(generation, now)
        for generation in list(self._roster.lost.values()):
            lost_since = generation.lost_since
            if lost_since is not None and now - lost_since >= self._rotate_wait_seconds:
                del self._roster.lost[generation.serial]
                generation.finished = True
                self.totals.missed += 1

    def _finish(self, generation: Generation, now: float) -> None:
        part = generation.part
        assert part is not None
        try:
            self._cutter.last(generation, part)
        except ReplacedError:
            self._replaced(generation, now)
            return
        except OSError:
            self._set_aside(generation)
            return
        self._ready.pop(generation.serial, None)
        self._roster.finish(generation, now)

    def _judge(self, troubles: dict[str, Trouble], found: bool) -> None:
        """Say how the source is."""
        for generation in self._descriptors.generations():
            if generation.refused_encoding:
                message = (
                    f"wrong_encoding: {generation.path} is {generation.refused_encoding}, "
                    "not UTF-8; let the bot write UTF-8"
                )
                troubles[generation.path] = Trouble("bad_payload", message)
        grave = [trouble for trouble in troubles.values() if trouble.grave or not found]
        good = len(self._roster.generations) > len(grave)
        if grave:
            more = f" (and {len(grave) - 1} more)" if len(grave) > 1 else ""
            self.state = "degraded" if good else grave[0].state
            self.problem = grave[0].message + more
        elif not found:
            self.state = "waiting"
            self.problem = f"no log at {self._given_path} yet; waiting for it"
        else:
            self.state, self.problem = "ok", None


def _oldest_first(generation: Generation) -> tuple[bool, int, int]:
    return not generation.leaving, generation.mtime_ns, generation.serial
