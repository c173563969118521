"""The rare events, kept whole: governance, breaker, safety states, errors, alerts, health."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from operator import itemgetter
from typing import Any, Final

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
ROW_COLUMNS: Final = (*COLUMNS, "raw_generation", "raw_offset")


class Notable:
    """The newest 2,000 rare events, as rows of the event frame."""

    def __init__(self) -> None:
        self._pieces: list[pd.DataFrame] = []
        self._unread: list[pd.DataFrame] = []
        self._rows: list[tuple[int, dict[str, Any]]] = []
        # Making an empty frame takes as long as filtering a full one, and most desks need it.
        self._empty = pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS}).assign(
            ts_event=pd.Series(dtype="datetime64[ns, UTC]"), value=pd.Series(dtype="float64")
        )

    def add(self, rows: pd.DataFrame) -> None:
        """Add rows of the event frame."""
        newest = rows.tail(KEPT)
        self._pieces.append(newest)
        self._unread.append(newest)
        if len(self._pieces) > 50:
            self._pieces = [self._joined()]
            self._read()

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

    def rows(self, at: int, filters: Mapping[str, str | None]) -> list[dict[str, Any]]:
        """Return the rows of `frame` as dicts of `ROW_COLUMNS`, what is missing None.

        Each event is made a dict once, not at every look; do not change what comes back.
        """
        self._read()
        newest = bisect_right(self._rows, at, key=itemgetter(0))
        words = [(name, (word, None)) for name, word in filters.items() if word is not None]
        return [
            row
            for _, row in self._rows[:newest]
            if all(row[name] in allowed for name, allowed in words)
        ]

    def _read(self) -> None:
        """Make dicts of what was added since the last look, in event time."""
        if not self._unread:
            return
        for piece in self._unread:
            stamps = piece["ts_event"].array.as_unit("ns").asi8.tolist()
            columns = [_values(piece[name]) for name in ROW_COLUMNS]
            for ts, values in zip(stamps, zip(*columns, strict=True), strict=True):
                self._rows.append((ts, dict(zip(ROW_COLUMNS, values, strict=True))))
        self._unread.clear()
        self._rows.sort(key=itemgetter(0))
        del self._rows[:-KEPT]


def _values(column: pd.Series[Any]) -> list[Any]:
    missing = column.isna().tolist()
    pairs = zip(column.tolist(), missing, strict=True)
    return [None if is_missing else value for value, is_missing in pairs]


def _plain(piece: pd.DataFrame) -> dict[str, str]:
    return {str(name): "str" for name, kind in piece.dtypes.items() if str(kind) == "category"}
