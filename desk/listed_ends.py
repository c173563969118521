"""Orders that a log left open and that a list of their venue says have ended."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from desk.joined_orders import IDS, is_same, rows_of
from ledger.order_columns import OrderColumns
from ledger.order_frame import OPEN_STATUSES


def listed_ends(
    orders: OrderColumns, listed: pd.DataFrame, systems: Mapping[str, str]
) -> npt.NDArray[np.bool_]:
    """Return which of the ledger's open orders have ended, as `joined_orders` joins them.

    Args:
        orders: that are open as far as the logs tell.
        listed: the frame `orders` of polled sources.
        systems: source → system.
    """
    ended = np.zeros(len(orders), np.bool_)
    over = listed[~listed["status"].isin(OPEN_STATUSES) & listed["status"].notna()]
    places = np.flatnonzero(_near(orders, over, systems))
    if not len(places):
        return ended
    # Ids before rows: of thousands of open orders a list knows few.
    theirs = [over[name].astype("object").tolist() for name in IDS]
    known = {each for ids in theirs for each in ids if isinstance(each, str)}
    ours = list(zip(*(orders.ids(name, places) for name in IDS), strict=True))
    meant = [not known.isdisjoint(ids) for ids in ours]
    wanted = {each for ids, yes in zip(ours, meant, strict=True) if yes for each in ids if each}
    if not any(meant):
        return ended
    rows = [n for n, ids in enumerate(zip(*theirs, strict=True)) if not wanted.isdisjoint(ids)]
    venue = list(rows_of(over.iloc[rows]))
    places = places[meant]
    for place, row in zip(places.tolist(), orders.rows(places), strict=True):
        told = {name: value for name, value in row.items() if value is not None}
        mine = {told[name] for name in IDS if name in told}
        ended[place] = any(
            mine & {each[name] for name in IDS if name in each} and is_same(each, told, systems)
            for each in venue
        )
    return ended


def _near(
    orders: OrderColumns, listed: pd.DataFrame, systems: Mapping[str, str]
) -> npt.NDArray[np.bool_]:
    """Which orders are of an account or a system that some list is of: mostly none or few."""
    owners = set(listed["account_id"].dropna().unique())
    spoken = {systems.get(source) for source in listed["source"].unique()} - {None, ""}
    sources = [source for source, system in systems.items() if system in spoken]
    near: npt.NDArray[np.bool_] = orders["account_id"].isin(owners) | orders["source"].isin(sources)
    return near
