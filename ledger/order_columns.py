"""Order lives as they stood at one moment, column by column: only what is asked for is made."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ledger.codes import Codes
from ledger.filled import filled
from ledger.moment import moment
from ledger.order import FAR
from ledger.order_frame import EXPIRED, ORDER_COLUMNS, STATUSES, Arrays, lapses, statuses, times
from ledger.order_table import CLOSING, NEVER
from ledger.silence import Silence

if TYPE_CHECKING:
    from ledger.ledger import Ledger

SECOND_NS: Final = 1_000_000_000
_KNOWN_SINCE: Final = {"client_order_id": "ts_named", "venue_order_id": "ts_venue_named"}
_WORDS: Final = ("symbol", "side", "route", "reason", "source", "account_id", "session_id")


class OrderColumns:
    """The orders frame before it is one, first the order that was heard of first.

    `orders["status"]` gives one column as pandas keeps it, `rows` a few orders as dicts, `frame`
    all of it; `ts_first_partial` is a column that the frame has not. What the ledger was told
    after `told_until` is left out: a picture that is taken now and read later must not know more
    in one part than in another.
    """

    columns: Final = ORDER_COLUMNS

    def __init__(
        self, ledger: Ledger, rows: npt.NDArray[np.int64], at: int, told_until: int
    ) -> None:
        table = ledger.orders.table
        # Not by submit: an order that only its answers tell of would stand behind all others.
        rows = rows[np.argsort(table.column("ts_created")[rows], kind="stable")]
        cells = ledger.orders.logs.at(rows, told_until)
        _quantities_at(ledger, rows, told_until, cells)
        status = statuses(cells, at, ledger.orders.lives.silence)
        self._cells = cells
        # In one piece: who reads them has those of one time, whatever `hold_ids` does meanwhile.
        self._named = (rows, table.client_order_ids, table.venue_order_ids)
        words = ledger.groups.codes
        self._words = {name: (words[name], cells[name]) for name in _WORDS} | {
            "status": (_STATUS, status),
            "position_effect": (EFFECT, cells["position_effect"]),
            "strategy_id": (ledger.orders.strategies, cells["strategy_id"]),
            "mode": (ledger.orders.modes, cells["mode"]),
            "raw_generation": (ledger.generations, cells["generation"]),
        }
        self._times = _times(cells, status, ledger.orders.lives.silence)
        self._numbers = _numbers(cells)

    def __len__(self) -> int:
        return len(self._named[0])

    @property
    def empty(self) -> bool:
        """Whether there is no order."""
        return not len(self)

    def __getitem__(self, name: str) -> Any:
        """Return a column: a Categorical, a DatetimeIndex in UTC, numbers, or text."""
        if name in self._times:
            return times(self._times[name])
        if name in self._words:
            words, codes = self._words[name]
            return words.categorical(codes)
        if name in self._numbers:
            return self._numbers[name]
        return pd.array(self._texts(name, np.arange(len(self))), dtype="str")

    def only(self, mask: npt.NDArray[np.bool_]) -> OrderColumns:
        """Return some of the orders."""
        chosen = copy(self)
        rows, *ids = self._named
        chosen._named = (rows[mask], ids[0], ids[1])
        chosen._cells = {name: cells[mask] for name, cells in self._cells.items()}
        chosen._words = {name: (words, codes[mask]) for name, (words, codes) in self._words.items()}
        chosen._times = {name: cells[mask] for name, cells in self._times.items()}
        chosen._numbers = {name: cells[mask] for name, cells in self._numbers.items()}
        return chosen

    def rows(self, places: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
        """Return the orders at some places as dicts; unknown words and times are None."""
        columns = [self._values(name, places) for name in ORDER_COLUMNS]
        return [dict(zip(ORDER_COLUMNS, row, strict=True)) for row in zip(*columns, strict=True)]

    def ids(self, name: str, places: npt.NDArray[np.int64]) -> list[str | None]:
        """Return the `client_order_id` or `venue_order_id` of the orders at some places."""
        return self._texts(name, places)

    def hold_ids(self) -> None:
        """Copy the ids: the table's own are about to be written anew."""
        rows, *ids = self._named
        places = rows.tolist()
        client_ids, venue_ids = ([names[row] for row in places] for names in ids)
        self._named = (np.arange(len(rows)), client_ids, venue_ids)

    def frame(self) -> pd.DataFrame:
        """Return the orders frame."""
        return pd.DataFrame({name: self[name] for name in ORDER_COLUMNS}, copy=False)

    def _values(self, name: str, places: npt.NDArray[np.int64]) -> list[Any]:
        if name in self._times:
            return [moment(ns) for ns in self._times[name][places].tolist()]
        if name in self._words:
            words, codes = self._words[name]
            return [words.word(code) for code in codes[places].tolist()]
        if name in self._numbers:
            values: list[Any] = self._numbers[name][places].tolist()
            return values
        return self._texts(name, places)

    def _texts(self, name: str, places: npt.NDArray[np.int64]) -> list[Any]:
        if name not in _KNOWN_SINCE:
            return [None] * len(places)
        rows, client_ids, venue_ids = self._named
        ids = client_ids if name == "client_order_id" else venue_ids
        known = (self._cells[_KNOWN_SINCE[name]][places] != NEVER).tolist()
        pairs = zip(rows[places].tolist(), known, strict=True)
        return [ids[row] if is_known else None for row, is_known in pairs]


