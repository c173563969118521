"""Lines without their newline yet: how much of them was seen, and since when the oldest waits."""

from __future__ import annotations

from collections.abc import Iterable

from data_sources.lines.generation import Generation


class Unfinished:
    """Remembers when each unfinished line was first seen, however slowly it goes on growing."""

    def __init__(self) -> None:
        self._since: dict[int, tuple[int, int]] = {}

    def look(self, opened: Iterable[Generation]) -> tuple[int, int | None]:
        """Return the bytes behind the last whole lines, and the time of the oldest of them.

        The time is when its file had been written to last as it was first seen, in epoch
        nanoseconds: a line that was half written before our start is as old as it is. None where
        every line is whole.
        """
        behind = 0
        since: dict[int, tuple[int, int]] = {}
        for generation in opened:
            waiting = generation.position - generation.offset
            if waiting:
                behind += waiting
                known = self._since.get(generation.serial)
                same = known is not None and known[0] == generation.offset
                now = (generation.offset, generation.mtime_ns)
                since[generation.serial] = known if same and known is not None else now
        self._since = since
        return behind, min((ns for _, ns in since.values()), default=None)
