"""Keeping what was read: commits to the state folder, and building everything again from it."""

from __future__ import annotations

import dataclasses
import json
import logging
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from desk import history
from desk.origin import Origin
from desk.store import Commit, Store

LOG = logging.getLogger(__name__)


class Keeper:
    """Turns what origins have waiting into one transaction; a failed one is tried again later.

    Attributes:
        trouble: None, or why the last commit failed. Reading goes on; a restart would then read
            again from the last commit that succeeded.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pending_rows: dict[str, int] = {}
        self._pending: dict[str, list[pd.DataFrame]] = {}
        self._lock = threading.Lock()
        self.trouble: str | None = None

    def restore(self, origins: Sequence[Origin]) -> Iterator[pd.DataFrame]:
        """Give the origins their cursors back, then yield all events that were kept."""
        keys = [origin.key for origin in origins]
        for origin in origins:
            kept = self._store.cursor(origin.key)
            if kept is not None:
                origin.restore(kept)
        for file in self._store.files(keys):
            yield history.read(file)
        for key in keys:
            for payload in self._store.pending([key]):
                events = history.unpack(payload)
                self._hold(key, events)
                yield events

    def states(self, origins: Sequence[Origin]) -> list[tuple[str, int, pd.DataFrame]]:
        """Return the journal of polled states, oldest first: (key, ts_ns, frame)."""
        found = []
        for key, ts, payload in self._store.journal(origin.key for origin in origins):
            frame = pd.DataFrame(payload["rows"])
            for name in frame.columns.intersection(["since", "as_of"]):
                frame[name] = pd.to_datetime(frame[name], utc=True, format="ISO8601")
            found.append((key, ts, frame))
        return found

    def _hold(self, key: str, events: pd.DataFrame) -> None:
        self._pending.setdefault(key, []).append(events)
        self._pending_rows[key] = self._pending_rows.get(key, 0) + len(events)

    def commit(self, origins: Iterable[Origin], now_ns: int) -> bool:
        """Keep what waits; return whether there is nothing left to keep."""
        with self._lock:
            return self._commit(origins, now_ns)

    def _commit(self, origins: Iterable[Origin], now_ns: int) -> bool:
        change = Commit()
        taken: list[tuple[Origin, int, int, list[pd.DataFrame] | None]] = []
        try:
            for origin in origins:
                if origin.changed or origin.waiting or origin.set_aside:
                    flushed = self._add(change, origin, now_ns)
                    taken.append((origin, len(origin.waiting), len(origin.set_aside), flushed))
            if taken:
                self._store.commit(change)
        except (sqlite3.Error, OSError, pa.ArrowException) as problem:
            self._discard(change)
            if self.trouble is None:
                LOG.warning("state folder %s: %s", self._store.folder, problem)
            self.trouble = f"The state folder {self._store.folder} cannot be written: {problem}"
            return False
        self.trouble = None
        for origin, waited, aside, flushed in taken:
            self._committed(origin, waited, aside, flushed)
        return True

    def _add(self, change: Commit, origin: Origin, now_ns: int) -> list[pd.DataFrame] | None:
        """Put an origin's news into a commit; return the frames that became a file, or None."""
        key = origin.key
        change.cursors[key] = origin.committed()
        for line in origin.set_aside:
            record = {"source": origin.name, **dataclasses.asdict(line)}
            change.quarantine.append((key, now_ns, record))
        if origin.is_state and origin.frame is not None:
            rows = json.loads(origin.frame.to_json(orient="records", date_format="iso"))
            change.journal.append((key, now_ns, {"name": origin.name, "rows": rows}))
        waiting = sum(map(len, origin.waiting))
        if not waiting:
            return None
        if self._pending_rows.get(key, 0) + waiting < history.BATCH_ROWS:
            # One stream for all: what an Arrow stream costs does not depend on its few rows.
            change.pending.append((key, waiting, history.pack(joined(origin.waiting))))
            return None
        frames = [*self._pending.get(key, []), *origin.waiting]
        file = history.write(self._store.history, joined(frames))
        change.files.append((key, *file))
        change.flushed.append(key)
        return frames

    def _committed(
        self, origin: Origin, waited: int, aside: int, flushed: list[pd.DataFrame] | None
    ) -> None:
        if flushed is None:
            for events in origin.waiting[:waited]:
                self._hold(origin.key, events)
        else:
            self._pending.pop(origin.key, None)
            self._pending_rows.pop(origin.key, None)
        del origin.waiting[:waited]
        del origin.set_aside[:aside]
        origin.changed = False

    def _discard(self, change: Commit) -> None:
        for _, name, *_ in change.files:
            (self._store.history / name).unlink(missing_ok=True)

    def quarantine(self, origins: Iterable[Origin], limit: int) -> list[dict[str, Any]]:
        """Return the last lines set aside, newest first; those not yet kept come first."""
        held = list(origins)
        fresh = [
            {"source": origin.name, **dataclasses.asdict(line)}
            for origin in held
            for line in reversed(origin.set_aside)
        ]
        with self._lock:
            kept = self._store.quarantine([origin.key for origin in held], limit)
        return (fresh + kept)[:limit]

    def close(self) -> None:
        """Let the state folder go."""
        with self._lock:
            self._store.close()

    def events(
        self,
        origins: Sequence[Origin],
        *,
        limit: int,
        since: pd.Timestamp | None,
        until: pd.Timestamp | None,
        equal: dict[str, str | None],
        kinds: Sequence[str] = (),
    ) -> pd.DataFrame:
        """Return the newest events of all history that fit, ascending in time."""
        with self._lock:
            held = [
                frame
                for origin in origins
                for frame in (*self._pending.get(origin.key, ()), *origin.waiting)
            ]
            files = self._store.files(origin.key for origin in origins)
        pieces = [_fitting(frame, since, until, equal, kinds) for frame in held]
        wanted = {"since": since, "until": until, "equal": equal, "kinds": kinds}
        pieces += history.query(files, limit=limit, **wanted)  # type: ignore[arg-type]
        pieces = [piece for piece in pieces if len(piece)]
        if not pieces:
            return held[0].iloc[:0] if held else pd.DataFrame()
        found = joined(pieces).sort_values(["ts_event", "raw_offset"], kind="stable")
        return found.tail(limit).reset_index(drop=True)


def joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return event frames as one; categories are united, so that they stay categories."""
    if len(frames) == 1:
        return frames[0]
    columns = {}
    for name in frames[0].columns:
        parts = [frame[name] for frame in frames]
        if isinstance(parts[0].dtype, pd.CategoricalDtype):
            columns[name] = pd.Series(pd.api.types.union_categoricals(parts, ignore_order=True))
        else:
            columns[name] = pd.concat(parts, ignore_index=True)
    return pd.DataFrame(columns, copy=False)


def _fitting(
    events: pd.DataFrame,
    since: pd.Timestamp | None,
    until: pd.Timestamp | None,
    equal: dict[str, str | None],
    kinds: Sequence[str],
) -> pd.DataFrame:
    mask = pd.Series(True, index=events.index)
    if since is not None:
        mask &= events["ts_event"] >= since
    if until is not None:
        mask &= events["ts_event"] <= until
    for name, word in equal.items():
        if word is not None:
            mask &= events[name] == word
    if kinds:
        mask &= events["kind"].isin(list(kinds))
    return events[mask]
