"""What was read of one session, remembered until that session is told more."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

SESSIONS: Final = 50_000
"""Sessions counted each for itself; hostile logs can invent them without end."""
REMEMBERED: Final = 64
MOST_ROWS: Final = 10_000
"""A longer answer is not kept."""
NEVER: Final = np.iinfo(np.int64).min


class Told(NamedTuple):
    """How many events of a session were noted, and the time of its newest one (ns)."""

    events: int = 0
    newest_ns: int = NEVER


class SessionMemo:
    """Answers about single sessions; a look at all history is not repeated for a quiet one."""

    def __init__(self) -> None:
        self._told: dict[str | None, Told] = {}
        self._found: OrderedDict[Hashable, tuple[Told, pd.DataFrame]] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, events: pd.DataFrame) -> pd.DataFrame:
        """Count events, which can be read from now on at the latest; they are given back."""
        sessions = events["session_id"].array
        if not isinstance(sessions, pd.Categorical):
            sessions = pd.Categorical(sessions)
        places = sessions.codes.astype(np.int64) + 1  # what names no session comes first
        counts = np.bincount(places, minlength=1)
        newest = np.full(len(counts), NEVER)
        np.maximum.at(newest, places, events["ts_event"].array.as_unit("ns").asi8)
        with self._lock:
            for place in (np.flatnonzero(counts[1:]) + 1).tolist():
                word: str | None = str(sessions.categories[place - 1])
                if word not in self._told and len(self._told) >= SESSIONS:
                    word = None
                told = self._told.get(word, Told())
                last_ns = max(told.newest_ns, int(newest[place]))
                self._told[word] = Told(told.events + int(counts[place]), last_ns)
        return events

    def ask(
        self,
        session_id: str,
        wanted: Hashable,
        until: pd.Timestamp | None,
        read: Callable[[], pd.DataFrame],
    ) -> pd.DataFrame:
        """Return what `read` gives, or gave when the session had been told as much as now.

        Args:
            session_id: of the session.
            wanted: all else that decides what is read, but for `until`.
            until: the moment up to which is read; None: no end.
            read: reads it.
        """
        with self._lock:
            told = self._told.get(session_id, self._told.get(None, Told()))
            # From its newest event on, a later moment changes nothing.
            is_past = until is not None and until.value < told.newest_ns
            key = (session_id, wanted, until if is_past else None)
            known = self._found.get(key)
            if known is not None and known[0] == told:
                self._found.move_to_end(key)
                return known[1].copy(deep=False)
        found = read()
        with self._lock:
            if len(found) <= MOST_ROWS:
                self._found[key] = told, found
                self._found.move_to_end(key)
            while len(self._found) > REMEMBERED:
                self._found.popitem(last=False)
        return found.copy(deep=False)
