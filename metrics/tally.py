"""How to count in a view's tally: one row a distinct combination, `n` times seen.

A tally has few rows and is counted at every tick, so this works on codes, not on pandas objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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

Rows = NDArray[np.bool_]


def totals(tally: pd.DataFrame) -> dict[tuple[str, bool], int]:
    """Give how often each thing happened, by (`what`, whether it closes a position).

    An unsaid position effect is an opening: the origin marks its closings only.
    """
    if "what" not in tally.columns or tally.empty:
        return {}
    codes, words = _codes(tally, "what")
    closing = mask(tally, "position_effect", ("close",))
    counts = np.zeros(2 * (len(words) + 1), dtype=np.int64)
    np.add.at(counts, 2 * codes + closing, tally["n"].to_numpy())
    return {(word, is_closing): int(counts[2 * code + is_closing])
            for code, word in words.items() for is_closing in (False, True)}  # fmt: skip


def events_total(tally: pd.DataFrame) -> int:
    """Give the number of events in the tally, steps of order lives left out."""
    if "what" not in tally.columns or tally.empty:
        return 0
    return int(tally["n"].to_numpy()[event_rows(tally)].sum())


def event_rows(tally: pd.DataFrame) -> Rows:
    """Give which rows of the tally are events: no steps of order lives, no twins of others."""
    return rows_where(
        tally, "what", lambda word: word not in TRANSITIONS and not word.startswith(_TWIN)
    )


def mask(frame: pd.DataFrame, column: str, values: Iterable[str]) -> Rows:
    """Give which rows hold one of the values; a missing column or value is never one of them."""
    wanted = frozenset(values)
    return rows_where(frame, column, lambda word: word in wanted)


def rows_where(frame: pd.DataFrame, column: str, holds: Callable[[str], bool]) -> Rows:
    """Give which rows hold a word for which the rule holds; it is asked once a distinct word."""
    if column not in frame.columns or frame.empty:
        return np.zeros(len(frame), dtype=np.bool_)
    codes, words = _codes(frame, column)
    allowed = np.zeros(len(words) + 1, dtype=np.bool_)
    for code, word in words.items():
        allowed[code] = holds(word)
    return allowed[codes]


def counts_by(tally: pd.DataFrame, column: str, rows: Rows) -> dict[str, int]:
    """Give the sums of `n` over the chosen rows by the values of a column, biggest first."""
    if column not in tally.columns or not rows.any():
        return {}
    codes, words = _codes(tally, column)
    sums = np.zeros(len(words) + 1, dtype=np.int64)
    np.add.at(sums, codes[rows], tally["n"].to_numpy()[rows])
    found = [(word, int(sums[code])) for code, word in words.items() if sums[code]]
    return dict(sorted(found, key=lambda pair: (-pair[1], pair[0])))


def _codes(frame: pd.DataFrame, column: str) -> tuple[NDArray[np.int64], dict[int, str]]:
    """Give a dense code a row, and the words of the codes; the last code stands for missing."""
    values = frame[column].array
    if isinstance(values, pd.Categorical):
        present, codes = np.unique(values.codes, return_inverse=True)
        words = [None if code < 0 else str(values.categories[code]) for code in present.tolist()]
    else:
        codes, uniques = pd.factorize(values)
        words = [str(word) for word in uniques]
    known = [word for word in words if word is not None]
    # A categorical's missing code sorts first, a factorized one is -1: both go to the end.
    shift = len(words) - len(known)
    dense = np.where(codes < shift, len(known), codes - shift) if shift else codes
    return np.where(dense < 0, len(known), dense).astype(np.int64), dict(enumerate(known))
