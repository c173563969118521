"""A small collector: tails a folder and commits lines and position in one SQLite transaction.

Run as `python collector.py FOLDER STATE`; it goes on from the last commit until it is killed.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
import types
from pathlib import Path

# The tailer alone, without pandas and the rest of its room: a restart must take no time here.
room = types.ModuleType("data_sources")
room.__path__ = [str(Path(__file__).resolve().parents[2] / "data_sources")]
sys.modules["data_sources"] = room

from data_sources.lines.tail import Tail  # noqa: E402


def main(folder: str, state: str) -> None:
    """Collect for ever."""
    store = sqlite3.connect(state, isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=NORMAL")
    store.execute("CREATE TABLE IF NOT EXISTS lines (generation TEXT, offset INT, line BLOB)")
    store.execute("CREATE TABLE IF NOT EXISTS position (id INT PRIMARY KEY, cursor TEXT)")
    tail = Tail(folder, rotate_wait_seconds=1)
    row = store.execute("SELECT cursor FROM position").fetchone()
    if row:
        tail.restore(json.loads(row[0]))
    while True:
        chunks = tail.read(limit_bytes=100_000)
        if not chunks:
            time.sleep(0.005)
            continue
        store.execute("BEGIN IMMEDIATE")
        for chunk in chunks:
            offset = chunk.offset
            for line in chunk.data.split(b"\n")[:-1]:
                store.execute(
                    "INSERT INTO lines VALUES (?, ?, ?)", (chunk.generation, offset, line)
                )
                offset += len(line) + 1
        cursor = json.dumps(tail.cursor())
        store.execute("INSERT OR REPLACE INTO position VALUES (1, ?)", (cursor,))
        store.execute("COMMIT")


if __name__ == "__main__":
    main(*sys.argv[1:])
