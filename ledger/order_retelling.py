"""Telling lines in their place: what came before its time is undone and told again after them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from operator import itemgetter

from ledger.elsewhere import Elsewhere
from ledger.order import TS, Session, SourceIds, Told
from ledger.order_life import OrderLives
from ledger.order_logs import OrderLogs
from ledger.order_rewind import wind_back

Line = tuple[Session, Told]


class Retelling:
    """Lets sessions tell their lines, in whatever order these come, as if they came in time."""

    def __init__(self, lives: OrderLives, logs: OrderLogs, elsewhere: Elsewhere) -> None:
        self._lives, self._logs, self._elsewhere = lives, logs, elsewhere
        self.before: Callable[[], None] = lambda: None
        """Called before orders are told anew: what is seen of them now is not to change."""

    def tell(self, session: Session, mine: list[Told]) -> None:
        """Tell new lines of a session, sorted among themselves."""
        if self._comes_late(session, mine[0]):
            self.again({session: mine[0][TS] - 1}, [(session, event) for event in mine])
        else:
            self._lives.tell(session, mine)

    def _comes_late(self, session: Session, event: Told) -> bool:
        ts = event[TS]
        if ts != session.newest:
            return ts < session.newest
        last = self._elsewhere.last(session, ts)
        return last is not None and self._elsewhere.place(session, event) < last

    def again(self, back: dict[Session, int], fresh: Iterable[Line] = ()) -> None:
        """Wind sessions back, and those that share strays with them; tell all of it in time."""
        self.before()
        self._logs.drain(self._lives)
        self._reach(back)
        lines = [*fresh]
        for session, to in back.items():
            lines += [(session, event) for event in self._wind_back(session, to)]
        self._tell_all(lines)

    def unsay(self, session: Session) -> None:
        """Let a session have told nothing at all."""
        self.before()
        back = {session: session.first - 1}
        self._logs.drain(self._lives)
        self._reach(back)
        told = {each: self._wind_back(each, to) for each, to in back.items()}
        del told[session]
        self._tell_all([(each, event) for each, events in told.items() for event in events])

    def _tell_all(self, lines: list[Line]) -> None:
        lines.sort(key=lambda line: self._elsewhere.place(*line))
        for session, told in groupby(lines, key=itemgetter(0)):
            self._lives.tell(session, [event for _, event in told])

    def settle(self, ids: SourceIds) -> None:
        """Let strays of a source find the orders that were heard of after them."""
        tried: set[tuple[int, Session | None]] = set()
        while True:
            # Told in its place a stray may turn out to mean a third order: the one that it meant
            # has been ended by another stray. It is tried again, but for no order twice.
            wrong = [
                (stray, owner)
                for stray, owner in self._elsewhere.wrong(ids)
                if (id(stray.event), owner) not in tried
            ]
            if not wrong:
                return
            back: dict[Session, int] = {}
            for stray, owner in wrong:
                tried.add((id(stray.event), owner))
                for session in (stray.home, stray.owner, owner):
                    if session is not None:
                        back[session] = min(stray.ts - 1, back.get(session, stray.ts))
            self.again(back)

    def _reach(self, back: dict[Session, int]) -> None:
        """Add the sessions that cannot stay as they are when these go back."""
        left = list(back)
        while left:
            session = left.pop()
            # An order that turned out to be open was ended in between: it is told from its end on.
            back[session] = min(
                [
                    back[session],
                    *(end - 1 for end, until in session.reopened if until > back[session]),
                ]
            )
            for other, to in self._elsewhere.take_back(session, back[session]):
                if other not in back or to < back[other]:
                    back[other] = to
                    left.append(other)

    def _wind_back(self, session: Session, to: int) -> list[Told]:
        if session.trimmed and session.events[0][TS] > to:
            to = session.events[0][TS] - 1  # as far as memory goes; what is older is only added
        rows, unlearned = self._logs.take_back(session.number, to)
        return wind_back(self._lives, self._logs, session, to, rows, unlearned)
