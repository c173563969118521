"""Keeping what was read: commits to the state folder, and building everything again from it."""

from __future__ import annotations

import dataclasses
import logging
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, Final, NamedTuple

import pandas as pd
import pyarrow as pa

from desk import event_table, history
from desk.commit import Commit
from desk.kept_state import KeptState, zipped
from desk.origin import Origin, Saying
from desk.session_memo import SessionMemo
from desk.set_aside import KEPT, dated
from desk.states import packed, unpacked
from desk.store import Store
from desk.told_points import EQUITY, PARTS

LOG = logging.getLogger(__name__)

PIECES: Final = 64


class _Piece(NamedTuple):
    """Events that are committed but in no file yet, compressed: a sixth of a table's memory."""

    rows: int
    payload: bytes

    @classmethod
    def of(cls, table: pa.Table) -> _Piece:
        return cls(table.num_rows, history.pack(table))

    @property
    def table(self) -> pa.Table:
        return history.unpack(self.payload)


@dataclasses.dataclass(slots=True)
class _Taken:
    """What one commit took from one origin."""

    origin: Origin
    waited: int
    aside: int
    states: int
    sayings: int
    points: int
    news: _Piece | None = None
    flushed: bool = False


class Keeper:
    """Turns what origins have waiting into one transaction; a failed one is tried again later.

    Attributes:
        trouble: None, or why the last commit failed. Reading goes on; a restart would then read
            again from the last commit that succeeded.
        resumed: whether anything was kept that a source goes on from.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pending: dict[str, list[_Piece]] = {}
        self._sessions = SessionMemo()
        self._lock = threading.Lock()
        self.resumed = False
        self.trouble = None if store.trouble is None else self._said(store.trouble)

    def restore(self, origins: Sequence[Origin]) -> Iterator[pd.DataFrame]:
        """Give the origins their cursors back, then yield all events that were kept."""
        keys = [origin.key for origin in origins]
        try:
            for key in keys:
                self._set_damage_aside(key)
        except (sqlite3.Error, OSError) as error:  # it can be neither used nor set aside
            with self._lock:
                self._store.leave(error)
                self.trouble = self._said(error)
        for origin in origins:
            kept = self._store.cursor(origin.key)
            if kept is not None:
                origin.restore(kept)
                self.resumed = True
            aside = self._store.quarantine([origin.key], KEPT if origin.is_state else 1)
            origin.set_aside.restore([row for _, row in aside], aside[0][0] if aside else None)
        for file in self._store.files(keys):
            yield self._sessions.note(history.read(file))
        for key in keys:
            tables = [history.unpack(payload) for payload in self._store.pending([key])]
            if tables:
                table = event_table.combined(tables)
                self._pending[key] = [_Piece.of(table)]
                yield self._sessions.note(event_table.frame_of(table))

    def take(self, origin: Origin, events: pd.DataFrame) -> None:
        """Take events of an origin that shall be kept with the next commit."""
        origin.waiting.append(events)
        self._sessions.note(events)  # not before: who asks now must find them

    def _set_damage_aside(self, key: str) -> None:
        """Find out before the first event is folded whether all that was kept can be read."""
        file = None
        try:
            for file in self._store.files([key]):
                history.check(file)
            for payload in self._store.pending([key]):
                history.unpack(payload)
        except (OSError, pa.ArrowException) as damage:
            name = "Kept events" if file is None else f"The history file {file.name}"
            LOG.warning("%s: %s", name, damage)
            self._store.forget(key, f"{name} could not be read ({damage}).")

    def restore_states(self, origins: Iterable[Origin]) -> None:
        """Give polled origins the journal of their states back."""
        by_key = {origin.key: origin for origin in origins}
        for key, ts, payload in self._store.journal(by_key):
            if isinstance(payload, bytes):
                by_key[key].states.restore(KeptState(payload, unpacked), ts)
            elif "frames" in payload:  # of a time when states were kept as text
                by_key[key].states.restore(KeptState(zipped(payload), unpacked), ts)
            else:
                whole = frozenset(payload["whole"])
                by_key[key].retell(Saying(ts, payload["state"], payload["problem"], whole))
        for origin in by_key.values():
            origin.states.restored()
        for key, parts in self._store.points(by_key).items():
            rows = [row for part in parts for row in part]
            by_key[key].states.restore_points(unpacked({EQUITY: rows})[EQUITY], len(parts))

    def _hold(self, key: str, news: _Piece) -> None:
        """Hold what is committed but in no file yet, in few pieces: each has its own price."""
        pieces = self._pending.setdefault(key, [])
        pieces.append(news)
        if len(pieces) > PIECES:
            whole = event_table.combined([piece.table for piece in pieces])
            self._pending[key] = [_Piece.of(whole)]

    def commit(self, origins: Iterable[Origin]) -> bool:
        """Keep what waits; return whether there is nothing left to keep."""
        with self._lock:
            return self._commit(origins)

    def _commit(self, origins: Iterable[Origin]) -> bool:
        change = Commit()
        try:
            self._store.ready()
            taken = [
                self._add(change, origin)
                for origin in origins
                if origin.changed or origin.waiting or origin.set_aside.waiting
            ]
            if taken:
                self._store.commit(change)
        except (sqlite3.Error, OSError, pa.ArrowException) as problem:
            self._discard(change)
            if self.trouble is None:
                LOG.warning("state folder %s: %s", self._store.folder, problem)
            self.trouble = self._said(problem)
            return False
        self.trouble = None
        for each in taken:
            self._committed(each)
        return True

    def _said(self, problem: Exception) -> str:
        why = getattr(problem, "strerror", None) or problem
        return (
            f"The state folder {self._store.folder} cannot be written: {why}. What is new is "
            "not kept: a restart reads it from the logs again. It is tried again by itself."
        )

    def _add(self, change: Commit, origin: Origin) -> _Taken:
        """Put an origin's news into a commit."""
        key = origin.key
        change.cursors[key] = origin.committed()
        aside = origin.set_aside.rows(origin.name)
        change.quarantine += [(key, ts_ns, row) for ts_ns, row in aside]
        unsaved = list(origin.states.unsaved)
        for ts_ns, frames in unsaved:
            change.journal.append((key, ts_ns, {"name": origin.name, "frames": packed(frames)}))
        sayings = list(origin.unsaved)
        for ts_ns, state, problem, whole in sayings:
            said = {"state": state, "problem": problem, "whole": sorted(whole)}
            change.journal.append((key, ts_ns, {"name": origin.name, **said}))
        points = self._add_points(change, origin)
        waiting = len(origin.waiting)
        taken = _Taken(origin, waiting, len(aside), len(unsaved), len(sayings), points)
        if not origin.waiting:
            return taken
        news = event_table.table_of(origin.waiting)
        held = self._pending.get(key, [])
        if sum(piece.rows for piece in held) + news.num_rows < history.BATCH_ROWS:
            taken.news = _Piece.of(news)
            change.pending.append((key, *taken.news))
            return taken
        tables = [*(piece.table for piece in held), news]
        file = history.write(self._store.history, event_table.united(tables))
        change.files.append((key, *file))
        change.flushed.append(key)
        taken.flushed = True
        return taken

    def _add_points(self, change: Commit, origin: Origin) -> int:
        """Put new points of equity into a commit, all anew where too many rows hold them."""
        points = origin.states.points
        unsaved = list(points.unsaved)
        if points.kept is not None and points.parts + len(unsaved) > PARTS:
            change.anew.append(origin.key)
            change.points.append((origin.key, packed({EQUITY: points.kept})[EQUITY]))
        else:
            rows = [packed({EQUITY: each})[EQUITY] for each in unsaved]
            change.points += [(origin.key, each) for each in rows]
        return len(unsaved)

    def _committed(self, taken: _Taken) -> None:
        origin = taken.origin
        if taken.flushed:
            self._pending.pop(origin.key, None)
        elif taken.news is not None:
            self._hold(origin.key, taken.news)
        del origin.waiting[: taken.waited]
        del origin.set_aside.waiting[: taken.aside]
        del origin.states.unsaved[: taken.states]
        del origin.unsaved[: taken.sayings]
        origin.states.points.saved(taken.points)
        origin.changed = False

    def _discard(self, change: Commit) -> None:
        for _, name, *_ in change.files:
            (self._store.history / name).unlink(missing_ok=True)

    def quarantine(self, origins: Iterable[Origin], limit: int) -> list[dict[str, Any]]:
        """Return the last lines set aside, newest first; those not yet kept come first."""
        held = list(origins)
        fresh = [row for origin in held for row in origin.set_aside.rows(origin.name)]
        with self._lock:
            kept = self._store.quarantine([origin.key for origin in held], limit)
        fresh.sort(key=itemgetter(0))
        return [dated(*each) for each in (fresh[::-1] + kept)[:limit]]

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
        wish = {"limit": limit, "since": since, "equal": equal, "kinds": kinds}
        read = partial(self._query, origins, until=until, **wish)
        session_id = equal.get("session_id")
        if session_id is None:
            return read()
        keys = tuple(origin.key for origin in origins)
        same = (keys, limit, since, tuple(sorted(equal.items())), tuple(kinds))
        return self._sessions.ask(session_id, same, until, read)

    def _query(self, origins: Sequence[Origin], **wish: Any) -> pd.DataFrame:
        with self._lock:
            recent: list[pa.Table] = []
            for origin in origins:
                recent += [piece.table for piece in self._pending.get(origin.key, [])]
                recent.extend(event_table.table_of([frame]) for frame in origin.waiting)
            files = self._store.ends(origin.key for origin in origins)
        return history.query(files, recent, **wish)
