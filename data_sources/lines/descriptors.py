"""Keeps the files open that are read often, and no more of them than are allowed."""

from __future__ import annotations

import errno
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from data_sources.lines.discover import Found, Trouble
from data_sources.lines.generation import Generation
from data_sources.lines.gzip_part import GzipPart
from data_sources.lines.part import NotRegularError, Part, PlainPart

_FULL = (errno.EMFILE, errno.ENFILE)


class Descriptors:
    """Open parts, the one that gave data longest ago first.

    troubles  by path, files that could not be opened since this was last emptied
    """

    def __init__(self, max_open_files: int) -> None:
        self._limit = max(2, max_open_files)
        self._open: OrderedDict[int, Generation] = OrderedDict()
        self.troubles: dict[str, Trouble] = {}

    def __len__(self) -> int:
        return len(self._open)

    def generations(self) -> list[Generation]:
        """Those whose file is open."""
        return list(self._open.values())

    def open(self, found: Found) -> Part | None:
        """Open a file; None when it cannot be, which is noted, or when it is another one by now."""
        try:
            part = self._open_part(found)
        except OSError as error:
            self._note(found, error)
            return None
        status = part.stat()
        if (status.st_dev, status.st_ino) == found.key:
            return part
        part.close()
        return None

    @contextmanager
    def excused(self, found: Found) -> Iterator[None]:
        """An error while the file is looked into is noted; the others go on."""
        try:
            yield
        except OSError as error:
            self._note(found, error)

    def keep(self, generation: Generation, part: Part) -> None:
        """Let the generation have the part from now on."""
        if generation.part is not None and generation.part is not part:
            generation.part.close()
        generation.part = part
        self._open[generation.serial] = generation
        self._open.move_to_end(generation.serial)

    def used(self, generation: Generation) -> None:
        """Note that the generation gave data just now."""
        self._open.move_to_end(generation.serial)

    def close(self, generation: Generation) -> None:
        """Close the generation's file, if it is open; its offset stays."""
        self._open.pop(generation.serial, None)
        if generation.part is not None:
            generation.part.close()
            generation.part = None

    def move(self, old: Generation, new: Generation) -> None:
        """Hand the open file of one generation to the one that took its place."""
        part, old.part = old.part, None
        self._open.pop(old.serial, None)
        if part is not None:
            self.keep(new, part)

    def close_all(self) -> None:
        """Close every file."""
        for generation in self.generations():
            self.close(generation)

    def make_room(self) -> bool:
        """Close a quarter, because the process has no descriptor left; whether any was closed."""
        closed = 0
        for _ in range(max(1, len(self._open) // 4)):
            closed += self._close_oldest()
        return closed > 0

    def _open_part(self, found: Found) -> Part:
        """Open a file; makes room by closing files that have been silent longest."""
        while len(self._open) >= self._limit and self._close_oldest():
            pass
        kind = GzipPart if found.compressed else PlainPart
        try:
            return kind(found.real)
        except OSError as error:
            if error.errno not in _FULL or not self.make_room():
                raise
        return kind(found.real)

    def _note(self, found: Found, error: OSError) -> None:
        if isinstance(error, FileNotFoundError):
            return
        state, word = "unreadable", "io_error"
        if isinstance(error, PermissionError):
            word = "denied"
        elif isinstance(error, NotRegularError):
            state, word = "misconfigured", "not_regular"
        message = f"{word}: {found.real} cannot be read ({error.strerror}); it is tried again"
        self.troubles[found.path] = Trouble(state, message)

    def _close_oldest(self) -> bool:
        """Close the silent one that can be opened again; False when there is none."""
        for generation in self._open.values():
            if _reopenable(generation):
                self.close(generation)
                return True
        return False


def _reopenable(generation: Generation) -> bool:
    """Whether closing loses nothing: the file has a name, and is not half unpacked."""
    part = generation.part
    if part is None or generation.found is None or not part.stat().st_nlink:
        return False
    return not generation.compressed or not generation.offset
