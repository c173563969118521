"""The register of all generations: by inode, by file, by copy; who is kept and who forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from data_sources.lines.discover import Found
from data_sources.lines.generation import Generation, Key
from data_sources.lines.naming import name_it
from data_sources.lines.totals import Totals

KEPT_PER_FILE: Final = 8
KEPT_IN_ALL: Final = 4096


class Register:
    """Every generation that is read, was read, or is missed.

    by_key    the generation that a device and inode belong to
    copies    the generation that a file is a copy of, by the copy's device and inode
    lost      generations whose end was not reached when their file went out of sight
    doubtful  generations whose content is in the wrong encoding or broken
    """

    def __init__(self, totals: Totals) -> None:
        self._totals = totals
        self._by_file: dict[str, list[Generation]] = {}
        self._serial = 0
        self.generations: dict[int, Generation] = {}
        self.by_key: dict[Key, Generation] = {}
        self.copies: dict[Key, Generation] = {}
        self.lost: dict[int, Generation] = {}
        self.doubtful: dict[int, Generation] = {}

    def load(self, generations: Iterable[Generation]) -> None:
        """Take over the generations of a cursor; their files are found at the next update."""
        for generation in generations:
            self._enter(generation)
            self._serial = max(self._serial, generation.serial)

    def name(self, generation: Generation, first: bytes) -> None:
        """Give the generation its name, from its first line."""
        name_it(generation, self._by_file[generation.file], first)

    def mates(self, file: str) -> list[Generation]:
        """The generations of one log, those of which most was read first."""
        return sorted(self._by_file.get(file, []), key=lambda mate: -mate.known)

    def born(self, file: str) -> Generation:
        """A new generation of a log, of which nothing is read yet."""
        self._serial += 1
        generation = Generation(file=file, serial=self._serial)
        self._enter(generation)
        return generation

    def add_copy(self, owner: Generation, found: Found) -> None:
        """Note that a file is a copy of what a generation holds."""
        owner.copies[found.key] = found
        self.copies[found.key] = owner

    def drop_copy(self, key: Key) -> None:
        """Note that a file is no copy any more."""
        owner = self.copies.pop(key, None)
        if owner is not None:
            owner.copies.pop(key, None)

    def strike(self, generation: Generation) -> None:
        """Forget a generation for good."""
        del self.generations[generation.serial]
        self.lost.pop(generation.serial, None)
        self.doubtful.pop(generation.serial, None)
        for key in list(generation.copies):
            self.drop_copy(key)
        mates = self._by_file[generation.file]
        mates.remove(generation)
        if not mates:
            del self._by_file[generation.file]

    def prune(self, listed: set[str]) -> None:
        """Forget generations whose file is gone, all but the newest few.

        Those whose whole folder is gone are kept: a disk that comes back is not read again.
        """
        gone = [g for g in self.generations.values() if not (g.found or g.part or g.copies)]
        per_file: dict[str, int] = {}
        for kept, generation in enumerate(reversed(gone)):
            file = generation.file
            per_file[file] = per_file.get(file, 0) + (file.rpartition("/")[0] in listed)
            if kept >= KEPT_IN_ALL or per_file[file] > KEPT_PER_FILE:
                self._totals.missed += not generation.finished
                self.strike(generation)

    def file_of(self, generation_id: str) -> Path | None:
        """The file that holds a generation now, None when there is none or it is unknown.

        May be asked from another thread than the one that reads.
        """
        for generation in list(self._by_file.get(generation_id.rpartition("#")[0], [])):
            if generation.base and generation.id == generation_id:
                places = [generation.found, *list(generation.copies.values())]
                return next((Path(found.real) for found in places if found is not None), None)
        return None

    def _enter(self, generation: Generation) -> None:
        self.generations[generation.serial] = generation
        self._by_file.setdefault(generation.file, []).append(generation)
        if generation.key is not None:
            self.by_key[generation.key] = generation
