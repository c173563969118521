"""All that one transaction of the state folder changes, and the statements that do it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any, Final

from desk.kept_state import zipped
from desk.set_aside import KEPT

JOURNAL_KEPT: Final = 100_000


@dataclass(slots=True)
class Commit:
    """All that one transaction changes."""

    cursors: dict[str, dict[str, Any]] = field(default_factory=dict)
    pending: list[tuple[str, int, bytes]] = field(default_factory=list)
    files: list[tuple[str, str, int, int | None, int | None]] = field(default_factory=list)
    flushed: list[str] = field(default_factory=list)
    """Origins whose pending events are now in one of `files`."""
    journal: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
    points: list[tuple[str, list[dict[str, Any]]]] = field(default_factory=list)
    anew: list[str] = field(default_factory=list)
    """Origins of which `points` are all there are."""
    quarantine: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)


def carry_out(database: sqlite3.Connection, change: Commit) -> None:
    """Write a commit; the caller begins and ends the transaction."""
    database.executemany(
        "INSERT OR REPLACE INTO cursors VALUES (?, ?)",
        [(origin, json.dumps(cursor)) for origin, cursor in change.cursors.items()],
    )
    database.executemany(
        "INSERT INTO pending (origin, rows, payload) VALUES (?, ?, ?)", change.pending
    )
    database.executemany(
        "DELETE FROM pending WHERE origin=?", [(origin,) for origin in change.flushed]
    )
    database.executemany(
        "INSERT INTO files (origin, name, rows, first_ns, last_ns) VALUES (?, ?, ?, ?, ?)",
        change.files,
    )
    database.executemany("DELETE FROM points WHERE origin=?", [(each,) for each in change.anew])
    database.executemany(
        "INSERT INTO points (origin, payload) VALUES (?, ?)",
        [(origin, json.dumps(rows)) for origin, rows in change.points],
    )
    database.executemany(
        "INSERT INTO journal (origin, ts_ns, payload) VALUES (?, ?, ?)",
        [(origin, ts, _written(payload)) for origin, ts, payload in change.journal],
    )
    if change.journal:
        database.execute(
            "DELETE FROM journal WHERE seq <= (SELECT max(seq) FROM journal) - ?",
            (JOURNAL_KEPT,),
        )
    database.executemany(
        "INSERT INTO quarantine (origin, ts_ns, payload) VALUES (?, ?, ?)",
        [(origin, ts, json.dumps(payload)) for origin, ts, payload in change.quarantine],
    )
    database.executemany(
        "DELETE FROM quarantine WHERE origin=:origin AND seq <= (SELECT seq FROM quarantine"
        " WHERE origin=:origin ORDER BY seq DESC LIMIT 1 OFFSET :kept)",
        [{"origin": o, "kept": KEPT} for o in {origin for origin, *_ in change.quarantine}],
    )


def _written(payload: dict[str, Any]) -> bytes | str:
    """Return a state zipped, a saying as it is: which of both it is can be told without reading."""
    return zipped(payload) if "frames" in payload else json.dumps(payload)
