"""Finds out which file belongs to which generation, whatever was renamed meanwhile."""

from __future__ import annotations

from pathlib import PurePosixPath

from data_sources.lines.descriptors import Descriptors
from data_sources.lines.discover import Found, Look, matching
from data_sources.lines.generation import Generation, Key
from data_sources.lines.identity import START_BYTES
from data_sources.lines.part import Part
from data_sources.lines.register import Register
from data_sources.lines.siblings import continues, has_more, holds, returns
from data_sources.lines.totals import Totals


class Roster:
    """Brings the register in line with what stands in the folders.

    arrived  generations whose file was opened since this list was last emptied
    """

    def __init__(self, register: Register, descriptors: Descriptors, totals: Totals) -> None:
        self._register = register
        self._descriptors = descriptors
        self._totals = totals
        self.arrived: list[Generation] = []

    def update(self, look: Look, now: float) -> None:
        """Bring the list in line with what stands in the folders at the moment `now`, seconds."""
        self._descriptors.troubles.clear()
        fresh: list[tuple[Found, str]] = []
        seen: set[Key] = set()
        for found in matching(look):
            seen.add(found.key)
            with self._descriptors.excused(found):
                if reason := self._recognize(found, now):
                    fresh.append((found, reason))
        for key in [key for key in self._register.copies if key not in seen]:
            self._register.drop_copy(key)
        for key, generation in list(self._register.by_key.items()):
            if key not in seen and not look.blind_to(generation.path):
                self.out_of_sight(generation, now)
        fresh.sort(key=lambda pair: (pair[0].rotated, pair[0].compressed, pair[0].path))
        for found, reason in fresh:
            with self._descriptors.excused(found):
                self._place(found, reason)
        for generation in list(self._register.lost.values()):
            self._promote(generation)
        self._register.prune(look.listed)

    def renew(self, generation: Generation, reason: str, now: float) -> Generation | None:
        """Another byte stream took the generation's place: lose the old, return the new one.

        A rotated name gets no new one at once: what it holds now must be compared with the others.
        """
        found, key = generation.found, generation.key
        self._totals.generation(reason)
        new = None
        if found is not None and not found.rotated and key is not None:
            new = self._register.born(found.file)
            self._descriptors.move(generation, new)
            new.key, new.found = key, found
            self._register.by_key[key] = new
            generation.key = None
        elif found is not None:
            generation.strangers.add(found.stamp)
        self._descriptors.close(generation)
        self.out_of_sight(generation, now)
        return new

    def out_of_sight(self, generation: Generation, now: float) -> None:
        """The generation's file has no name any more; an open file is read to its end."""
        generation.found = None
        if generation.part is not None:
            return
        if generation.key is not None:
            self._register.by_key.pop(generation.key, None)
            generation.key = None
        generation.forget_progress()
        generation.size = -1
        if not generation.known:
            self._register.strike(generation)
        elif not generation.finished:
            generation.lost_since = now
            self._register.lost[generation.serial] = generation
        else:
            self._promote(generation)

    def finish(self, generation: Generation, now: float) -> None:
        """The generation is read to its end: close it, unless a copy holds more."""
        generation.finished = True
        self._descriptors.close(generation)
        if generation.found is None:
            self.out_of_sight(generation, now)
        else:
            self._promote(generation)

    def _recognize(self, found: Found, now: float) -> str:
        """Empty for a file that is known by its inode, else how a new generation begins with it."""
        generation = self._register.by_key.get(found.key)
        if generation is not None:
            return self._seen_again(generation, found, now)
        return "" if found.key in self._register.copies and self._still_copy(found) else "new"

    def _seen_again(self, generation: Generation, found: Found, now: float) -> str:
        """A known inode: empty when it is the generation's file, else why it is another stream."""
        if generation.part is None and not generation.known and generation.file != found.file:
            self.out_of_sight(generation, now)
            return "new"
        before, generation.found = generation.found, found
        if before and found.rotated and not before.rotated:
            self._totals.generation("renamed")
        known = (generation.size, generation.mtime_ns)
        if generation.part is not None or (found.size, found.mtime_ns) == known:
            return ""
        part = self._descriptors.open(found)
        if part is None:
            return ""
        if not continues(generation, part):
            shorter = not found.compressed and part.stat().st_size < generation.offset
            part.close()
            self.out_of_sight(generation, now)
            return "truncated" if shorter else "marker"
        if generation.finished and not has_more(generation, part):
            part.close()
            generation.size, generation.mtime_ns = found.size, found.mtime_ns
        else:
            self._arrive(generation, part)
        return ""

    def _still_copy(self, found: Found) -> bool:
        """Whether the file is known as a copy, and is still one if it changed."""
        owner = self._register.copies[found.key]
        known = owner.copies[found.key]
        if (known.size, known.mtime_ns) != (found.size, found.mtime_ns):
            part = self._descriptors.open(found)
            if part is None:
                return True
            still = holds(owner, part)
            part.close()
            if not still:
                self._register.drop_copy(found.key)
                return False
        owner.copies[found.key] = found
        if owner.found is None and owner.part is None:
            self._promote(owner)
        return True

    def _place(self, found: Found, reason: str) -> None:
        """Find out whose file this is; if nobody's, a new generation begins."""
        if found.rotated and not found.size:
            return
        part = self._descriptors.open(found)
        if part is None:
            return
        if found.compressed and not part.pread(1, 0):
            part.close()
            return
        owner = self._owner(found, part)
        if owner is None:
            owner = self._register.born(found.file)
            self._totals.generation(reason)
            self._adopt(owner, found, part)
        elif owner.found is None and (found.compressed or found.size >= owner.offset):
            self._adopt(owner, found, part)
        else:
            part.close()
            self._register.add_copy(owner, found)
            self._totals.generation("compressed" if found.compressed else "copied")

    def _owner(self, found: Found, part: Part) -> Generation | None:
        folder = PurePosixPath(found.path).parent
        strangers = [
            lost
            for lost in self._register.lost.values()
            if lost.file != found.file
            and lost.offset >= START_BYTES
            and PurePosixPath(lost.file).parent == folder
        ]
        for generation in [*self._register.mates(found.file), *strangers]:
            if found.stamp in generation.strangers:
                continue
            same = found.rotated and holds(generation, part)
            if same or (generation.found is None and returns(generation, part)):
                return generation
        return None

    def _promote(self, generation: Generation) -> None:
        """Go on in a copy: when the generation's own file is gone, or ended before the copy."""
        gone = generation.found is None
        if generation.part is not None or not (gone or generation.finished):
            return
        for found in sorted(generation.copies.values(), key=lambda f: (f.compressed, -f.size)):
            if not (gone if found.compressed else found.size >= generation.offset + (not gone)):
                continue
            part = self._descriptors.open(found)
            if part is None:
                continue
            self._register.drop_copy(found.key)
            if holds(generation, part):
                self._adopt(generation, found, part)
                return
            part.close()
            generation.strangers.add(found.stamp)

    def _adopt(self, generation: Generation, found: Found, part: Part) -> None:
        """Let the generation be read from this file from now on."""
        if generation.key is not None:
            self._register.by_key.pop(generation.key, None)
        generation.key, generation.found = found.key, found
        generation.lost_since = generation.quiet_since = None
        generation.forget_progress()
        self._register.by_key[found.key] = generation
        self._register.lost.pop(generation.serial, None)
        self._arrive(generation, part)

    def _arrive(self, generation: Generation, part: Part) -> None:
        """Keep the file open, and let it be read at the next turn."""
        status = part.stat()
        generation.size, generation.mtime_ns = status.st_size, status.st_mtime_ns
        self._descriptors.keep(generation, part)
        self.arrived.append(generation)
