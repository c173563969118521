"""One byte stream from its first line to its last, whatever its file is called meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from data_sources.lines.discover import Found
from data_sources.lines.identity import HEAD_BYTES, MARK_BYTES, Head, Marks, digest
from data_sources.lines.part import Part

Key = tuple[int, int]


@dataclass(slots=True, eq=False)
class Generation:
    """What is known of one generation of one file, and how far it was read.

    The first group goes into the cursor; the second lives as long as the process.
    """

    file: str
    serial: int
    base: str = ""
    ordinal: int = 0
    key: Key | None = None
    offset: int = 0
    head: Head = field(default_factory=Head)
    marker: str = ""
    marks: Marks = field(default_factory=Marks)
    finished: bool = False

    found: Found | None = None
    part: Part | None = None
    size: int = -1
    mtime_ns: int = -1
    ctime_ns: int = -1
    links: int = 1
    recheck: bool = False
    torn: int = 0
    zeros: int = 0
    scanned: int = 0
    need: int = 0
    long_head: bytes = b""
    refused_encoding: str = ""
    broken: str = ""
    quiet_since: float | None = None
    lost_since: float | None = None
    copies: dict[Key, Found] = field(default_factory=dict)
    strangers: set[tuple[int, ...]] = field(default_factory=set)
    saved: dict[str, Any] | None = None
    saved_key: Key | None = None

    @property
    def id(self) -> str:
        """The generation's name, `<file>#<8 hex>`; only after its first line is known."""
        return f"{self.file}#{self.base if not self.ordinal else self._numbered}"

    @property
    def _numbered(self) -> str:
        return blake2b(f"{self.base}/{self.ordinal}".encode(), digest_size=4).hexdigest()

    @property
    def position(self) -> int:
        """Up to where the bytes were looked at, read or not."""
        return self.offset + self.torn + self.zeros + self.scanned

    @property
    def path(self) -> str:
        """Where the file stands now, or where it stood when it was last written to."""
        return self.found.path if self.found else self.file

    @property
    def progress(self) -> tuple[int, ...]:
        """What changes with every step of reading."""
        return self.offset, self.torn, self.zeros, self.scanned, self.need

    @property
    def trouble(self) -> str:
        """Why its content cannot be read, empty when it can."""
        if self.refused_encoding:
            return (
                f"wrong_encoding: {self.path} is {self.refused_encoding}, not UTF-8; "
                "let the bot write UTF-8"
            )
        if self.broken:
            return f"broken: {self.path} cannot be decompressed beyond a point ({self.broken})"
        return ""

    @property
    def compressed(self) -> bool:
        """Whether the bytes come out of a compressed file now."""
        return self.found is not None and self.found.compressed

    @property
    def rests(self) -> bool:
        """Whether its plain file is closed and still as it was when it was last open."""
        found = self.found
        if found is None or found.compressed or self.part is not None:
            return False
        return (found.size, found.mtime_ns) == (self.size, self.mtime_ns)

    @property
    def leaving(self) -> bool:
        """Whether the file was rotated away, deleted or compressed: it will end."""
        return self.found is None or self.found.rotated or self.links == 0

    @property
    def known(self) -> int:
        """How many bytes were read that can prove the file."""
        return self.offset - self.head.at

    @property
    def behind(self) -> int:
        """How many bytes before the offset a block must begin, so that it proves itself."""
        return self.known if self.known <= HEAD_BYTES else MARK_BYTES

    def agrees(self, before: bytes) -> bool:
        """Whether `before`, the bytes right before the offset, are those that were read."""
        if len(before) != self.behind:
            return False
        if self.known > HEAD_BYTES:
            return digest(before) == self.marker
        return not before or digest(before) == self.head.whole

    def stands_in(self, part: Part) -> bool:
        """Whether a plain file holds at its place what was read; asks its head and its marker."""
        if not self.agrees(part.pread(self.behind, self.offset - self.behind)):
            return False
        return self.known <= HEAD_BYTES or self.head.agrees(part.pread(HEAD_BYTES, self.head.at))

    def intact(self) -> bool:
        """Whether the open file still holds what was read of it."""
        part = self.part
        return part is not None and part.stat().st_size >= self.offset and self.stands_in(part)

    def advance(self, offset: int, block: bytes, begins: int) -> None:
        """Note that everything before `offset` is read.

        `block` holds the bytes from position `begins` on, as far as they are at hand.
        """
        self.forget_progress()
        self.saved = None
        self.offset = offset
        at, want = self.head.at, min(HEAD_BYTES, self.known)
        if self.head.length < want:
            head = block[at - begins : at - begins + want] if begins <= at else b""
            self.head = Head.of(head if len(head) == want else self._pread(want, at), at)
        first = max(0, offset - MARK_BYTES)
        tail = block[first - begins : offset - begins] if first >= begins else b""
        if len(tail) != offset - first:
            tail = self._pread(offset - first, first)
        self.marker = digest(tail)
        if self.known > HEAD_BYTES:
            self.marks.add(offset, self.marker)

    def begin_at(self, offset: int) -> None:
        """Note that only NULs stand before `offset`."""
        self.forget_progress()
        self.saved = None
        self.offset = offset
        self.head = Head(at=offset)

    def forget_progress(self) -> None:
        """Look again at everything after the offset."""
        self.torn = self.zeros = self.scanned = self.need = 0
        self.long_head = b""

    def to_json(self) -> dict[str, Any]:
        """What the cursor keeps; of constant size, and the same dict until something changes."""
        saved = self.saved
        if saved is None or saved["finished"] != self.finished or self.saved_key != self.key:
            saved = {
                "file": self.file,
                "serial": self.serial,
                "base": self.base,
                "ordinal": self.ordinal,
                "offset": self.offset,
                "head": self.head.to_json(),
                "marker": self.marker,
                "marks": self.marks.to_json(),
                "finished": self.finished,
                "seen": [self.size, self.mtime_ns] if self.finished else [-1, -1],
                "key": list(self.key) if self.key else None,
            }
            self.saved, self.saved_key = saved, self.key
        return saved

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Generation:
        """The inverse of `to_json`; KeyError, IndexError, ValueError or TypeError if not."""
        key = value["key"]
        return cls(
            file=str(value["file"]),
            serial=int(value["serial"]),
            base=str(value["base"]),
            ordinal=int(value["ordinal"]),
            key=(int(key[0]), int(key[1])) if key else None,
            offset=int(value["offset"]),
            head=Head.from_json(value["head"]),
            marker=str(value["marker"]),
            marks=Marks.from_json(value["marks"]),
            finished=bool(value["finished"]),
            size=int(value["seen"][0]),
            mtime_ns=int(value["seen"][1]),
        )

    def _pread(self, count: int, position: int) -> bytes:
        assert self.part is not None
        return self.part.pread(count, position)
