"""How to count in a view's tally: one row a distinct combination, `n` times seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TRANSITIONS: Final = frozenset(
    {
        "submitted",
        "accepted",
        "first_partial",
        "first_fill",
        "filled",
        "canceled",
        "rejected",
        "expired",
        "denied",
        "orphan",
        "skip_absorbed",
    }
)
"""Values of `what` that are steps of an order's life; every other value is a kind of event."""

_TWIN: Final = "telemetry.twin."
"""Begins the kind of a line that only repeats what another event of its folder told."""


def total(tally: pd.DataFrame, what: str, *, effect: str | None = None) -> int:
    """Give how often `what` happened.

    Args:
        tally: a view's tally; it may be empty, even of columns.
        what: a transition of an order's life or a kind of event.
        effect: `close` for closing orders, `open` for all others (an unsaid effect is an opening,
            as in the origin's own words, which mark closings only); None counts both.
    """
    if "what" not in tally.columns or tally.empty:
        return 0
    rows = mask(tally, "what", (what,))
    if effect is not None:
        closing = mask(tally, "position_effect", ("close",))
        rows = rows & (closing if effect == "close" else ~closing)
    return int(tally["n"].to_numpy()[rows].sum())


def events_total(tally: pd.DataFrame) -> int:
    """Give the number of events in the tally, steps of order lives left out."""
    if "what" not in tally.columns or tally.empty:
        return 0
    return int(tally["n"].to_numpy()[event_rows(tally)].sum())


def event_rows(tally: pd.DataFrame) -> NDArray[np.bool_]:
    """Give which rows of the tally are events: no steps of order lives, no twins of others."""
    if "what" not in tally.columns:
        return np.zeros(len(tally), dtype=np.bool_)
    what = tally["what"].astype(object)
    twins = np.asarray(what.str.startswith(_TWIN, na=False), dtype=np.bool_)
    return ~(mask(tally, "what", TRANSITIONS) | twins)


def mask(frame: pd.DataFrame, column: str, values: Iterable[str]) -> NDArray[np.bool_]:
    """Give which rows hold one of the values; a missing column or value is never one of them."""
    if column not in frame.columns:
        return np.zeros(len(frame), dtype=np.bool_)
    words = frame[column]
    if isinstance(words.dtype, pd.CategoricalDtype):
        # One look a category instead of one a row; the code -1 (missing) picks the last entry.
        wanted = np.append(words.dtype.categories.isin(list(values)), False)
        return wanted[words.cat.codes.to_numpy()]
    return np.array(words.isin(list(values)), dtype=np.bool_)


def counts_by(tally: pd.DataFrame, column: str, rows: NDArray[np.bool_]) -> dict[str, int]:
    """Give the sums of `n` over the chosen rows by the values of a column, biggest first."""
    if column not in tally.columns or not rows.any():
        return {}
    chosen = tally.loc[rows, [column, "n"]].dropna(subset=[column])
    sums = chosen.groupby(chosen[column].astype(object), sort=True)["n"].sum()
    ordered = sums.sort_values(ascending=False, kind="stable")
    return {str(value): int(n) for value, n in ordered.items()}
