"""The newest events of a picture: what a feed shows, and how busy each source is."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ledger.codes import DIMENSIONS, SOURCE, WHAT, Codes, Groups
from ledger.fold import ACTING
from ledger.moment import moment
from ledger.order_frame import times
from ledger.order_table import NEVER
from ledger.sorted_log import Columns

KEPT: Final = 2_000
SECOND_NS: Final = 1_000_000_000


class NewestEvents:
    """The newest 2,000 events up to a moment."""

    def __init__(self, rows: Columns, groups: Groups, generations: Codes) -> None:
        self._rows = rows
        self._table = groups.table()[rows["group"]]
        self._groups, self._generations = groups, generations

    def activity(self) -> pd.DataFrame:
        """Return source, ts_last_event, ts_last_action, usual_gap_seconds and n (gaps)."""
        names = ["source", "ts_last_event", "ts_last_action", "usual_gap_seconds", "n"]
        frame = pd.DataFrame(self._activity(), columns=names)
        for name in ("ts_last_event", "ts_last_action"):
            frame[name] = times(frame[name].to_numpy(np.int64))
        return frame

    def activity_rows(self) -> list[dict[str, Any]]:
        """Return the rows of `activity` as dicts, what is missing None."""
        return [
            {
                **row,
                "ts_last_event": moment(row["ts_last_event"]),
                "ts_last_action": moment(row["ts_last_action"]),
            }
            for row in self._activity()
        ]

    def _activity(self) -> list[dict[str, Any]]:
        """Return a row a source, times as int64 nanoseconds."""
        words = self._groups.codes["what"].words
        acting = np.array([word in ACTING for word in words] + [False])[self._table[:, WHAT]]
        ts, rows = self._rows["ts"], []
        for code in np.unique(self._table[:, SOURCE]).tolist():
            mine = self._table[:, SOURCE] == code
            acts = ts[mine & acting]
            gaps = np.diff(acts)
            gaps = gaps[gaps > 0]
            rows.append(
                {
                    "source": self._groups.codes["source"].word(code),
                    "ts_last_event": ts[mine][-1],
                    "ts_last_action": acts[-1] if len(acts) else NEVER,
                    "usual_gap_seconds": _usual(gaps) / SECOND_NS,
                    "n": len(gaps),
                }
            )
        return rows

    def recent(self, allowed: npt.NDArray[np.bool_], n: int) -> pd.DataFrame:
        """Return the newest events first: when, what, and where the raw line stands."""
        wanted = np.flatnonzero(allowed[self._rows["group"]])[::-1][:n]
        columns: dict[str, Any] = {"ts_event": times(self._rows["ts"][wanted])}
        for name in ("source", "what", "code", "symbol", "reason", "route", "decision"):
            codes = self._table[wanted, DIMENSIONS.index(name)]
            shown = "kind" if name == "what" else name
            columns[shown] = self._groups.codes[name].categorical(codes)
        generation = self._rows["generation"][wanted]
        columns["raw_generation"] = self._generations.categorical(generation)
        columns["raw_offset"] = self._rows["raw_offset"][wanted]
        return pd.DataFrame(columns, copy=False)


def _usual(gaps: npt.NDArray[np.int64]) -> float:
    """Return the gap (ns) in which a random moment falls as often below as above; NaN without one.

    Bots act in bursts: the plain median is the gap inside a burst, milliseconds, and three of those
    would pass between any two bursts. Weighted by its length a gap counts as a waiting person sees
    it.
    """
    if not len(gaps):
        return float("nan")
    ordered = np.sort(gaps)
    waited = np.cumsum(ordered)
    return float(ordered[np.searchsorted(waited, waited[-1] / 2)])
