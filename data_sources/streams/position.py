"""How far one stream is read, and how much of it was gone before it could be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from data_sources.streams.marks import Marks

BEGINNING = "0-0"


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What `XINFO STREAM` says; *added* is None on servers before Redis 7."""

    length: int
    first_id: str | None
    last_id: str
    added: int | None
    deleted_id: str | None

    @classmethod
    def of(cls, reply: list[Any]) -> Self:
        """Read the flat reply of RESP2."""
        table = {bytes(key).decode(): value for key, value in zip(reply[::2], reply[1::2])}  # noqa: B905
        first = table.get("first-entry")
        deleted = table.get("max-deleted-entry-id")
        return cls(
            int(table["length"]),
            bytes(first[0]).decode() if first else None,
            bytes(table["last-generated-id"]).decode(),
            int(table["entries-added"]) if "entries-added" in table else None,
            bytes(deleted).decode() if deleted is not None else None,
        )


@dataclass(slots=True)
class Position:
    """Where we are in one stream.

    last_id     of the newest entry that was read
    accounted   how many of the entries that were ever added we read, passed by at the start, or
                know to be lost; None where the server does not count them
    lost        entries that were trimmed or deleted before they were read
    first_id    the oldest entry that was there at the last check; it only ever grows
    marks       some of the entries that were read
    told_until  entries before this one were read in an earlier life of the stream; empty: none
    """

    last_id: str = BEGINNING
    accounted: int | None = None
    lost: int = 0
    first_id: str = BEGINNING
    marks: Marks = field(default_factory=Marks)
    told_until: str = ""

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`.

        Raises:
            ValueError, TypeError: when it is none of ours.
        """
        first_id, told_until = str(value.get("first", BEGINNING)), str(value.get("told", ""))
        for entry_id in (str(value["id"]), first_id, told_until or BEGINNING):
            order(entry_id)
        accounted = value.get("accounted")
        return cls(
            str(value["id"]),
            None if accounted is None else int(accounted),
            int(value["lost"]),
            first_id,
            Marks.from_json(value["marks"]) if "marks" in value else Marks(),
            told_until,
        )

    def to_json(self) -> dict[str, Any]:
        """The position as JSON values."""
        return {
            "id": self.last_id,
            "accounted": self.accounted,
            "lost": self.lost,
            "first": self.first_id,
            "marks": self.marks.to_json(),
            "told": self.told_until,
        }

    def begin(self, facts: StreamFacts, *, at_end: bool) -> None:
        """Start with what the stream holds now, or behind it."""
        if at_end:
            self.last_id, self.accounted = facts.last_id, facts.added
        elif facts.added is not None:
            self.accounted = facts.added - facts.length

    @property
    def is_marked(self) -> bool:
        """Whether the entry at `last_id` was read, so that it must be there until it goes."""
        return self.last_id in self.marks.kept

    def stands(self, held: Sequence[bytes] | None) -> bool:
        """Whether the entry at `last_id` is what was read there; *held* is what is there now."""
        return held is not None and self.marks.is_of(self.last_id, held)

    def is_anew(self, facts: StreamFacts, held: Sequence[bytes] | None, taken: int) -> bool:
        """Whether it is certain that the stream was made anew, or restored from a copy.

        Args:
            facts: of the stream.
            held: what the entry at `last_id` holds at that moment, None when it is gone.
            taken: how many entries stood behind it at that moment, as far as they were taken.
        """
        if order(facts.last_id) < order(self.last_id):
            return True
        if not self.is_marked or self.stands(held):
            return False
        if held is not None:
            return True
        if facts.first_id is None or order(facts.first_id) > order(self.last_id):
            return False  # trimmed: no entry is left that would be passed by
        # Older entries are there and ours is not: it was deleted, or never was in this stream.
        undeleted = facts.deleted_id is not None and order(facts.deleted_id) < order(self.last_id)
        counted = facts.added is not None and self.accounted is not None
        fewer = counted and (facts.added or 0) < (self.accounted or 0) + taken
        return undeleted or fewer or order(facts.first_id) < order(self.first_id)

    def begin_again(self, facts: StreamFacts, held: Mapping[str, Sequence[bytes]]) -> None:
        """Go on in the stream's new life where it parts from what was read, else at its beginning.

        Args:
            facts: of the stream as it is now.
            held: id → what the entry holds, of the marked entries that it still has.
        """
        self.first_id = facts.first_id or BEGINNING
        for entry_id, _, until in self.marks.newest_first():
            if entry_id in held and self.marks.is_of(entry_id, held[entry_id]):
                # How much was added behind it is counted anew once all of it is read.
                self.last_id, self.accounted, self.told_until = entry_id, None, until
                return
        self.last_id, self.marks, self.told_until = BEGINNING, Marks(), ""
        self.accounted = None if facts.added is None else facts.added - facts.length

    def was_told(self, entry_id: str, pairs: Sequence[bytes]) -> bool:
        """Whether an entry behind `last_id` was read in an earlier life of the stream."""
        before = bool(self.told_until) and order(entry_id) < order(self.told_until)
        return before or self.marks.is_of(entry_id, pairs)

    def took(self, ids: list[str], facts: StreamFacts | None, *, all_taken: bool) -> int:
        """Go on behind the entries *ids*, and say how many before them were lost.

        Args:
            ids: of the entries that were read after `last_id`, in order.
            facts: of the stream at the very moment of that read; None when nobody asked.
            all_taken: whether nothing was left behind these entries.
        """
        lost = self._trimmed_before(ids, facts)
        if self.accounted is not None:
            self.accounted += lost + len(ids)
        if facts is not None and facts.added is not None and all_taken:
            # Nothing is left: what was added and neither read nor known to be lost is lost.
            missing = facts.added - self.accounted if self.accounted is not None else 0
            lost += max(0, missing)
            self.accounted = facts.added
        self.last_id = ids[-1] if ids else self.last_id
        if facts is not None and facts.first_id is not None:
            self.first_id = facts.first_id
        self.lost += lost
        return lost

    def _trimmed_before(self, ids: list[str], facts: StreamFacts | None) -> int:
        """How many entries between `last_id` and the first of *ids* are gone, as far as is seen."""
        if facts is None or facts.added is None or self.accounted is None or not ids:
            return 0
        untouched = facts.deleted_id is not None and order(facts.deleted_id) <= order(self.last_id)
        if untouched or facts.first_id != ids[0]:
            return 0
        return max(0, facts.added - facts.length - self.accounted)


def order(entry_id: str) -> tuple[int, int]:
    """Ids in their order."""
    ms, _, sequence = entry_id.partition("-")
    return int(ms), int(sequence or 0)