def _times(cells: Arrays, status: npt.NDArray[np.int8], silence: Silence) -> Arrays:
    submitted, accepted = cells["ts_submitted"], cells["ts_accepted"]
    lapsing = lapses(cells, silence)
    open_ended = (accepted != NEVER) & np.isnan(cells["ttl_seconds"])
    open_ended |= lapsing == FAR
    closed = np.max([cells[name] for name in CLOSING], axis=0, initial=NEVER)
    closed = np.where((status >= EXPIRED) & (closed == NEVER), lapsing, closed)
    return {
        "ts_submitted": submitted,
        "ts_accepted": accepted,
        "ts_first_partial": cells["ts_first_partial"],
        "ts_first_fill": cells["ts_first_fill"],
        "ts_closed": closed,
        "ts_expires": np.where(open_ended, NEVER, lapsing),
    }


def _numbers(cells: Arrays) -> Arrays:
    quantity, filled = cells["order_quantity"], cells["filled_quantity"]
    submitted = cells["ts_submitted"]
    return {
        "order_quantity": quantity,
        "filled_quantity": filled,
        "leaves_quantity": np.maximum(quantity - np.nan_to_num(filled), 0.0),
        "limit_price": cells["limit_price"],
        "stop_loss_price": cells["stop_loss_price"],
        "take_profit_price": cells["take_profit_price"],
        "average_fill_price": cells["filled_value"] / np.where(filled > 0, filled, np.nan),
        "order_ack_seconds": _between(submitted, cells["ts_answered"]),
        "first_fill_seconds": _between(submitted, cells["ts_first_fill"]),
        "raw_offset": cells["raw_offset"],
    }


def _between(first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return seconds from one to the other; an answer before its question measures two clocks."""
    known = (first != NEVER) & (last >= first)
    result = np.full(len(first), np.nan)
    result[known] = (last[known] - first[known]) / SECOND_NS
    return result


def _quantities_at(ledger: Ledger, rows: npt.NDArray[np.int64], at: int, cells: Arrays) -> None:
    """Take fills after the moment out of what is filled."""
    low, high = ledger.orders.fills.bounds(at, None)
    later = set(ledger.orders.fills.column("row")[low:high].tolist())
    # Of a fill that told no quantity the submit tells it, but not before its own moment.
    sized_later = (cells["ts_submitted"] == NEVER) & (cells["ts_first_fill"] != NEVER)
    sized_later &= ledger.orders.table.column("ts_submitted")[rows] != NEVER
    later.update(rows[sized_later].tolist())
    if not later:
        return
    fills = ledger.orders.fills
    fill_rows, quantity, price = (fills.column(n)[:low] for n in ("row", "quantity", "price"))
    for position, row in enumerate(rows.tolist()):
        if row in later:
            mine = fill_rows == row
            sums = filled(quantity[mine], price[mine])
            cells["filled_quantity"][position], cells["filled_value"][position] = sums


def _codes_of(*words: str) -> Codes:
    made = Codes()
    for word in words:
        made.code(word)
    return made


_STATUS: Final = _codes_of(*STATUSES)
EFFECT: Final = _codes_of("open", "close")
