"""Equity as series: what one source tells of one account, its streams never mixed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class EquitySeries:
    """One equity series.

    source, account_id   who tells it, of whom; None where it is not named
    stream     which of several streams or runs of the source, None where it tells one series
    currency   None where the points name none or several
    points     equity by time, UTC, ascending, each time once
    """

    source: str | None
    account_id: str | None
    stream: str | None
    currency: str | None
    points: pd.Series[float]

    @property
    def owner(self) -> dict[str, str | None]:
        """The words by which rows of the series are known."""
        return {"source": self.source, "account_id": self.account_id, "stream": self.stream}


def equity_series(frames: Frames, at: pd.Timestamp | None = None) -> list[EquitySeries]:
    """Return each series of the frame `equity` up to a moment; points without a time are left out.

    Files that follow each other are one series; streams that tell at the same time are several,
    and so are runs of one folder of runs: each begins with money of its own.
    """
    equity = frames.get("equity")
    if equity is None or not {"ts_event", "equity"} <= set(equity.columns):
        return []
    known = equity.dropna(subset=["ts_event", "equity"])
    known = known if at is None else known[known["ts_event"] <= at]
    known = known.sort_values("ts_event", kind="stable")
    return [_series(rows, *owner) for owner, rows in apart(known)]


def apart(
    points: pd.DataFrame,
) -> Iterator[tuple[tuple[str | None, str | None, str | None], pd.DataFrame]]:
    """Yield (source, account, stream) and the points of each series, in the order given.

    Args:
        points: of the frame `equity`, each with its time.
    """
    for (source, account), rows in grouped(points):
        for stream, own in _streams(rows):
            yield (source, account, stream), own


def grouped(
    rows: pd.DataFrame, *more: str
) -> Iterator[tuple[tuple[str | None, ...], pd.DataFrame]]:
    """Yield (source, account, …) and the rows that share them; what is missing is None."""
    names = ["source", "account_id", *more]
    keys = [rows[name] if name in rows else pd.Series(None, rows.index, "str") for name in names]
    if rows.empty:
        return
    for key, own in rows.groupby(keys, dropna=False, observed=True):
        yield tuple(word_of(part) for part in key), own


def word_of(value: Any) -> str | None:
    """Return a word of a frame, None where it is missing."""
    return None if value is None or value != value or value == "" else str(value)


def only_word(rows: pd.DataFrame, name: str) -> str | None:
    """Return the word that a column holds where it holds one alone, else None."""
    words = list(rows[name].dropna().unique()) if name in rows else []
    return word_of(words[0]) if len(words) == 1 else None


def _streams(rows: pd.DataFrame) -> Iterator[tuple[str | None, pd.DataFrame]]:
    """Yield the rows by stream where streams tell side by side, by run, else all as one."""
    is_of_lines = "raw_generation" in rows and rows["raw_generation"].notna().any()
    if not is_of_lines and "session_id" in rows and rows["session_id"].notna().any():
        runs = rows.groupby("session_id", dropna=False, observed=True)
        yield from ((word_of(run), own) for run, own in runs)
        return
    if is_of_lines:
        spans = rows.groupby("raw_generation", observed=True)["ts_event"].agg(["min", "max"])
        spans = spans.sort_values("min", kind="stable")
        if (spans["min"] < spans["max"].cummax().shift()).any():
            streams = rows.groupby("raw_generation", dropna=False, observed=True)
            yield from ((word_of(stream), own) for stream, own in streams)
            return
    yield None, rows


def _series(
    rows: pd.DataFrame, source: str | None, account: str | None, stream: str | None
) -> EquitySeries:
    points = pd.Series(rows["equity"].to_numpy("float64"), pd.DatetimeIndex(rows["ts_event"]))
    points = points[~points.index.duplicated(keep="last")]
    return EquitySeries(source, account, stream, only_word(rows, "currency"), points)
