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
WIDE_LOOKS: Final = 12
"""Of so many looks one asks for keys of every type, and each one while no stream was found."""
MOST_STRANGERS: Final = 100
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
        self._looks = 0
        self._others: set[str] = set()
        self.wrong: set[str] = set()
        """Names that are keys of another type."""
        self.strangers: frozenset[str] = frozenset()
        """Keys of another type that fit a pattern, the first of them."""

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
            self._cursor, self._looking, self._others = (0, b"0"), {}, set()
        for _ in range(STEPS_A_READ):
            if self._cursor[0] >= len(self._patterns):
                self._end(now_seconds)
                return True
            self._cursor = self._step(link, *self._cursor)
        return False

    def _end(self, now_seconds: float) -> None:
        # A pattern's stream that is gone is still asked for: it may come back with its old ids.
        self._found |= self._looking
        if self._is_wide:
            self.strangers = frozenset(self._others - self._looking.keys() - self._named.keys())
        self._looks += 1
        self._cursor, self._next_look = None, now_seconds + LOOK_SECONDS

    @property
    def _is_wide(self) -> bool:
        return not self._found or not self._looks % WIDE_LOOKS

    def _step(self, link: Link, number: int, cursor: bytes) -> tuple[int, bytes]:
        pattern = self._patterns[number]
        command = ("SCAN", cursor, "MATCH", pattern, "COUNT", STEP_KEYS)
        asked: list[tuple[Any, ...]] = [(*command, "TYPE", "stream")]
        # Who says * alone means whatever streams there are among the keys.
        if self._is_wide and pattern.strip("*") and len(self._others) < MOST_STRANGERS:
            asked.append(command)
        replies: Any = link.ask(*asked)
        for reply in replies:
            if isinstance(reply, Exception):
                raise refusal(reply)
        self._looking |= self._chosen(replies[0][1])
        for reply in replies[1:]:
            others = self._chosen(reply[1]).keys() - self._looking.keys()
            self._others |= set(sorted(others)[:MOST_STRANGERS])
        following = bytes(replies[0][0])
        return (number + 1, b"0") if following == b"0" else (number, following)

    def _chosen(self, keys: Sequence[Any]) -> dict[str, bytes]:
        """Name as text → key, of those that are not left out."""
        names = {bytes(key).decode("utf-8", "backslashreplace"): bytes(key) for key in keys}
        return {name: key for name, key in names.items() if not self._left_out(name)}

    def complaint(self) -> str:
        """What is to be said of keys that fit a pattern and are no streams; empty when none are."""
        if not self.strangers:
            return ""
        n = len(self.strangers)
        first = ", ".join(sorted(self.strangers)[:3])
        count = f"at least {MOST_STRANGERS} keys" if n >= MOST_STRANGERS else f"{n} keys"
        who = f"{count} ({first}, …)" if n > 3 else first
        return f"{who}: fits a pattern of `streams`, but is no stream; name it in `exclude`"
