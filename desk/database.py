"""The database of a state folder: opened to be written, to be read alone, or one of nothing."""

from __future__ import annotations

import sqlite3
from hashlib import blake2b
from pathlib import Path
from typing import Final

SCHEMA_VERSION: Final = 1

NOT_DAMAGE: Final = (
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
)
"""What the disk, not the file, is to blame for: setting the file aside would not help."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cursors (origin TEXT PRIMARY KEY, cursor TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pending (
    seq INTEGER PRIMARY KEY, origin TEXT NOT NULL, rows INTEGER NOT NULL, payload BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS files (
    seq INTEGER PRIMARY KEY, origin TEXT NOT NULL, name TEXT NOT NULL UNIQUE,
    rows INTEGER NOT NULL, first_ns INTEGER, last_ns INTEGER);
CREATE TABLE IF NOT EXISTS journal (
    seq INTEGER PRIMARY KEY, origin TEXT NOT NULL, ts_ns INTEGER NOT NULL, payload TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS points (
    seq INTEGER PRIMARY KEY, origin TEXT NOT NULL, payload TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS quarantine (
    seq INTEGER PRIMARY KEY, origin TEXT NOT NULL, ts_ns INTEGER NOT NULL, payload TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS quarantine_of ON quarantine (origin, seq);
"""


def writable(path: Path) -> sqlite3.Connection:
    """Open a database, which is made where there is none, and look it through.

    Raises:
        sqlite3.DatabaseError: it is damaged, or the disk does not let us: see `NOT_DAMAGE`.
    """
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        _whole(database)
        database.executescript(_SCHEMA)
        row = database.execute("SELECT value FROM meta WHERE key='schema'").fetchone()
        if row is None:
            database.execute("INSERT INTO meta VALUES ('schema', ?)", (str(SCHEMA_VERSION),))
        _ours(database)
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database


def readable(path: Path) -> sqlite3.Connection:
    """Open a database that cannot be written, to read what it holds.

    Raises:
        sqlite3.DatabaseError: it cannot be read either, or not as a whole.
    """
    # Without a log beside it the file holds everything; then nothing needs to be made to read it.
    log = path.with_name(path.name + "-wal")
    alone = not log.exists() or not log.stat().st_size
    options = "mode=ro&immutable=1" if alone else "mode=ro"
    place = f"{path.absolute().as_uri()}?{options}"
    database = sqlite3.connect(place, uri=True, isolation_level=None, check_same_thread=False)
    try:
        _whole(database)
        _ours(database)
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database


def empty() -> sqlite3.Connection:
    """Return a database in memory that holds nothing: what is read where nothing was kept."""
    database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    database.executescript(_SCHEMA)
    return database


def fingerprint(database: sqlite3.Connection) -> str:
    """Return what is the same as long as nothing is kept in the database or taken from it."""
    asked = ["SELECT origin, cursor FROM cursors ORDER BY origin"]
    for table in ("pending", "files", "journal", "quarantine"):
        asked.append(f"SELECT count(*), max(seq) FROM {table}")  # noqa: PERF401, S608
    told = [database.execute(query).fetchall() for query in asked]
    return blake2b(repr(told).encode(), digest_size=16).hexdigest()


def _whole(database: sqlite3.Connection) -> None:
    verdict = database.execute("PRAGMA quick_check").fetchone()[0]
    if verdict != "ok":
        raise _damage(f"malformed: {verdict}")


def _ours(database: sqlite3.Connection) -> None:
    """A file of ours with other tables is as unusable as a torn one: find out now."""
    row = database.execute("SELECT value FROM meta WHERE key='schema'").fetchone()
    if row is None or row[0] != str(SCHEMA_VERSION):
        raise _damage(f"written by another version, schema {row and row[0]}")
    database.execute("SELECT origin, cursor FROM cursors LIMIT 1")
    database.execute("SELECT origin, rows, payload FROM pending LIMIT 1")
    database.execute("SELECT origin, name, rows, first_ns, last_ns FROM files LIMIT 1")
    database.execute("SELECT origin, ts_ns, payload FROM journal LIMIT 1")
    database.execute("SELECT origin, payload FROM points LIMIT 1")
    database.execute("SELECT origin, ts_ns, payload FROM quarantine LIMIT 1")


def _damage(text: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(text)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error
