"""Lines that meant no order of their own session: whose order they meant, and who should know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.order import TS, Entry, Session, Told


@dataclass(slots=True, eq=False)
class Stray:
    """A line with an id that its own session had no order for.

    `owner` is the session whose order it meant, None where there was none; `too_late` the one whose
    order it meant when it was told, had that session not told later lines already.
    """

    event: Told
    home: Session
    owner: Session | None = None
    too_late: Session | None = None

    @property
    def ts(self) -> int:
        """When it was written."""
        return self.event[TS]


class Strays:
    """The strays of one kind of id of one source, by the id.

    Files are read in any order: an order that one of them meant may be heard of after it. Orders
    that bear the id of a stray are noted, to be held against it once all is told.
    """

    def __init__(self) -> None:
        self.by_name: dict[str, list[Stray]] = {}
        self.heard: list[tuple[str, Entry]] = []

    def of(self, name: str) -> list[Stray]:
        """Return the strays that name an id."""
        return self.by_name.get(name, _NONE)

    def add(self, name: str, stray: Stray) -> None:
        """Note that a stray names an id."""
        self.by_name.setdefault(name, []).append(stray)

    def remove(self, name: str, stray: Stray) -> None:
        """Forget a stray."""
        left = [each for each in self.by_name.get(name, _NONE) if each is not stray]
        if left:
            self.by_name[name] = left
        else:
            self.by_name.pop(name, None)

    def hear(self, name: str | None, entry: Entry) -> None:
        """Note that an order bears an id, in case a stray meant it."""
        if name in self.by_name and name is not None:
            self.heard.append((name, entry))


_NONE: Final[list[Stray]] = []
