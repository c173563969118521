"""The state folder: cursors, events not yet in history, and the names of history files.

One SQLite transaction (WAL) holds all that one commit changes, so that after a crash the cursors,
the events they stand for and the history files always agree. Counts and order lives are not stored
beside the events: they are what the ledger makes of them.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, Final

from desk.commit import Commit, carry_out
from desk.database import NOT_DAMAGE, empty, fingerprint, readable, writable

_MISTAKES: Final = (
    errno.EEXIST,
    errno.ENOTDIR,
    errno.ENAMETOOLONG,
    errno.ELOOP,
    errno.EINVAL,
)
"""What does not pass by itself: the folder that was named can never be one."""


class StateLockedError(Exception):
    """Another process works with the same state folder."""


class Store:
    """One process's hold on a state folder.

    A folder that cannot be written now (a full disk, a volume that is read-only) is tried again
    before each commit. Until then what it holds can be read, where it can, and nothing is kept.

    trouble  None, or why the folder cannot be written

    Raises:
        StateLockedError: another process holds it.
        OSError: there can be no folder of that name.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.history = folder / "history"
        self.path = folder / "desk.sqlite3"
        self.notices: list[str] = []
        self.trouble: OSError | None = None
        self._lock: IO[str] | None = None
        self._opened: int | None = None  # the inode of the database
        try:
            self._database = self._hold()
        except OSError as error:
            if error.errno in _MISTAKES:
                raise
            self.trouble = error
            self._database = self._look()
        self._known = fingerprint(self._database)

    def _hold(self) -> sqlite3.Connection:
        """Take the folder, and open what it holds to be written."""
        self.history.mkdir(parents=True, exist_ok=True)
        self._lock = self._locked()
        try:
            database = self._open()
            self._delete_strays(database)
            self._opened = self.path.stat().st_ino
        except BaseException:
            self._let_go()
            raise
        return database

    def _look(self) -> sqlite3.Connection:
        """Open what a folder holds that cannot be written; nothing, where that cannot be read."""
        try:
            return readable(self.path)
        except (sqlite3.DatabaseError, OSError):
            return empty()

    def ready(self) -> None:
        """Make sure that something can be kept; to be asked before the work of a commit.

        Raises:
            OSError: not yet.
        """
        if self.trouble is None:
            self._still_there()
            return
        try:
            database = self._hold()
        except StateLockedError as locked:
            raise OSError(str(locked)) from locked
        if fingerprint(database) != self._known:
            database.close()
            self._let_go()
            raise OSError(
                "it holds what this process could not read when it started, and nothing of that "
                "may be lost: start Deskwatch again"
            )
        self._database.close()
        self._database, self.trouble = database, None

    def _still_there(self) -> None:
        """A database without a name takes every commit, and keeps nothing beyond the process."""
        try:
            found = self.path.stat().st_ino
        except FileNotFoundError:
            found = None
        if found != self._opened:
            raise OSError(
                "it was removed or replaced while Deskwatch runs; put it back, or start Deskwatch "
                "again"
            )

    def leave(self, error: Exception) -> None:
        """Take what the folder holds for unreadable, and touch it no more."""
        self._database.close()
        self._let_go()
        self.trouble = OSError(str(error))
        self._database = empty()
        self._known = fingerprint(self._database)

    def _locked(self) -> IO[str]:
        lock = (self.folder / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise StateLockedError(
                f"{self.folder} is in use by another Deskwatch (process {holder}). "
                "End it, or give this one its own folder with --state-dir."
            ) from None
        lock.truncate(0)
        with contextlib.suppress(OSError):  # a full disk: who holds it is not told then
            os.write(lock.fileno(), str(os.getpid()).encode())
        return lock

    def _let_go(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.close()

    def _open(self) -> sqlite3.Connection:
        try:
            try:
                return writable(self.path)
            except sqlite3.DatabaseError as damage:
                if damage.sqlite_errorcode & 0xFF in NOT_DAMAGE:
                    raise
                aside = self._set_aside()
                self.notices.append(
                    f"The state file was damaged ({damage}). It was set aside as {aside.name}, its "
                    "history beside it, and everything is being read from the logs again."
                )
                return writable(self.path)
        except sqlite3.DatabaseError as error:
            raise OSError(f"{self.path.name}: {error}") from error

    def _set_aside(self) -> Path:
        moment = time.time_ns()
        aside = self.path.with_name(f"{self.path.name}.corrupt-{moment}")
        self.path.rename(aside)
        # Without the database nothing says which of these files count; but they may be all that is
        # left of logs that are gone, so they are kept.
        self.history.rename(self.history.with_name(f"history.corrupt-{moment}"))
        self.history.mkdir()
        for suffix in ("-wal", "-shm"):
            rest = self.path.with_name(self.path.name + suffix)
            if rest.exists():
                rest.rename(aside.with_name(aside.name + suffix))
        return aside

    def _delete_strays(self, database: sqlite3.Connection) -> None:
        """Files that no transaction names were being written when the process ended."""
        known = {row[0] for row in database.execute("SELECT name FROM files")}
        for file in self.history.iterdir():
            if file.name not in known:
                file.unlink()

    # -- reading back --------------------------------------------------------------------------

    def cursor(self, origin: str) -> dict[str, Any] | None:
        """Return the cursor that was committed for an origin, or None."""
        query = "SELECT cursor FROM cursors WHERE origin=?"
        row = self._database.execute(query, (origin,)).fetchone()
        return None if row is None else json.loads(row[0])

    def files(self, origins: Iterable[str]) -> list[Path]:
        """Return the history files of some origins, in the order they were written."""
        return [file for file, _ in self.ends(origins)]

    def ends(self, origins: Iterable[str]) -> list[tuple[Path, int | None]]:
        """Return the history files of some origins with the time of their newest event (ns)."""
        wanted = set(origins)
        rows = self._database.execute("SELECT origin, name, last_ns FROM files ORDER BY seq")
        return [(self.history / name, last) for origin, name, last in rows if origin in wanted]

    def pending(self, origins: Iterable[str]) -> list[bytes]:
        """Return the events that are committed but not yet in a history file."""
        wanted = set(origins)
        rows = self._database.execute("SELECT origin, payload FROM pending ORDER BY seq")
        return [payload for origin, payload in rows if origin in wanted]

    def quarantine(self, origins: Iterable[str], limit: int) -> list[tuple[int, dict[str, Any]]]:
        """Return the last lines set aside with when they were read, newest first."""
        rows: list[tuple[int, int, str]] = []
        for origin in set(origins):
            rows += self._database.execute(
                "SELECT seq, ts_ns, payload FROM quarantine WHERE origin=? "
                "ORDER BY seq DESC LIMIT ?",
                (origin, limit),
            )
        newest = sorted(rows, reverse=True)[:limit]
        return [(ts_ns, json.loads(payload)) for _, ts_ns, payload in newest]

    def journal(self, origins: Iterable[str]) -> list[tuple[str, int, dict[str, Any] | bytes]]:
        """Return (origin, ts_ns, payload), oldest first: sayings, and states on change, zipped."""
        wanted = set(origins)
        rows = self._database.execute("SELECT origin, ts_ns, payload FROM journal ORDER BY seq")
        return [
            (origin, ts, kept if isinstance(kept, bytes) else json.loads(kept))
            for origin, ts, kept in rows
            if origin in wanted
        ]

    def points(self, origins: Iterable[str]) -> dict[str, list[list[dict[str, Any]]]]:
        """Return origin → the points of equity that it told, in parts, oldest first."""
        found: dict[str, list[list[dict[str, Any]]]] = {}
        wanted = set(origins)
        for origin, text in self._database.execute(
            "SELECT origin, payload FROM points ORDER BY seq"
        ):
            if origin in wanted:
                found.setdefault(origin, []).append(json.loads(text))
        return found

    def forget(self, origin: str, why: str) -> None:
        """Forget all that was kept of an origin, so that it is read from its logs again.

        Its history files are set aside, for they may be all that is left of logs that are gone.
        """
        database = self._database
        for file in self.files([origin]):
            if file.exists():
                file.rename(self.folder / f"{file.name}.corrupt-{time.time_ns()}")
        database.execute("BEGIN IMMEDIATE")
        for table in ("cursors", "files", "pending"):
            database.execute(f"DELETE FROM {table} WHERE origin=?", (origin,))  # noqa: S608
        database.execute("COMMIT")
        self.notices.append(f"{why} It was set aside in {self.folder}; the logs are read again.")

    # -- writing -------------------------------------------------------------------------------

    def commit(self, change: Commit) -> None:
        """Carry a commit out, whole or not at all.

        Raises:
            sqlite3.Error: nothing was changed (disk full, read-only folder …); try again later.
        """
        database = self._database
        database.execute("BEGIN IMMEDIATE")
        try:
            carry_out(database, change)
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Close the database and let the folder go."""
        self._database.close()
        self._let_go()
