"""The list of all generations: which file belongs to which, whatever was renamed meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

from data_sources.lines.descriptors import Descriptors
from data_sources.lines.discover import Found, Look, matching
from data_sources.lines.generation import Generation, Key
from data_sources.lines.identity import START_BYTES
from data_sources.lines.naming import name_it
from data_sources.lines.part import Part
from data_sources.lines.siblings import continues, has_more, holds, returns
from data_sources.lines.totals import Totals

KEPT_PER_FILE: Final = 8
KEPT_IN_ALL: Final = 256


class Roster:
    """Every generation that is read, was read, or is missed.

    arrived   generations whose file was opened since this list was last emptied
    lost      generations whose end was not reached when their file went out of sight
    doubtful  generations whose content is in the wrong encoding or broken
    """

    def __init__(self, descriptors: Descriptors, totals: Totals) -> None:
        self._descriptors = descriptors
        self.totals = totals
        self.generations: dict[int, Generation] = {}
        self.arrived: list[Generation] = []
        self.lost: dict[int, Generation] = {}
        self.doubtful: dict[int, Generation] = {}
        self._by_key: dict[Key, Generation] = {}
        self._by_file: dict[str, list[Generation]] = {}
        self._copies: dict[Key, Generation] = {}
        self._serial = 0

    def load(self, generations: Iterable[Generation]) -> None:
        """Take over the generations of a cursor; their files are found at the next update."""
        for generation in generations:
            self._enter(generation)
            self._serial = max(self._serial, generation.serial)

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
        for key in [key for key in self._copies if key not in seen]:
            self._drop_copy(key)
        for key, generation in list(self._by_key.items()):
            if key not in seen and not look.blind_to(generation.path):
                self.out_of_sight(generation, now)
        fresh.sort(key=lambda pair: (pair[0].rotated, pair[0].compressed, pair[0].path))
        for found, reason in fresh:
            with self._descriptors.excused(found):
                self._place(found, reason)
        for generation in list(self.lost.values()):
            self._promote(generation)
        self._prune()

    def renew(self, generation: Generation, reason: str, now: float) -> Generation | None:
        """Another byte stream took the generation's place: lose the old, return the new one.

        A rotated name gets no new one at once: what it holds now must be compared with the others.
        """
        found, key = generation.found, generation.key
        self.totals.generation(reason)
        new = None
        if found is not None and not found.rotated and key is not None:
            new = self._born(found.file)
            self._descriptors.move(generation, new)
            new.key, new.found = key, found
            self._by_key[key] = new
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
            self._by_key.pop(generation.key, None)
            generation.key = None
        generation.forget_progress()
        generation.size = -1
        if not generation.known:
            self._strike(generation)
        elif not generation.finished:
            generation.lost_since = now
            self.lost[generation.serial] = generation
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

    def name(self, generation: Generation, first: bytes) -> None:
        """Give the generation its name, from its first line."""
        name_it(generation, self._by_file[generation.file], first)

    def _recognize(self, found: Found, now: float) -> str:
        """Empty for a file that is known by its inode, else how a new generation begins with it."""
        generation = self._by_key.get(found.key)
        if generation is not None:
            return self._seen_again(generation, found, now)
        return "" if found.key in self._copies and self._still_copy(found) else "new"

    def _seen_again(self, generation: Generation, found: Found, now: float) -> str:
        """A known inode: empty when it is the generation's file, else why it is another stream."""
        before, generation.found = generation.found, found
        if before and found.rotated and not before.rotated:
            self.totals.generation("renamed")
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
        owner = self._copies[found.key]
        known = owner.copies[found.key]
        if (known.size, known.mtime_ns) != (found.size, found.mtime_ns):
            part = self._descriptors.open(found)
            if part is None:
                return True
            still = holds(owner, part)
            part.close()
            if not still:
                self._drop_copy(found.key)
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
            owner = self._born(found.file)
            self.totals.generation(reason)
            self._adopt(owner, found, part)
        elif owner.found is None and (found.compressed or found.size >= owner.offset):
            self._adopt(owner, found, part)
        else:
            part.close()
            owner.copies[found.key] = found
            self._copies[found.key] = owner
            self.totals.generation("compressed" if found.compressed else "copied")

    def _owner(self, found: Found, part: Part) -> Generation | None:
        folder = PurePosixPath(found.path).parent
        strangers = [
            lost
            for lost in self.lost.values()
            if lost.file != found.file
            and lost.offset >= START_BYTES
            and PurePosixPath(lost.file).parent == folder
        ]
        mates = sorted(self._by_file.get(found.file, []), key=lambda g: -g.known)
        for generation in [*mates, *strangers]:
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
            self._drop_copy(found.key)
            if holds(generation, part):
                self._adopt(generation, found, part)
                return
            part.close()
            generation.strangers.add(found.stamp)

    def _adopt(self, generation: Generation, found: Found, part: Part) -> None:
        """Let the generation be read from this file from now on."""
        if generation.key is not None:
            self._by_key.pop(generation.key, None)
        generation.key, generation.found = found.key, found
        generation.lost_since = generation.quiet_since = None
        generation.forget_progress()
        self._by_key[found.key] = generation
        self.lost.pop(generation.serial, None)
        self._arrive(generation, part)

    def _arrive(self, generation: Generation, part: Part) -> None:
        """Keep the file open, and let it be read at the next turn."""
        status = part.stat()
        generation.size, generation.mtime_ns = status.st_size, status.st_mtime_ns
        self._descriptors.keep(generation, part)
        self.arrived.append(generation)

    def _born(self, file: str) -> Generation:
        self._serial += 1
        generation = Generation(file=file, serial=self._serial)
        self._enter(generation)
        return generation

    def _enter(self, generation: Generation) -> None:
        self.generations[generation.serial] = generation
        self._by_file.setdefault(generation.file, []).append(generation)
        if generation.key is not None:
            self._by_key[generation.key] = generation

    def _drop_copy(self, key: Key) -> None:
        owner = self._copies.pop(key, None)
        if owner is not None:
            owner.copies.pop(key, None)

    def _strike(self, generation: Generation) -> None:
        """Forget a generation for good."""
        del self.generations[generation.serial]
        self.lost.pop(generation.serial, None)
        self.doubtful.pop(generation.serial, None)
        for key in list(generation.copies):
            self._drop_copy(key)
        mates = self._by_file[generation.file]
        mates.remove(generation)
        if not mates:
            del self._by_file[generation.file]

    def _prune(self) -> None:
        """Forget generations whose file is gone, all but the newest few."""
        gone = [g for g in self.generations.values() if not (g.found or g.part or g.copies)]
        per_file: dict[str, int] = {}
        for kept, generation in enumerate(reversed(gone)):
            file = generation.file
            per_file[file] = per_file.get(file, 0) + 1
            if kept >= KEPT_IN_ALL or per_file[file] > KEPT_PER_FILE:
                self.totals.missed += not generation.finished
                self._strike(generation)

    def file_of(self, generation_id: str) -> Path | None:
        """The file that holds a generation now, None when there is none or it is unknown."""
        for generation in self._by_file.get(generation_id.rpartition("#")[0], []):
            if generation.base and generation.id == generation_id:
                if generation.found is not None:
                    return Path(generation.found.real)
                return next((Path(f.real) for f in generation.copies.values()), None)
        return None
