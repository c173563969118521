"""Tells what was told before from what is new, and whether something is missing between the two."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from data_sources.dialects.dialect import Dialect
from data_sources.dialects.key_path import KeyPath, Record
from data_sources.event_stream.parser import StreamEvent
from data_sources.lines.classify import record_of

REMEMBERED: Final = 1_024
"""How many events are known again; a server that replays more than these counts them twice."""
USELESS: Final = "?"
"""Begins the keys of what cannot be used."""


def record_in(event: StreamEvent, dialect: Dialect) -> Record | None:
    """What stands in an event, None when that is no JSON object."""
    try:
        fields: Any = msgspec.json.decode(event.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return record_of(fields, dialect) if isinstance(fields, dict) else None


class Replay:
    """Knows the newest events again, by what identifies them.

    That is the dialect's `identity` where the record has any of it, else the id and the data of an
    event that told an id. Others are never held to be repeated, except for data that cannot be
    used: a new connection may tell each of them once more.

    After a connection was lost the first new event must join on to something: a known one was told
    before it, or its number follows, or the server was asked to go on after an id that is no
    number. Where nothing joins, something may be missing: that is a gap.

    Attributes:
        gaps: how often nothing joined.
    """

    def __init__(self, known: Iterable[str] = (), last_id: str = "", gaps: int = 0) -> None:
        self.gaps = gaps
        self.last_id = last_id
        self._known: dict[str, None] = dict.fromkeys(known)
        self._useless: set[str] = set()
        self._unjoined = False
        self._asked_from = ""

    @property
    def known(self) -> list[str]:
        """The keys of the newest events, oldest first."""
        return list(self._known)

    def connected(self, asked_from: str) -> None:
        """A new connection begins."""
        # Equal ones of one connection are several; of two connections, one that was told again.
        self._useless = {key for key in self._known if key.startswith(USELESS)}
        self._unjoined = bool(self._known)
        self._asked_from = asked_from

    def repeats(self, event: StreamEvent, record: Record | None, dialect: Dialect) -> bool:
        """Whether the event was told before; remembers it otherwise.

        Args:
            event: as it came.
            record: what stands in it, None when that is no JSON object.
            dialect: names what identifies a record.
        """
        if record is None:
            return self._repeats_useless(USELESS + _hash(event.data))
        key = _key(event, record, dialect.stream.identity)
        known = key in self._known
        if known:
            self._unjoined = False
        else:
            self._join(event)
        if key:
            self._remember(key)
        self.last_id = event.last_id
        return known

    def repeats_giant(self, head: bytes) -> bool:
        """Whether a giant event was told before."""
        return self._repeats_useless(USELESS + _hash(head))

    def _repeats_useless(self, key: str) -> bool:
        self._remember(key)
        known = key in self._useless
        self._useless.discard(key)
        return known

    def _remember(self, key: str) -> None:
        self._known.pop(key, None)
        self._known[key] = None
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]

    def _join(self, event: StreamEvent) -> None:
        if self._unjoined and not self._follows(event):
            self.gaps += 1
        self._unjoined = False

    def _follows(self, event: StreamEvent) -> bool:
        before, now = self._asked_from, event.last_id
        if not before or not event.has_id:
            return False
        if before.isdecimal() and now.isdecimal():
            return int(now) == int(before) + 1
        return True


def _key(event: StreamEvent, record: Record, identity: Sequence[KeyPath]) -> str:
    """What identifies an event, hashed; empty when nothing does."""
    parts = [path.of(record) for path in identity]
    if any(part is not None for part in parts):
        return _hash(b"=" + msgspec.json.encode(parts))
    return _hash(b"#" + event.last_id.encode() + b"\n" + event.data) if event.has_id else ""


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=9).hexdigest()
