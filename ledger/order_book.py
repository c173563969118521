"""All orders of the desk: sessions told in event time, their transitions, fills and counts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ledger.batch import Batch
from ledger.codes import DIMENSIONS, SESSION, SOURCE, WHAT, Codes, Groups, IntArray
from ledger.fold import FILL_LOG, STAGES, TRANSITION_LOG, TWIN
from ledger.order import CLOSE_EFFECT, OPEN_EFFECT, RAW_OFFSET, TS, Facts, Order, Session, Told
from ledger.order_life import TOLD, OrderLives, Transition
from ledger.order_revive import revive
from ledger.order_rewind import wind_back
from ledger.order_table import CLOSING, NEVER, OrderTable
from ledger.rollup import Rollup
from ledger.sorted_log import Columns, SortedLog
from ledger.transition_groups import TransitionGroups

MOVES_KEPT: Final = 4
ENDS: Final = {column.removeprefix("ts_"): column for column in CLOSING}


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
        rollup: Rollup,
        *,
        expiry_seconds: float,
        capacity: int,
        order_capacity: int,
    ) -> None:
        self.table = OrderTable()
        self.transitions = SortedLog(TRANSITION_LOG, capacity)
        self.fills = SortedLog(FILL_LOG, capacity)
        self.lives = OrderLives(expiry_seconds=expiry_seconds, revive=self._revive)
        self.strategies = Codes()
        self.modes = Codes()
        self.primary_since: dict[tuple[int, int], int] = {}
        self.moves = 0
        """How often rows were numbered anew: pictures taken before hold the old numbers."""
        self._moved: deque[npt.NDArray[np.int64]] = deque(maxlen=MOVES_KEPT)
        self._groups, self._rollup = groups, rollup
        self._order_capacity = order_capacity
        self._sessions: dict[tuple[int, int], Session] = {}
        self._by_number: list[Session] = []
        self._facts: list[Facts] = []
        self._transition_groups = TransitionGroups(groups, self.lives.dimensions, self._by_number)

    def tell(self, batch: Batch, groups: npt.NDArray[np.int32]) -> None:
        """Tell the order lives a batch of events, sorted by time."""
        twins = self._note_primary(batch)
        for (source, session_id), mine in self._told_of(batch, groups, twins):
            session = self._session(source, session_id)
            self._tell(session, mine)
            for other, since in self.lives.waiting_elsewhere(session, mine).items():
                self._tell(other, self._wind_back(other, since - 1))
        self._drain()
        if self.table.size > 2 * self._order_capacity:
            self._compact_orders()

    def _tell(self, session: Session, mine: list[Told]) -> None:
        if not mine:
            return
        if mine[0][TS] < session.newest:
            again = self._wind_back(session, mine[0][TS] - 1)
            mine = sorted(again + mine, key=itemgetter(TS, RAW_OFFSET))
        self.lives.tell(session, mine)

    def _note_primary(self, batch: Batch) -> npt.NDArray[np.bool_]:
        """Note since when a session has lines of its own; return which rows are twins."""
        words = self._groups.codes["what"].words
        is_twin = np.array([word.startswith(TWIN) for word in words] + [False])
        twins: npt.NDArray[np.bool_] = is_twin[batch.codes[WHAT]]
        keys, ts = _session_keys(batch)[~twins], batch.ts[~twins]
        # Sorted by time, so the first row of a session is its earliest.
        for key in pd.unique(keys).tolist():
            source, session = _of_session_key(key)
            first = int(ts[int(np.argmax(keys == key))])
            known = self.primary_since.get((source, session))
            if known is None:
                self._forget_twins(source, session)
            if known is None or first < known:
                self.primary_since[source, session] = first
        return twins

    def _told_of(
        self, batch: Batch, groups: npt.NDArray[np.int32], twins: npt.NDArray[np.bool_]
    ) -> Iterator[tuple[tuple[int, int], list[Told]]]:
        """Yield the events that make order lives, by (source, session), sorted by time."""
        kinds = np.array([facts.kind for facts in self._facts_of_groups()])
        wanted = (kinds[groups] >= 0) & (batch.ts != NEVER)
        if twins.any():
            sources, sessions = batch.codes[SOURCE], batch.codes[SESSION]
            owned = np.zeros(len(twins), np.bool_)
            for source, session in self.primary_since:
                owned |= (sources == source) & (sessions == session)
            wanted &= ~(twins & owned)
        if not wanted.any():
            return
        chosen = batch.take(wanted)
        told = list(
            zip(
                chosen.ts.tolist(),
                map(self._facts.__getitem__, groups[wanted].tolist()),
                chosen.client_ids.tolist(),
                chosen.venue_ids.tolist(),
                chosen.quantity.tolist(),
                chosen.price.tolist(),
                chosen.strategy.tolist(),
                chosen.generation.tolist(),
                chosen.raw_offset.tolist(),
                chosen.value.tolist(),
                chosen.terms.tolist(),
                strict=True,
            )
        )
        keys = _session_keys(chosen)
        distinct = pd.unique(keys).tolist()
        for key in distinct:
            mine = told
            if len(distinct) > 1:
                mine = [told[row] for row in np.flatnonzero(keys == key).tolist()]
            yield _of_session_key(key), mine

    def _facts_of_groups(self) -> list[Facts]:
        """Return what the events of each group have in common, one entry a group."""
        words = self._groups.codes["what"].words
        close = self._groups.codes["position_effect"].code("close")
        accepted = self._groups.codes["decision"].code("accepted")
        for number in range(len(self._facts), len(self._groups)):
            row = dict(zip(DIMENSIONS, self._groups.rows[number], strict=True))
            word = words[row["what"]]
            self._facts.append(
                Facts(
                    group=number,
                    kind=TOLD.get(word.removeprefix(TWIN), -1),
                    effect=CLOSE_EFFECT if row["position_effect"] == close else OPEN_EFFECT,
                    account_id=row["account_id"],
                    symbol=row["symbol"],
                    side=row["side"],
                    route=row["route"],
                    reason=row["reason"],
                    acknowledges=row["decision"] == accepted,
                    twin=word.startswith(TWIN),
                )
            )
        return self._facts

    def _session(self, source: int, session_id: int) -> Session:
        session = self._sessions.get((source, session_id))
        if session is None:
            ids = self.lives.ids_of(source)
            session = Session(source, session_id, len(self._by_number), ids)
            self._sessions[source, session_id] = session
            self._by_number.append(session)
        return session

    def _revive(self, row: int) -> Order:
        cell = self.table.cell
        session = self._session(cell["source"][row], cell["session_id"][row])
        return revive(self.table, session, row)

    def _wind_back(self, session: Session, to: int) -> list[Told]:
        """Undo what a session told after a moment; return those events, to be told again."""
        self._drain()
        if session.trimmed and session.events[0][TS] > to:
            to = session.events[0][TS] - 1  # as far as memory goes; what is older is only added
        low, _ = self.transitions.bounds(to, None)
        mine = self.transitions.column("session")[low:] == session.number
        removed = self.transitions.remove(mine, low)
        self._count_transitions(removed, sign=-1)
        low, _ = self.fills.bounds(to, None)
        # A second partial fill makes no transition, only a fill.
        filled = self.fills.remove(self.fills.column("session")[low:] == session.number, low)
        touched = {row for row in removed["row"].tolist() if row >= 0} | set(filled["row"].tolist())
        again = wind_back(self.lives, self.table, session, to, touched)
        self._refill(touched)
        return again

    def _refill(self, touched: set[int]) -> None:
        """Sum again what is filled of some orders, from the fills that are left."""
        rows = self.fills.column("row")
        for row in touched:
            order = self.lives.live.get(row)
            if order is None:
                continue
            mine = np.flatnonzero(rows == row)
            quantity = self.fills.column("quantity")[mine]
            worth = quantity * self.fills.column("price")[mine]
            known, priced = np.isfinite(quantity), np.isfinite(worth)
            order.filled_quantity = float(quantity[known].sum()) if known.any() else np.nan
            order.filled_value = float(worth[priced].sum()) if priced.any() else np.nan

    def _forget_twins(self, source: int, session_id: int) -> None:
        """A session turned out to have lines of its own: its twins' order lives never were."""
        session = self._sessions.get((source, session_id))
        if session is not None:
            self._wind_back(session, session.events[0][TS] - 1)
            del self._sessions[source, session_id]

    def _drain(self) -> None:
        """Move what the order lives told into the table, the logs and the counts."""
        lives = self.lives
        self.table.extend(lives.next_row)
        self.table.write(lives.touched)
        lives.let_go()
        if lives.fills:
            self.fills.add(_columns(FILL_LOG, zip(*lives.fills, strict=True)))
            lives.fills.clear()
        if lives.transitions:
            self._log_transitions(lives.transitions)
            lives.transitions.clear()

    def _log_transitions(self, told: list[Transition]) -> None:
        ts, moved, seconds, row_numbers, sessions = zip(*told, strict=True)
        groups = [self._transition_groups[each] for each in moved]
        rows = _columns(TRANSITION_LOG, (ts, groups, seconds, row_numbers, sessions))
        for what, column in ENDS.items():
            ended = self._groups.table()[rows["group"], WHAT] == self._groups.codes["what"].code(
                what
            )
            self.table.close(column, rows["row"][ended], rows["ts"][ended])
        self.transitions.add(rows)
        self._count_transitions(rows)

    def _count_transitions(self, rows: Columns, *, sign: int = 1) -> None:
        self._rollup.add(rows["ts"], rows["group"], sign=sign)
        if not len(rows["ts"]):
            return
        what = self._groups.table()[rows["group"], WHAT]
        for word, stage in STAGES.items():
            timed = (what == self._groups.codes["what"].code(word)) & np.isfinite(rows["seconds"])
            self._rollup.add_latency(stage, rows["ts"][timed], rows["seconds"][timed], sign=sign)

    def rows_now(self, rows: npt.NDArray[np.int64], moves: int) -> npt.NDArray[np.int64]:
        """Return where rows are now that were looked up when there had been so many moves."""
        behind = self.moves - moves
        if behind > MOVES_KEPT:
            return rows[:0]  # no picture is looked at for so long
        for moved in list(self._moved)[len(self._moved) - behind :]:
            rows = moved[rows]
            rows = rows[rows >= 0]
        return rows

    def _compact_orders(self) -> None:
        """Let the oldest closed orders go; open ones stay whatever their age."""
        mask = np.zeros(self.table.size, np.bool_)
        mask[-self._order_capacity :] = True
        mask[list(self.lives.live)] = True
        moved = self.table.keep(mask)
        self.moves += 1
        self._moved.append(moved)
        self.lives.move(moved)
        self.lives.next_row = self.table.size
        for log in (self.transitions, self.fills):
            rows = log.column("row")
            rows[:] = np.where(rows >= 0, moved[np.maximum(rows, 0)], rows)


def _columns(dtypes: Mapping[str, str], values: Iterable[Sequence[Any]]) -> Columns:
    """Return columns as arrays, sorted by the first one."""
    columns = {
        name: np.array(column, dtype)
        for (name, dtype), column in zip(dtypes.items(), values, strict=True)
    }
    ts = columns["ts"]
    if (ts[1:] >= ts[:-1]).all():  # as always, unless several sessions were told
        return columns
    order = np.argsort(ts, kind="stable")
    return {name: column[order] for name, column in columns.items()}


def _session_keys(batch: Batch) -> IntArray:
    """Return (source, session) of each row as one number."""
    keys: IntArray = (batch.codes[SOURCE] << 32) + batch.codes[SESSION] + 1
    return keys


def _of_session_key(key: int) -> tuple[int, int]:
    return key >> 32, (key & 0xFFFFFFFF) - 1
