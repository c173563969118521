"""Which orders an id was said of: bots use ids again, and sessions use the same ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.order import Entry, Order
from ledger.strays import Strays

NONE: Sequence[Entry] = ()


class KnownIds:
    """Id → the orders of a source that bore it, the newest last.

    One that has ended is known by its row alone: there are many, and few come back.
    """

    def __init__(self) -> None:
        self.entries: dict[str, Entry | list[Entry]] = {}
        """Nearly every id is of one order, which then stands here without a list around it."""
        self.strays = Strays()

    def of(self, name: str | None) -> Sequence[Entry]:
        """Return the orders that bore an id, oldest first; nothing for None."""
        if name is None:
            return NONE
        found = self.entries.get(name)
        if found is None:
            return NONE
        return found if isinstance(found, list) else (found,)

    def add(self, name: str, order: Order) -> None:
        """Note that an order bears an id."""
        found = self.entries.get(name)
        if found is None:
            self.entries[name] = order
        elif isinstance(found, list):
            found.append(order)
        else:
            self.entries[name] = [found, order]
        if self.strays.by_name:
            self.strays.hear(name, order)

    def put(self, name: str | None, order: Order, entry: Entry) -> None:
        """Let `entry` (the order, or its row) stand where the order or its row stands."""
        if name is None:
            return
        found = self.entries.get(name)
        if found is order:
            self.entries[name] = entry
        elif isinstance(found, list):
            found[:] = [entry if each is order or each == order.row else each for each in found]
        elif found == order.row:
            self.entries[name] = entry

    def remove(self, name: str | None, order: Order) -> None:
        """Forget that an order bears an id."""
        kept = [each for each in self.of(name) if not (each is order or each == order.row)]
        self._keep(name or "", kept)

    def move(self, rows: Sequence[int]) -> None:
        """Follow the table after it dropped rows: `rows[row]` is the new row, -1 is gone."""
        kept: dict[str, Entry | list[Entry]] = {}
        for name, found in self.entries.items():
            if isinstance(found, int):  # nearly all of them, and there are many
                if (row := rows[found]) >= 0:
                    kept[name] = row
            elif entries := list(_moved(self.of(name), rows)):
                kept[name] = entries if len(entries) > 1 else entries[0]
        self.entries = kept

    def _keep(self, name: str, entries: list[Entry]) -> None:
        if not entries:
            self.entries.pop(name, None)
        else:
            self.entries[name] = entries if len(entries) > 1 else entries[0]


def _moved(entries: Sequence[Entry], rows: Sequence[int]) -> Iterator[Entry]:
    for each in entries:
        if not isinstance(each, int):
            yield each
        elif rows[each] >= 0:
            yield rows[each]
