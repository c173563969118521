"""What a system tells of its orders in words of its own: stop loss, take profit, mode."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ledger.codes import Codes

COLUMNS: Final = ("stop_loss_price", "take_profit_price", "mode")


def terms_of(told: pd.DataFrame | None, events: int, modes: Codes) -> npt.NDArray[np.object_]:
    """Return for each of so many events the `Terms` it tells, or None.

    Args:
        told: the columns `COLUMNS`, indexed by the number of the event; None where none tells any.
        events: how many there are.
        modes: the words of modes so far; new ones are added.
    """
    terms = np.full(events, None, np.object_)
    if told is None or told.empty:
        return terms
    stops, profits = (told[name].astype("float64").tolist() for name in COLUMNS[:2])
    words = told["mode"].astype("object").where(told["mode"].notna(), None)
    places = told.index.tolist()
    for place, stop, profit, mode in zip(places, stops, profits, words, strict=True):
        terms[place] = (stop, profit, modes.code(mode))
    return terms
