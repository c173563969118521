"""Orders of earlier sessions that a line means: what a bot left at the venue when it ended.

A line that means no order of its own session may mean one that another session of the source left
standing, if that session had fallen silent before this one began. Whether it had is asked as of the
line's own moment, so that the answer follows from what was written until then, not from what was
read until now.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from operator import attrgetter, itemgetter
from typing import Any

from ledger.batch import part_of_file
from ledger.codes import Codes
from ledger.order import GENERATION, RAW_OFFSET, TS, Entry, Order, Session, SourceIds, Told
from ledger.order_table import NEVER, OrderTable
from ledger.strays import Stray

Found = tuple[Entry, Session]
Place = tuple[Any, ...]
Naming = tuple[str, str]
"""Since when an order bears an id of a kind: its attribute, and its column in the table."""
CLIENT: Naming = ("named", "ts_named")
VENUE: Naming = ("venue_named", "ts_venue_named")
_MOMENT = attrgetter("ts")
_TS = itemgetter(TS)


class Elsewhere:
    """Finds whose order a stray meant, and which answers turned out wrong.

    Args:
        table: of all orders; an order that has ended is known by its row there.
        session_of: gives the session of a row.
        generations: names of the parts of files.
    """

    def __init__(
        self, table: OrderTable, session_of: Callable[[int], Session], generations: Codes
    ) -> None:
        self._table, self._session_of, self._generations = table, session_of, generations

    def place(self, session: Session, event: Told) -> Place:
        """Return what sorts the lines of a source as if one hand had written them all."""
        part = part_of_file(self._generations, event[GENERATION])
        return (event[TS], session.word, *part, event[RAW_OFFSET])

    def claim(self, home: Session, event: Told) -> Order | None:
        """Return the order elsewhere that an event must mean, and note that it was asked."""
        if event[2] is None and event[3] is None:
            return None
        stray = Stray(event, home)
        home.strays.append(stray)
        names = [(known, name) for known, name in home.ids.named_by(event) if name is not None]
        for known, name in names:
            known.strays.add(name, stray)
        found = self._meant(stray)
        if found is None:
            return None
        entry, owner = found
        if isinstance(entry, int) or owner.newest > stray.ts or self._hastens(owner, stray):
            # What was told there already came later: all of it must be told again, in turn.
            stray.too_late = owner
            for known, name in names:
                known.strays.hear(name, entry)
            return None
        stray.owner = owner
        owner.guests.append(stray)
        owner.newest = stray.ts
        return entry

    def wrong(self, ids: SourceIds) -> list[tuple[Stray, Session | None]]:
        """Return strays that meant something else than was thought, each with the true owner."""
        found = []
        for known, naming in ((ids.client, CLIENT), (ids.venue, VENUE)):
            heard, known.strays.heard = known.strays.heard, []
            for name, entry in heard:
                session = self._session(entry)
                for stray in known.strays.of(name):
                    if session is stray.home or session is stray.owner:
                        continue
                    if not self._stood(entry, session, naming, stray):
                        continue
                    meant = self._meant(stray)
                    owner = None if meant is None else meant[1]
                    if owner is not stray.owner:
                        found.append((stray, owner))
                    if stray.too_late is not None and stray.too_late is not owner:
                        found.append((stray, stray.too_late))
        return found

    def take_back(self, session: Session, to: int) -> list[tuple[Session, int]]:
        """Forget what strays did after a moment.

        Returns:
            Other sessions that must go back too, each with the moment before the stray.
        """
        again = []
        first = bisect_left(session.guests, to + 1, key=_MOMENT)
        again += [(stray.home, stray.ts - 1) for stray in session.guests[first:]]
        del session.guests[first:]
        first = bisect_left(session.strays, to + 1, key=_MOMENT)
        for stray in session.strays[first:]:
            if stray.owner is not None:
                again.append((stray.owner, stray.ts - 1))
            self._drop(stray)
        del session.strays[first:]
        return again

    def forget(self, session: Session) -> None:
        """Let strays go that are older than what is kept of their session."""
        first = bisect_left(session.strays, session.events[0][TS], key=_MOMENT)
        for stray in session.strays[:first]:
            self._drop(stray)
        del session.strays[:first]
        del session.guests[: bisect_left(session.guests, session.events[0][TS], key=_MOMENT)]

    @staticmethod
    def _drop(stray: Stray) -> None:
        for known, name in stray.home.ids.named_by(stray.event):
            if name is not None:
                known.strays.remove(name, stray)

    def _meant(self, stray: Stray) -> Found | None:
        """Return the order that a stray means and its session: the one made last."""
        by_kind = zip(stray.home.ids.named_by(stray.event), (CLIENT, VENUE), strict=True)
        for (known, name), naming in by_kind:
            best: Found | None = None
            for entry in known.of(name):
                if isinstance(entry, int) and self._table.ended(entry) < stray.ts:
                    continue  # as nearly all have: an id may have been used very often
                session = self._session(entry)
                if session is stray.home or not self._stood(entry, session, naming, stray):
                    continue
                if best is None or self._rank(entry, session) > self._rank(*best):
                    best = entry, session
            if best is not None:
                return best
        return None

    def _stood(self, entry: Entry, session: Session, naming: Naming, stray: Stray) -> bool:
        """Whether an order bore the id and had not ended, in a session that had fallen silent."""
        ts = stray.ts
        if isinstance(entry, int):
            ended, named = self._table.ended(entry), self._table.cell[naming[1]][entry]
        else:
            ended, named = entry.ended, getattr(entry, naming[0])
        if NEVER < ended < ts or named >= ts:
            return False
        if ended == ts and session is not stray.owner and not self._hastens(session, stray):
            return False
        return self._silent(session, stray)

    def _silent(self, session: Session, stray: Stray) -> bool:
        """Whether a session had told nothing since that of a stray began, up to the stray."""
        for place in range(bisect_right(session.events, stray.ts, key=_TS) - 1, -1, -1):
            event = session.events[place]
            before = event[TS] < stray.ts
            if before or self.place(session, event) < self.place(stray.home, stray.event):
                return event[TS] < stray.home.first
        return not session.trimmed  # what is forgotten may have been told just then

    def _hastens(self, session: Session, stray: Stray) -> bool:
        """Whether a session was told something of the same moment that stands behind a stray."""
        last = self.last(session, stray.ts)
        return last is not None and last > self.place(stray.home, stray.event)

    def last(self, session: Session, ts: int) -> Place | None:
        """Return the place of the last line of a moment that a session was told, if any was."""
        places = [
            self.place(stray.home, stray.event) for stray in session.guests[-1:] if stray.ts == ts
        ]
        end = bisect_right(session.events, ts, key=_TS)
        places += [
            self.place(session, event) for event in session.events[end - 1 : end] if event[TS] == ts
        ]
        return max(places, default=None)

    def _session(self, entry: Entry) -> Session:
        return self._session_of(entry) if isinstance(entry, int) else entry.session

    def _rank(self, entry: Entry, session: Session) -> tuple[int, str, int]:
        if isinstance(entry, int):
            return self._table.cell["ts_created"][entry], session.word, entry
        return entry.created, session.word, entry.row
