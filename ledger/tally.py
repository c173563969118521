"""Counts of a window as a small frame: one row a distinct combination of the dimensions."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ledger.codes import DIMENSIONS, MISSING, SESSION, SOURCE, WHAT, Groups
from ledger.fold import TWIN
from ledger.order_book import OrderBook
from ledger.order_frame import times
from ledger.sorted_log import SortedLog

SECOND_NS = 1_000_000_000
BINS = 60
EFFECT = DIMENSIONS.index("position_effect")

Row = tuple[int, ...]


Counted = tuple[list[Row], list[str], list[int]]
"""Groups, what each one is, and how often it was seen."""


def tally(groups: Groups, found: Counted) -> pd.DataFrame:
    """Return counts by group as a frame: the dimensions as categories, and `n` (int64)."""
    rows, labels, amounts = found
    codes = np.array(rows, np.int32).reshape(-1, len(DIMENSIONS))
    columns: dict[str, Any] = {
        name: groups.codes[name].categorical(codes[:, position])
        for position, name in enumerate(DIMENSIONS)
    }
    columns["what"] = pd.Categorical(labels)
    columns["n"] = np.array(amounts, np.int64)
    frame = pd.DataFrame(columns, copy=False)
    return frame[frame["n"] > 0].reset_index(drop=True)


def tally_rows(groups: Groups, found: Counted) -> list[dict[str, Any]]:
    """Return the rows of `tally` as dicts, what is missing None: far cheaper than a frame."""
    return [
        {**groups.words(row), "what": label, "n": amount}
        for row, label, amount in zip(*found, strict=True)
        if amount > 0
    ]


def counted(
    groups: Groups,
    orders: OrderBook,
    counts: npt.NDArray[np.int64],
    lapsed: npt.NDArray[np.int64],
    at: int,
) -> Counted:
    """Count groups at a moment (ns): twins as what they repeat, denials told twice once.

    `lapsed` are rows of orders that were over in silence: no event tells of them.
    """
    numbers = np.flatnonzero(counts)
    rows = [groups.rows[number] for number in numbers.tolist()]
    labels = [groups.codes["what"].words[row[WHAT]] for row in rows]
    amounts = counts[numbers].tolist()
    _resolve(rows, labels, amounts, orders, at)
    told = orders.lives.silence.tells_ends(orders.table.column("source")[lapsed])
    for label, ended in (("expired", lapsed[told]), ("unknown", lapsed[~told])):
        for row, amount in _lapsed(groups, orders, ended, at).items():
            rows.append(row)
            labels.append(label)
            amounts.append(amount)
    return rows, labels, amounts


def _resolve(
    rows: list[Row], labels: list[str], amounts: list[int], orders: OrderBook, at: int
) -> None:
    """Count twins as what they repeat where nothing else tells it, and denials told twice once."""
    places: dict[tuple[Any, ...], int] = {}
    if "denied_repeat" in labels:
        places = {
            (*row[:WHAT], *row[WHAT + 1 :], label): place
            for place, (row, label) in enumerate(zip(rows, labels, strict=True))
        }
    for place, (row, label) in enumerate(zip(rows, list(labels), strict=True)):
        if label.startswith(TWIN):
            since = orders.primary_since.get((row[SOURCE], row[SESSION]))
            if since is None or since > at:
                labels[place] = label.removeprefix(TWIN)
        elif label == "denied_repeat":
            labels[place] = "order.denied.repeat"
            for kind in ("order.denied", TWIN + "order.denied"):
                base = places.get((*row[:WHAT], *row[WHAT + 1 :], kind))
                if base is not None:
                    amounts[base] -= amounts[place]


def _lapsed(
    groups: Groups, orders: OrderBook, lapsed: npt.NDArray[np.int64], at: int
) -> dict[Row, int]:
    """Return how many orders were over in silence, by their dimensions."""
    effects = groups.codes["position_effect"]
    words = (effects.code("open"), effects.code("close"))
    found: dict[Row, int] = {}
    names = ("source", "account_id", "session_id", "symbol", "side", "position_effect", "route")
    known = orders.logs.at(lapsed, at)
    cells = [known[name].tolist() for name in names]
    for source, account, session, symbol, side, effect, route in zip(*cells, strict=True):
        told = {
            "source": source,
            "account_id": account,
            "session_id": session,
            "symbol": symbol,
            "side": side,
            "position_effect": words[effect],
            "route": route,
        }
        row = tuple(told.get(name, MISSING) for name in DIMENSIONS)
        found[row] = found.get(row, 0) + 1
    return found


def tally_by_minute(
    groups: Groups,
    logs: tuple[SortedLog, ...],
    allowed: npt.NDArray[np.bool_],
    first: int,
    at: int,
    told_until: int,
) -> pd.DataFrame:
    """Return counts over time: `ts` (start of the bin), what, position_effect, n.

    first..at (ns) is cut into at most 60 bins of at least a second; rows later than `told_until`
    are left out.
    """
    width = max(SECOND_NS, -(-(at - first) // BINS))
    table, codes = groups.table(), groups.codes
    # Counting by number needs no sorting: a cell is a bin and one of the few pairs there are.
    pairs, pair_of = np.unique(table[:, (WHAT, EFFECT)], axis=0, return_inverse=True)
    hidden = np.ones(len(table), np.bool_)  # a group younger than the picture is not in it
    hidden[: len(allowed)] = ~allowed
    size = len(pairs) + 1
    pair_of = np.where(hidden, len(pairs), pair_of.reshape(-1))
    # Nor does it need each row's bin: rows are in order of time, and a bin is a stretch of them.
    edges = np.minimum(first + width * np.arange(BINS + 2), min(at, told_until) + 1)
    counts = np.zeros((BINS + 1) * size, np.int64)
    for log in logs:
        cuts, group = np.searchsorted(log.column("ts"), edges), log.column("group")
        for place, (low, high) in enumerate(pairwise(cuts.tolist())):
            cell = place * size
            counts[cell : cell + size] += np.bincount(pair_of[group[low:high]], minlength=size)
    cells = np.flatnonzero(counts)
    cells = cells[cells % size < len(pairs)]
    what, effect = pairs[cells % size].T
    return pd.DataFrame(
        {
            "ts": times(first + cells // size * width),
            "what": codes["what"].categorical(what),
            "position_effect": codes["position_effect"].categorical(effect),
            "n": counts[cells],
        },
        copy=False,
    )
