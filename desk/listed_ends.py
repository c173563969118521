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
    places = np.flatnonzero(_near(orders, listed, systems))
    if not len(places):
        return ended
    told = [
        {name: value for name, value in row.items() if value is not None}
        for row in orders.rows(places)
    ]
    ids = {row[name] for row in told for name in IDS if name in row}
    over = ~listed["status"].isin(OPEN_STATUSES) & listed["status"].notna()
    over &= listed[list(IDS)].isin(ids).any(axis=1)
    if over.any():
        venue = list(rows_of(listed[over]))
        for place, row in zip(places.tolist(), told, strict=True):
            mine = {row[name] for name in IDS if name in row}
            ended[place] = any(
                mine & {each[name] for name in IDS if name in each} and is_same(each, row, systems)
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
