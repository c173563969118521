"""Marks along what was read of a stream: by them it is known again after it was made anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

NEAREST: Final = 32
"""So many of the newest entries are all marked; before them two of each doubling of the age."""


def framed(pairs: Sequence[bytes]) -> bytes:
    """Names and values with their lengths, so that no two entries look alike."""
    return b"".join(b"%d:%b" % (len(part), part) for part in pairs)


def digest_of(pairs: Sequence[bytes]) -> str:
    """What an entry holds, as a short text."""
    return hashlib.blake2b(framed(pairs), digest_size=6).hexdigest()


@dataclass(slots=True)
class Marks:
    """Some of the entries that were read, the newer the denser.

    passed  how many entries were read since the beginning
    kept    id → (how many were read before it, digest of what it holds)
    """

    passed: int = 0
    kept: dict[str, tuple[int, str]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`.

        Raises:
            KeyError, ValueError, TypeError, AttributeError: when it is none of ours.
        """
        kept = {str(k): (int(number), str(text)) for k, (number, text) in value["kept"].items()}
        return cls(int(value["passed"]), kept)

    def to_json(self) -> dict[str, Any]:
        """The marks as JSON values."""
        return {"passed": self.passed, "kept": {k: list(mark) for k, mark in self.kept.items()}}

    def took(self, rows: Sequence[tuple[str, Sequence[bytes]]]) -> None:
        """Go on behind entries that were read, in their order."""
        if not rows:
            return
        before, self.passed = self.passed, self.passed + len(rows)
        self.kept = {k: mark for k, mark in self.kept.items() if self._stays(mark[0])}
        for number, (entry_id, pairs) in enumerate(rows, before):
            if self._stays(number):
                self.kept[entry_id] = (number, digest_of(pairs))

    def _stays(self, number: int) -> bool:
        age = self.passed - number
        return age <= NEAREST or not number % (1 << (age.bit_length() - 2))

    def is_of(self, entry_id: str, pairs: Sequence[bytes]) -> bool:
        """Whether this very entry was read and marked."""
        mark = self.kept.get(entry_id)
        return mark is not None and mark[1] == digest_of(pairs)

    def newest_first(self) -> Iterator[tuple[str, str, str]]:
        """Each mark as (id, digest, until).

        *until* is the id of the next newer mark where entries between the two were read without
        being marked, else empty.
        """
        newer: tuple[int, str] | None = None
        for entry_id, (number, digest) in sorted(
            self.kept.items(), key=lambda item: item[1][0], reverse=True
        ):
            has_gap = newer is not None and newer[0] - number > 1
            yield entry_id, digest, newer[1] if newer is not None and has_gap else ""
            newer = (number, entry_id)
