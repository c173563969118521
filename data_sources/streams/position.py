"""How far one stream is read, and how much of it was gone before it could be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

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
    """

    last_id: str = BEGINNING
    accounted: int | None = None
    lost: int = 0

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`.

        Raises:
            ValueError, TypeError: when it is none of ours.
        """
        number, _, sequence = str(value["id"]).partition("-")
        int(number), int(sequence)
        accounted = value.get("accounted")
        return cls(
            str(value["id"]), None if accounted is None else int(accounted), int(value["lost"])
        )

    def to_json(self) -> dict[str, Any]:
        """The position as JSON values."""
        return {"id": self.last_id, "accounted": self.accounted, "lost": self.lost}

    def begin(self, facts: StreamFacts, *, at_end: bool) -> None:
        """Start with what the stream holds now, or behind it."""
        if at_end:
            self.last_id, self.accounted = facts.last_id, facts.added
        elif facts.added is not None:
            self.accounted = facts.added - facts.length

    def restarted(self, facts: StreamFacts) -> bool:
        """Whether the stream was made anew, so that its ids begin again; then so do we."""
        if order(facts.last_id) >= order(self.last_id):
            return False
        self.last_id = BEGINNING
        self.accounted = None if facts.added is None else facts.added - facts.length
        return True

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
