"""What a stream's snapshots say of positions: of each the newest alone, and none that is closed."""

from __future__ import annotations

from typing import Final

import pandas as pd

POSITIONS: Final = "positions"
SNAPSHOTS_LOOKED_AT: Final = 20_000
"""A position that is in none of the newest snapshots is told by nobody any more."""


def newest_snapshots(events: pd.DataFrame) -> pd.DataFrame:
    """Return the newest event of each symbol, account and session; a list names no symbol.

    What is missing from the newest list of a session is no longer open.

    Args:
        events: snapshots of one source, ascending in time.
    """
    return events.drop_duplicates(["account_id", "session_id", "symbol"], keep="last")


def newest_positions(rows: pd.DataFrame, within_seconds: float | None = None) -> pd.DataFrame:
    """Return of each source, account and symbol the newest position, if it is open.

    Args:
        rows: of the frame `positions`, in the order they were told.
        within_seconds: where all that is held is told at short intervals, one that is older than
            the newest of its account by more than this was left out: it is closed.
    """
    ascending = rows.sort_values("as_of", kind="stable", na_position="first")
    newest = ascending.drop_duplicates(["source", "account_id", "symbol"], keep="last")
    held = newest[newest["quantity"] != 0]
    if within_seconds is None or held.empty:
        return held
    last = newest.groupby(["source", "account_id"], dropna=False, observed=True)["as_of"].transform(
        "max"
    )
    left_out = newest["as_of"] < last - pd.Timedelta(seconds=within_seconds)
    return held[~left_out.loc[held.index]]
