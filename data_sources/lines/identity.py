"""How a byte stream is recognized again: by its first bytes and by those before the offset.

An inode number alone proves nothing (a file created after a deletion usually gets the same one),
the first bytes alone prove nothing (logs share headers), so both are asked together with the
bytes that stand right before the offset.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

HEAD_BYTES: Final = 1024
MARK_BYTES: Final = 256
START_BYTES: Final = 64
LEVELS: Final = (128, 256, 512, 1024)


def digest(data: bytes) -> str:
    """The 16 hex digits that stand for `data` in a cursor."""
    return blake2b(data, digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Head:
    """A signature of the first bytes that grows with the file, up to 1,024 bytes.

    at      where they begin: 0, or behind the NULs that a file may start with, which prove nothing
    start   the first 64 bytes as they are, so that even a file of one short line is recognized
    levels  digests of the first 128, 256, 512 and 1,024 bytes, as far as they are known
    whole   digest of all `length` bytes
    """

    length: int = 0
    start: bytes = b""
    levels: tuple[str, ...] = ()
    whole: str = ""
    at: int = 0

    @classmethod
    def of(cls, data: bytes, at: int = 0) -> Head:
        """The signature of a stream that holds `data` from `at` on."""
        data = data[:HEAD_BYTES]
        levels = tuple(digest(data[:level]) for level in LEVELS if level <= len(data))
        return cls(len(data), data[:START_BYTES], levels, digest(data), at)

    def agrees(self, other: bytes) -> bool:
        """Whether a stream that holds `other` from `at` on can be this one, as far as is known."""
        if len(other) >= self.length:
            return not self.length or digest(other[: self.length]) == self.whole
        common = len(other)
        start = min(common, START_BYTES)
        if self.start[:start] != other[:start]:
            return False
        known = zip(LEVELS, self.levels, strict=False)
        return all(digest(other[:n]) == level for n, level in known if n <= common)

    def to_json(self) -> list[Any]:
        """The signature as JSON values; of constant size."""
        return [self.length, self.start.hex(), list(self.levels), self.whole, self.at]

    @classmethod
    def from_json(cls, value: list[Any]) -> Head:
        """The inverse of `to_json`; ValueError or TypeError when it is none."""
        length, start, levels, whole, at = value
        known = tuple(map(str, levels))
        return cls(int(length), bytes.fromhex(start), known, str(whole), int(at))


class Marks:
    """Digests at past offsets, one for each power of four, to recognize a copy shorter than us."""

    __slots__ = ("_marks",)

    def __init__(self, marks: dict[int, tuple[int, str]] | None = None) -> None:
        self._marks = marks or {}

    def add(self, offset: int, marker: str) -> None:
        """Remember that the bytes before `offset` have this digest."""
        self._marks[offset.bit_length() // 2] = (offset, marker)

    def up_to(self, offset: int) -> tuple[int, str] | None:
        """The last (offset, digest) not beyond `offset`, None when there is none."""
        fitting = [mark for mark in self._marks.values() if mark[0] <= offset]
        return max(fitting, default=None)

    def to_json(self) -> list[list[Any]]:
        """The marks as JSON values; about a dozen for a gigabyte."""
        return [list(mark) for mark in self._marks.values()]

    @classmethod
    def from_json(cls, value: list[list[Any]]) -> Marks:
        """The inverse of `to_json`; ValueError or TypeError when it is none."""
        marks = cls()
        for offset, marker in value:
            marks.add(int(offset), str(marker))
        return marks
