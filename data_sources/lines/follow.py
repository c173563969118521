"""Follows open files: what changed, what is new, what has ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from data_sources.lines.cut import Cutter, ReplacedError
from data_sources.lines.descriptors import Descriptors
from data_sources.lines.discover import Scope
from data_sources.lines.generation import Generation
from data_sources.lines.gzip_part import GzipPart
from data_sources.lines.health import Health
from data_sources.lines.part import Part
from data_sources.lines.register import Register
from data_sources.lines.roster import Roster

LOOK_SECONDS: Final = 1.0
LOOK_SECONDS_MAX: Final = 2.0


class Follow:
    """One pass over the files after the other; `now` is the clock's time of the pass, seconds.

    ready     generations that may have something new
    look_due  the folders must be listed before anything else is read
    """

    def __init__(
        self,
        scope: Scope,
        register: Register,
        descriptors: Descriptors,
        cutter: Cutter,
        *,
        turn_bytes: int,
        rotate_wait_seconds: float,
    ) -> None:
        self._scope = scope
        self._register = register
        self._roster = Roster(register, descriptors, cutter.totals)
        self._descriptors = descriptors
        self._cutter = cutter
        self._turn_bytes = turn_bytes
        self._rotate_wait_seconds = rotate_wait_seconds
        self._looked_at = 0.0
        self._look_cost = 0.0
        self.ready: dict[int, Generation] = {}
        self.look_due = True
        self.health = Health(register, descriptors)

    def go(self, limit_bytes: int, clock: Callable[[], float]) -> None:
        """Take at most about `limit_bytes`; the chunks are in the cutter afterwards."""
        now = clock()
        wait = min(LOOK_SECONDS_MAX, max(LOOK_SECONDS, 50 * self._look_cost))
        self.look_due |= now - self._looked_at >= wait
        left = limit_bytes
        for _ in range(3):
            if self.look_due:
                self._look(now)
                self._look_cost = clock() - now
            self._sweep(now)
            if self.look_due:
                continue
            left -= self._take_turns(left, now)
            if not self.look_due:
                break
        self._settle(now)

    def let_go(self) -> None:
        """Close every file; each is opened again at its next turn."""
        for generation in self._descriptors.generations():
            self._set_aside(generation)
        self.look_due = True

    def _look(self, now: float) -> None:
        """List the folders and bring the roster in line."""
        self.look_due = False
        self._looked_at = now
        look = self._scope.look()
        if look.exhausted and self._descriptors.make_room():
            look = self._scope.look()
        self._roster.update(look, now)
        self.ready.update((each.serial, each) for each in self._roster.arrived)
        self._roster.arrived.clear()
        for generation in self._descriptors.generations():
            if generation.recheck and not generation.compressed:
                generation.recheck = False
                self._prove(generation, now)
        self.health.looked(look)

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
                self.look_due |= now - self._looked_at >= 10 * self._look_cost
            generation.ctime_ns = status.st_ctime_ns
            generation.links = status.st_nlink

    def _changed(self, generation: Generation, size: int, mtime_ns: int, now: float) -> None:
        """Find out what a change of size or time means."""
        part = generation.part
        before, generation.size, generation.mtime_ns = generation.size, size, mtime_ns
        generation.quiet_since = None
        if isinstance(part, GzipPart):
            self.ready[generation.serial] = generation
            return
        generation.recheck = True
        if not self._prove(generation, now, size):
            return
        if size <= before or size < generation.position:
            generation.forget_progress()
        if size > generation.position:
            self.ready[generation.serial] = generation

    def _prove(self, generation: Generation, now: float, size: int | None = None) -> bool:
        """Whether an open file of that size still holds what was read; if not, it is renewed."""
        try:
            part = generation.part
            assert part is not None
            size = part.stat().st_size if size is None else size
            if size >= generation.offset and generation.stands_in(part):
                return True
            self._replaced(generation, now)
        except OSError:
            self._set_aside(generation)
        return False

    def _replaced(self, generation: Generation, now: float) -> None:
        """The file holds another byte stream now."""
        part = generation.part
        assert part is not None
        shorter = not generation.compressed and part.stat().st_size < generation.offset
        self.ready.pop(generation.serial, None)
        self._roster.renew(generation, "truncated" if shorter else "marker", now)
        self.look_due = True

    def _take_turns(self, limit_bytes: int, now: float) -> int:
        """Let every ready file have turns until the limit; how many bytes were looked at."""
        taken = 0
        while self.ready and taken < limit_bytes and not self.look_due:
            served: set[str] = set()
            for generation in sorted(self.ready.values(), key=_oldest_first):
                if taken >= limit_bytes:
                    break
                if generation.file not in served:
                    served.add(generation.file)
                    taken += self._turn(generation, now)
        return taken

    def _turn(self, generation: Generation, now: float) -> int:
        gone = 0
        part = self._part(generation, now)
        if part is None:
            self.ready.pop(generation.serial, None)
            return 0
        try:
            while gone < self._turn_bytes:
                step = self._cutter.take(generation, part)
                gone += step
                caught_up = generation.position >= generation.size and not generation.compressed
                if caught_up or not step:
                    self.ready.pop(generation.serial, None)
                    break
            if not step and isinstance(part, GzipPart) and (part.ended or part.broken):
                generation.broken = part.broken or ""
                self._finish(generation, now)
            elif gone:
                generation.finished = False
        except ReplacedError:
            self._replaced(generation, now)
        except OSError:
            self._set_aside(generation)
        if generation.trouble:
            self._register.doubtful[generation.serial] = generation
        else:
            self._register.doubtful.pop(generation.serial, None)
        totals = self._cutter.totals
        totals.grown_ns = max(totals.grown_ns, generation.mtime_ns if gone else 0)
        if gone and generation.part is not None:
            self._descriptors.used(generation)
        return gone

    def _part(self, generation: Generation, now: float) -> Part | None:
        """The generation's file, opened again if it was closed to make room."""
        part = generation.part
        if part is None and generation.found is not None:
            part = self._descriptors.open(generation.found)
            if part is None:
                generation.size = -1
                return None
            self._descriptors.keep(generation, part)
            if not generation.compressed and not self._prove(generation, now):
                return None
        return part

    def _set_aside(self, generation: Generation) -> None:
        """Close a file, because it gave an error; it is tried again at the next look."""
        self.ready.pop(generation.serial, None)
        self._descriptors.close(generation)
        generation.size = -1

    def _settle(self, now: float) -> None:
        """End generations whose file was rotated away or deleted and has long been silent."""
        for generation in self._descriptors.generations():
            if not generation.leaving:
                generation.quiet_since = None
            if not generation.leaving or generation.serial in self.ready:
                continue
            if generation.quiet_since is None:
                generation.quiet_since = now
            if now - generation.quiet_since >= self._rotate_wait_seconds:
                self._finish(generation, now)
        for generation in list(self._register.lost.values()):
            lost_since = generation.lost_since
            if lost_since is not None and now - lost_since >= self._rotate_wait_seconds:
                del self._register.lost[generation.serial]
                generation.finished = True
                self._cutter.totals.missed += 1

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
        self.ready.pop(generation.serial, None)
        self._roster.finish(generation, now)


def _oldest_first(generation: Generation) -> tuple[bool, int, int]:
    return not generation.leaving, generation.mtime_ns, generation.serial
