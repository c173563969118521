"""Which streams are read: those that are named, and those that a pattern finds."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

from data_sources.streams.failure import refusal
from data_sources.streams.link import Link

LOOK_SECONDS: Final = 5.0
STEP_KEYS: Final = 1_000
STEPS_A_READ: Final = 20
"""A key space of millions is looked through over several reads."""
_WILD: Final = frozenset("*?[")


class Roster:
    """The streams of a server that names and patterns choose.

    Args:
        wanted: names, or patterns with `*`, `?` and `[…]`.
        exclude: names or patterns of streams to leave out.
    """

    def __init__(self, wanted: Sequence[str], exclude: Sequence[str]) -> None:
        named = [name for name in wanted if not _WILD & set(name)]
        self._patterns = [name for name in wanted if _WILD & set(name)]
        self._exclude = tuple(exclude)
        self._named = {name: name.encode() for name in named}
        self._found: dict[str, bytes] = {}
        self._looking: dict[str, bytes] = {}
        self._cursor: tuple[int, bytes] | None = None
        self._next_look = 0.0
        self.wrong: set[str] = set()
        """Names that are keys of another type."""

    @property
    def every(self) -> dict[str, bytes]:
        """Name as text → key, also of those that turned out to be no streams."""
        return {**self._found, **self._named}

    @property
    def streams(self) -> dict[str, bytes]:
        """Name as text → key, of all that can be read."""
        return {name: key for name, key in self.every.items() if name not in self.wrong}

    def key_of(self, name: str) -> bytes | None:
        """The key of a stream that is one of those chosen, found yet or not; None of any other."""
        known = self.every.get(name)
        if known is not None or self._left_out(name):
            return known
        fits = any(fnmatchcase(name, pattern) for pattern in self._patterns)
        return name.encode("utf-8", "replace") if fits else None

    def _left_out(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self._exclude)

    def look(self, link: Link, now_seconds: float) -> bool:
        """Look for streams when it is time to; say whether a look has just ended.

        Raises:
            LinkError: when the server does not answer, or refuses.
        """
        if self._cursor is None:
            if now_seconds < self._next_look:
                return False
            self._cursor, self._looking = (0, b"0"), {}
        for _ in range(STEPS_A_READ):
            if self._cursor[0] >= len(self._patterns):
                self._end(now_seconds)
                return True
            self._cursor = self._step(link, *self._cursor)
        return False

    def _end(self, now_seconds: float) -> None:
        # A pattern's stream that is gone is still asked for: it may come back with its old ids.
        self._found |= self._looking
        self._cursor, self._next_look = None, now_seconds + LOOK_SECONDS

    def _step(self, link: Link, number: int, cursor: bytes) -> tuple[int, bytes]:
        command = ("SCAN", cursor, "MATCH", self._patterns[number], "COUNT", STEP_KEYS)
        reply: Any = link.ask((*command, "TYPE", "stream"))[0]
        if isinstance(reply, Exception):
            raise refusal(reply)
        for key in reply[1]:
            name = bytes(key).decode("utf-8", "backslashreplace")
            if not self._left_out(name):
                self._looking[name] = bytes(key)
        following = bytes(reply[0])
        return (number + 1, b"0") if following == b"0" else (number, following)
