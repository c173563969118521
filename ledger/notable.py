"""The rare events, kept whole: governance, breaker, safety states, errors, alerts, health."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

KEPT: Final = 2_000
COLUMNS: Final = (
    "ts_event",
    "source",
    "account_id",
    "session_id",
    "kind",
    "code",
    "symbol",
    "decision",
    "reason",
    "text",
    "attributes",
    "value",
    "confidence_ratio",
)
"""The least that metrics may ask of a rare event."""


class Notable:
    """The newest 2,000 rare events, as rows of the event frame."""

    def __init__(self) -> None:
        self._pieces: list[pd.DataFrame] = []
        # Making an empty frame takes as long as filtering a full one, and most desks need it.
        self._empty = pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS}).assign(
            ts_event=pd.Series(dtype="datetime64[ns, UTC]"), value=pd.Series(dtype="float64")
        )

    def add(self, rows: pd.DataFrame) -> None:
        """Add rows of the event frame."""
        self._pieces.append(rows.tail(KEPT))
        if len(self._pieces) > 50:
            self._pieces = [self._joined()]

    def _joined(self) -> pd.DataFrame:
        plain = [piece.astype(_plain(piece)) for piece in self._pieces]
        joined = pd.concat(plain, ignore_index=True)
        return joined.sort_values("ts_event", kind="stable", na_position="first").tail(KEPT)

    def frame(self, at: pd.Timestamp, filters: Mapping[str, str | None]) -> pd.DataFrame:
        """Return the rows up to a moment, oldest first; timeless ones come first.

        A filter keeps the rows of its word, and those that say nothing of it: a halt that names no
        symbol halts every symbol.
        """
        if not self._pieces:
            return self._empty
        if len(self._pieces) > 1:
            self._pieces = [self._joined()]
        rows = self._pieces[0]
        mask = ~(rows["ts_event"] > at)
        for name, word in filters.items():
            if word is not None:
                mask &= (rows[name] == word) | rows[name].isna()
        return rows[mask]


def _plain(piece: pd.DataFrame) -> dict[str, str]:
    return {str(name): "str" for name, kind in piece.dtypes.items() if str(kind) == "category"}
