"""All orders of the desk: sessions told in event time, their transitions, fills and counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ledger.batch import Batch
from ledger.codes import Codes, Groups
from ledger.elsewhere import Elsewhere
from ledger.events_kept import EventsKept
from ledger.order import Order, Session
from ledger.order_life import OrderLives
from ledger.order_lines import Key, OrderLines
from ledger.order_logs import OrderLogs
from ledger.order_retelling import Retelling
from ledger.order_revive import revive
from ledger.order_table import OrderTable
from ledger.rollup import Rollup
from ledger.silence import Silence
from ledger.transition_groups import TransitionGroups


class OrderBook:
    """Turns order events into the table, the transitions log and the fills log.

    Attributes:
        table: a row an order.
        transitions: what happened to orders, in event time; fills: every execution.
        lives: the orders without an end.
        primary_since: (source, session) → time of its first line that is no twin.
    """

    def __init__(
        self,
        groups: Groups,
        generations: Codes,
        rollup: Rollup,
        *,
        silence: Silence,
        capacity: int,
        order_capacity: int,
    ) -> None:
        self.table = OrderTable()
        elsewhere = Elsewhere(self.table, self._session_of, generations)
        self.lives = OrderLives(silence=silence, revive=self._revive, elsewhere=elsewhere)
        self.strategies = Codes()
        self.modes = Codes()
        self.primary_since: dict[Key, int] = {}
        self.moves = 0
        """How often rows were numbered anew; pictures taken before have settled by then."""
        self._groups = groups
        self._order_capacity = order_capacity
        self._compact_beyond = order_capacity + order_capacity // 4
        self._sessions: dict[Key, Session] = {}
        self._by_number: list[Session] = []
        counted = TransitionGroups(groups, self.lives.dimensions, self._by_number)
        self.logs = OrderLogs(self.table, groups, rollup, counted.__getitem__, capacity)
        self.transitions, self.fills = self.logs.transitions, self.logs.fills
        self._lines = OrderLines(groups)
        self._retelling = Retelling(self.lives, self.logs, elsewhere)
        self._events_kept = EventsKept(elsewhere)

    @property
    def before_rewind(self) -> Callable[[], None]:
        """Called before orders are told anew, in another way than they were seen."""
        return self._retelling.before

    @before_rewind.setter
    def before_rewind(self, call: Callable[[], None]) -> None:
        self._retelling.before = call

    def tell(self, batch: Batch, groups: npt.NDArray[np.int32]) -> None:
        """Tell the order lives a batch of events, sorted by time."""
        twins = self._lines.twins(batch)
        self._note_primary(batch, ~twins)
        sources = set()
        for key, mine in self._lines.told(batch, groups, twins, self.primary_since):
            sources.add(key[0])
            session = self._session(*key)
            self._events_kept.note(session, len(mine))
            self._retelling.tell(session, mine)
        for source in sources:
            self._retelling.settle(self.lives.ids_of(source))
        self._events_kept.trim()
        if self.lives.reopened:
            self.before_rewind()
        self.logs.drain(self.lives)
        if self.table.size > self._compact_beyond:
            self._compact_orders()

    def _note_primary(self, batch: Batch, primary: npt.NDArray[np.bool_]) -> None:
        """Note since when a session has lines of its own."""
        for key, first in self._lines.begins(batch, primary):
            known = self.primary_since.get(key)
            if known is None:
                self._forget_twins(key)
            if known is None or first < known:
                self.primary_since[key] = first

    def _session(self, source: int, session_id: int) -> Session:
        session = self._sessions.get((source, session_id))
        if session is None:
            ids = self.lives.ids_of(source)
            word = self._groups.codes["session_id"].word(session_id) or ""
            session = Session(source, session_id, len(self._by_number), ids, word)
            self._sessions[source, session_id] = session
            self._by_number.append(session)
        return session

    def _session_of(self, row: int) -> Session:
        cell = self.table.cell
        return self._session(cell["source"][row], cell["session_id"][row])

    def _revive(self, row: int) -> Order:
        return revive(self.table, self._session_of(row), row)

    def _forget_twins(self, key: Key) -> None:
        """A session turned out to have lines of its own: its twins' order lives never were."""
        session = self._sessions.get(key)
        if session is not None:
            self._retelling.unsay(session)
            del self._sessions[key]

    def _compact_orders(self) -> None:
        """Let the oldest closed orders go; open ones stay whatever their age."""
        self.before_rewind()
        mask = np.zeros(self.table.size, np.bool_)
        mask[-self._order_capacity :] = True
        mask[list(self.lives.live)] = True
        moved = self.table.keep(mask)
        self.moves += 1
        self.lives.move(moved)
        self.lives.next_row = self.table.size
        # Open orders stay, so it may be more than the capacity: the next time is a quarter later.
        self._compact_beyond = (
            max(self.table.size, self._order_capacity) + self._order_capacity // 4
        )
        self.logs.move(moved)
