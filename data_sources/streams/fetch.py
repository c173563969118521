"""One read of all streams: which commands it takes, and what came back, stream by stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from data_sources.streams.failure import refusal
from data_sources.streams.link import Link
from data_sources.streams.position import BEGINNING, Position, StreamFacts
from data_sources.streams.roster import Roster

CHECK_SECONDS: Final = 1.0
"""How often the server is asked what it trimmed; each answer costs about as much as an entry."""
FIRST_GUESS_BYTES: Final = 600
LEAST_SHARE: Final = 50
"""Of many streams each may bring so many entries in one read."""

Entry = tuple[str, Sequence[bytes]]


@dataclass(slots=True)
class Taken:
    """What one read took.

    entries    stream → its new entries, oldest first: id, names and values in turn
    facts      stream → what the server said about it at that very moment, where it was asked
    full       streams that may hold more
    restarted  streams that were made anew, and whose position is another now
    """

    entries: dict[str, list[Entry]] = field(default_factory=dict)
    facts: dict[str, StreamFacts] = field(default_factory=dict)
    full: set[str] = field(default_factory=set)
    restarted: set[str] = field(default_factory=set)


class Fetch:
    """Reads the streams of a roster in batches.

    Args:
        batch_entries: about the most entries of one read.
        at_end: whether streams that are there at the first look begin behind their last entry.
    """

    def __init__(self, batch_entries: int, *, at_end: bool) -> None:
        self._batch_entries = batch_entries
        self._at_end = at_end
        self._entry_bytes = float(FIRST_GUESS_BYTES)
        self._next_check = 0.0

    def read(
        self,
        link: Link,
        roster: Roster,
        positions: dict[str, Position],
        now_seconds: float,
        limit_bytes: int,
    ) -> Taken:
        """Take what is new after *positions*, and give streams that are new a position.

        Raises:
            LinkError: when the server does not answer, or refuses.
        """
        streams, every = roster.streams, roster.every
        if not every:
            return Taken()
        checks = list(every) if now_seconds >= self._next_check else []
        count = self._count(len(every), limit_bytes)
        at = [self._from(positions.get(name)) for name in streams]
        read = (
            ("XREAD", "COUNT", count, "STREAMS", *streams.values(), *at) if streams else ("PING",)
        )
        known = [name for name in checks if name in positions and positions[name].is_marked]
        asked = [("XINFO", "STREAM", every[name]) for name in checks]
        asked += [_entry(every[name], positions[name].last_id) for name in known]
        replies = _ask(link, asked, read)
        taken = Taken()
        for name, reply in zip(checks, replies, strict=False):
            self._check(name, reply, taken, roster)
        held = dict(zip(known, map(_pairs, replies[len(checks) : -1]), strict=True))
        if checks:
            self._next_check = now_seconds + CHECK_SECONDS
        if isinstance(replies[-1], Exception):
            if "wrong kind" not in str(replies[-1]):
                raise refusal(replies[-1])
            # One key is no stream, and so none was read: the next read asks which, or knows.
            self._next_check = 0.0 if not checks else self._next_check
            taken.full |= streams.keys()
        else:
            self._sort(replies[-1] if streams else (), streams, count, taken)
        self._place(positions, taken)
        if checks:
            self._know_again(link, every, positions, taken, held)
        elif taken.entries:
            self._doubt(link, every, positions, taken)
        return taken

    def _from(self, position: Position | None) -> str:
        if position is not None:
            return position.last_id
        return "$" if self._at_end else BEGINNING

    def _place(self, positions: dict[str, Position], taken: Taken) -> None:
        """Give streams that were read for the first time their position."""
        for name, facts in taken.facts.items():
            if name not in positions:
                positions[name] = Position()
                positions[name].begin(facts, at_end=self._at_end)
        if taken.facts:
            # What appears after the first look is new, and read from its beginning.
            self._at_end = False
        for name in [name for name in taken.entries if name not in positions]:
            # It appeared since the last check: left for the next read, which asks about it.
            del taken.entries[name]
            taken.full.add(name)
            self._next_check = 0.0

    def _know_again(
        self,
        link: Link,
        keys: dict[str, bytes],
        positions: dict[str, Position],
        taken: Taken,
        held: dict[str, Sequence[bytes] | None],
    ) -> None:
        """Give streams that were made anew the position where their new life begins."""
        for name, facts in taken.facts.items():
            position, came = positions[name], len(taken.entries.get(name, ()))
            if position.is_anew(facts, held.get(name), came):
                marked = [entry_id for entry_id, _, _ in position.marks.newest_first()]
                found = _held(link, [_entry(keys[name], entry_id) for entry_id in marked])
                there = {k: pairs for k, pairs in zip(marked, found, strict=True) if pairs}
                position.begin_again(facts, there)
                taken.restarted.add(name)

    def _doubt(
        self,
        link: Link,
        keys: dict[str, bytes],
        positions: dict[str, Position],
        taken: Taken,
    ) -> None:
        """Leave what came to the next read, which asks why, where what stood before it is gone."""
        known = [name for name in taken.entries if positions[name].is_marked]
        found = _held(link, [_entry(keys[name], positions[name].last_id) for name in known])
        for name, pairs in zip(known, found, strict=True):
            if not positions[name].stands(pairs):
                del taken.entries[name]
                taken.full.add(name)
                self._next_check = 0.0

    def _check(self, name: str, reply: Any, taken: Taken, roster: Roster) -> None:
        if not isinstance(reply, Exception):
            taken.facts[name] = StreamFacts.of(reply)
            roster.wrong.discard(name)
        elif "wrong kind" in str(reply):
            roster.wrong.add(name)
        elif "no such key" in str(reply):
            roster.wrong.discard(name)
        else:
            raise refusal(reply)

    def _count(self, streams: int, limit_bytes: int) -> int:
        """How many entries of each stream to take: few enough to be taken apart in a moment."""
        fits = int(max(1, limit_bytes) / (self._entry_bytes * streams))
        share = max(self._batch_entries // streams, min(LEAST_SHARE, self._batch_entries))
        return max(1, min(share, fits))

    def _sort(self, reply: Any, streams: dict[str, bytes], count: int, taken: Taken) -> None:
        names = {key: name for name, key in streams.items()}
        size = entries = 0
        for key, rows in reply or ():
            name = names[bytes(key)]
            found = [(bytes(row[0]).decode(), row[1] or ()) for row in rows]
            taken.entries[name] = found
            if len(found) >= count:
                taken.full.add(name)
            entries += len(found)
            size += sum(len(part) for _, pairs in found for part in pairs)
        if entries:
            self._entry_bytes += 0.3 * (max(60.0, size / entries) - self._entry_bytes)


def _ask(link: Link, checks: list[tuple[Any, ...]], read: tuple[Any, ...]) -> list[Any]:
    """Ask all at one moment of the server, so that the facts fit the entries."""
    if not checks:
        return link.ask(read)
    replies = link.ask(("MULTI",), *checks, read, ("EXEC",))
    if isinstance(replies[-1], Exception):
        queued = [reply for reply in replies if isinstance(reply, Exception)]
        raise refusal(queued[0])
    found: list[Any] = replies[-1]
    return found


def _entry(key: bytes, entry_id: str) -> tuple[Any, ...]:
    return ("XRANGE", key, entry_id, entry_id)


def _held(link: Link, asked: list[tuple[Any, ...]]) -> list[Sequence[bytes] | None]:
    return [_pairs(reply) for reply in link.ask(*asked)] if asked else []


def _pairs(reply: Any) -> Sequence[bytes] | None:
    """What the one entry that was asked for holds; None when it is gone, or no stream is there."""
    if isinstance(reply, Exception) or not reply:
        return None
    return reply[0][1] or ()
