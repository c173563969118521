"""What orders went through, in event time: the table of them, and the logs of their changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ledger.codes import WHAT, Groups
from ledger.filled import filled
from ledger.fold import FILL_LOG, LEARNED_LOG, STAGES, TRANSITION_LOG
from ledger.order import Order
from ledger.order_changes import Moved, Transition
from ledger.order_life import OrderLives
from ledger.order_table import CLOSING, LEARNED, NEVER, PRICES_AGREED, OrderTable
from ledger.rollup import Rollup
from ledger.sorted_log import Columns, SortedLog

ENDS: Final = {column.removeprefix("ts_"): column for column in CLOSING}
UNCHANGED: Final = -2
"""Stands where nothing was learned since; -1 is a word that was missing."""


class OrderLogs:
    """The table of orders, their transitions, their fills, and what they learned later.

    Args:
        group_of: gives the group that a transition is counted in.
    """

    def __init__(
        self,
        table: OrderTable,
        groups: Groups,
        rollup: Rollup,
        group_of: Callable[[Moved], int],
        capacity: int,
    ) -> None:
        self.table = table
        self.transitions = SortedLog(TRANSITION_LOG, capacity)
        self.fills = SortedLog(FILL_LOG, capacity)
        self.learned = SortedLog(LEARNED_LOG, capacity)
        self._groups, self._rollup, self._group_of = groups, rollup, group_of

    def drain(self, lives: OrderLives) -> None:
        """Move what the order lives told into the table, the logs and the counts."""
        self.table.extend(lives.next_row)
        if lives.reopened:
            self._reopen(lives.reopened)
            lives.reopened.clear()
        self.table.write(lives.touched)
        lives.let_go()
        if lives.fills:
            self.fills.add(_columns(FILL_LOG, zip(*lives.fills, strict=True)))
            lives.fills.clear()
        if lives.learned:
            self.learned.add(_columns(LEARNED_LOG, zip(*lives.learned, strict=True)))
            lives.learned.clear()
        if lives.transitions:
            self._log_transitions(lives.transitions)
            lives.transitions.clear()

    def _log_transitions(self, told: list[Transition]) -> None:
        ts, moved, seconds, row_numbers, sessions = zip(*told, strict=True)
        groups = [self._group_of(each) for each in moved]
        rows = _columns(TRANSITION_LOG, (ts, groups, seconds, row_numbers, sessions))
        what = self._groups.table()[rows["group"], WHAT]
        for word, column in ENDS.items():
            ended = what == self._groups.codes["what"].code(word)
            self.table.close(column, rows["row"][ended], rows["ts"][ended])
        self.transitions.add(rows)
        self._count_transitions(rows)

    def _reopen(self, ends: Mapping[int, int]) -> None:
        """Take out the ends of orders, by row, that turned out to be none."""
        rows = np.array(list(ends), np.int64)
        low, _ = self.transitions.bounds(min(ends.values()) - 1, None)
        what = self._groups.table()[self.transitions.column("group")[low:], WHAT]
        gone = what == self._groups.codes["what"].code("filled")
        gone &= np.isin(self.transitions.column("row")[low:], rows)
        self._count_transitions(self.transitions.remove(gone, low), sign=-1)
        self.table.close("ts_filled", rows, np.full(len(rows), NEVER))

    def _count_transitions(self, rows: Columns, *, sign: int = 1) -> None:
        self._rollup.add(rows["ts"], rows["group"], sign=sign)
        if not len(rows["ts"]):
            return
        what = self._groups.table()[rows["group"], WHAT]
        for word, stage in STAGES.items():
            timed = (what == self._groups.codes["what"].code(word)) & np.isfinite(rows["seconds"])
            self._rollup.add_latency(stage, rows["ts"][timed], rows["seconds"][timed], sign=sign)

    def take_back(self, number: int, to: int) -> tuple[set[int], list[tuple[int, str, int]]]:
        """Take out what a session's orders went through after a moment.

        Returns:
            The rows of those orders, and (row, column, word before) of what they learned, the last
            one first.
        """
        gone = {}
        for name in ("transitions", "fills", "learned"):
            log: SortedLog = getattr(self, name)
            low, _ = log.bounds(to, None)
            gone[name] = log.remove(log.column("session")[low:] == number, low)
        self._count_transitions(gone["transitions"], sign=-1)
        # A second partial fill makes no transition, only a fill; a symbol told late neither.
        rows = {row for each in gone.values() for row in each["row"].tolist() if row >= 0}
        learned = [gone["learned"][name][::-1].tolist() for name in ("row", "which", "before")]
        unlearned = [
            (row, LEARNED[which], before)
            for row, which, before in zip(*learned, strict=True)
            if row >= 0
        ]
        return rows, unlearned

    def refill(self, orders: Iterable[Order]) -> None:
        """Sum again what is filled of some orders, from the fills that are left."""
        rows, quantity, price = (self.fills.column(n) for n in ("row", "quantity", "price"))
        for order in orders:
            mine = np.flatnonzero(rows == order.row)
            order.filled_quantity, order.filled_value = filled(quantity[mine], price[mine])

    def at(self, rows: npt.NDArray[np.int64], at: int) -> dict[str, npt.NDArray[Any]]:
        """Return columns of the table of some rows as they stood at a moment."""
        cells = self.table.at(rows, at)
        for name in LEARNED:
            cells[name] = self.known_at(name, rows, at)
        return cells

    def known_at(self, name: str, rows: npt.NDArray[np.int64], at: int) -> npt.NDArray[Any]:
        """Return one of the columns in `LEARNED` of some rows as it was known at a moment."""
        now = self.table.column(name)[rows]
        low, _ = self.learned.bounds(at, None)
        later = self.learned.column("row")[low:]
        mine = (self.learned.column("which")[low:] == LEARNED.index(name)) & (later >= 0)
        if not mine.any():
            return now
        before = np.full(self.table.size, UNCHANGED, np.int32)
        # From the last to the first: what was known before the first of them stays.
        before[later[mine][::-1]] = self.learned.column("before")[low:][mine][::-1]
        known = np.nan if name in PRICES_AGREED else before[rows]
        return np.where(before[rows] == UNCHANGED, now, known)

    def move(self, moved: npt.NDArray[np.int64]) -> None:
        """Follow the table after it dropped rows: `moved[row]` is the new row, -1 is gone."""
        for log in (self.transitions, self.fills, self.learned):
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
