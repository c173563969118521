"""Events and states become order lives, windows and rollups. Pure: no file, network, clock."""

import pandas as pd

from ledger.ledger import Folded, Ledger
from ledger.samples import LatencySamples
from ledger.view import View


def order_lives(events: pd.DataFrame, terms: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the orders frame, one row an order, of an events frame, as at its newest event.

    `terms` are what events tell of stop loss, take profit and mode; see `Ledger.fold`.
    """
    ledger = Ledger()
    ledger.fold(events, terms)
    return ledger.view(window_seconds=None).orders


__all__ = ["Folded", "LatencySamples", "Ledger", "View", "order_lives"]
