"""What a desk does with lines: it counts them, and keeps them with the position they led to."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Final

from data_sources.dialects.dialect import load_dialect
from data_sources.lines.bundles import Together
from data_sources.lines.decode import Decoder
from data_sources.lines.repeats import Repeats
from data_sources.reading import Counts
from tests.lines.follower import Follower, numbers
from tests.lines.odd_lines import NOW_NS

BAD: Final = {
    b'{"seq":%d,}': "malformed",
    b'{"seq":%d}{"seq":0}': "malformed",
    b"seq %d": "malformed",
    b"[%d]": "not_object",
    b'{"seq":%d,"seq":0}': "dup_key",
    b'{"seq":%d,"x":NaN}': "non_finite",
    b'{"seq":%d,"x":18446744073709551616}': "int_range",
    b'{"seq":%d,"x":"\xff"}': "utf8",
    b'{"seq":%d,"x":"\\ud800"}': "surrogate",
}
"""Lines that cannot be taken, each told by its number, and why."""

AURORA: Final = load_dialect("aurora")
DECODER: Final = Decoder(AURORA)


class Books:
    """Counts lines as a source does, and commits lines, counts and position at once.

    Attributes:
        kept: numbers of the lines that are committed.
        waiting: of those that were given and are in no commit yet.
        bad: lines that were written to be set aside → (their number, the reason).
    """

    def __init__(self, file: Path) -> None:
        self._store = sqlite3.connect(file, isolation_level=None)
        for setting in "page_size=512", "synchronous=OFF", "journal_mode=MEMORY":
            self._store.execute(f"PRAGMA {setting}")
        self._store.execute("CREATE TABLE lines (number INT, room BLOB)")
        self._store.execute("CREATE TABLE kept (id INT PRIMARY KEY, position TEXT, counts TEXT)")
        self._together = Together(DECODER, Repeats(AURORA))
        self.bad: dict[bytes, tuple[int, str]] = {}
        self.refused = 0
        self.go_back()

    def close(self) -> None:
        """End."""
        self._store.close()

    @property
    def given(self) -> Counter[int]:
        """How often each line was given, and not forgotten since."""
        return self.kept + self.waiting

    def take(self, follower: Follower, lines: list[bytes]) -> None:
        """Count what the follower just gave, and commit it if there is room."""
        chunks = follower.chunks[self._chunks :]
        self._chunks = len(follower.chunks)
        sessions = {chunk.file: "s" for chunk in chunks}
        self._together.decode(chunks, sessions, NOW_NS, self.counts)
        for line in lines:
            number, outcome = self._told_by(line)
            self.expected[outcome] += 1
            if number is not None:
                self.waiting[number] += 1
        with contextlib.suppress(sqlite3.OperationalError):
            self._commit(follower)

    def _told_by(self, line: bytes) -> tuple[int | None, str]:
        """The number of a line, and what must become of it; a torn one may become anything."""
        if line in self.bad:
            return self.bad[line]
        if line.startswith(b'{"seq":') and line.endswith(b"}"):
            return numbers([line])[0], "accepted"
        return None, "torn" if line.strip() else "blank"

    def _commit(self, follower: Follower) -> None:
        """All or nothing."""
        state = (json.dumps(follower.tail.cursor()), self._counted(follower))
        self._store.execute("BEGIN")
        try:
            rows = [(number,) for number in self.waiting.elements()]
            self._store.executemany("INSERT INTO lines VALUES (?, zeroblob(600))", rows)
            self._store.execute("INSERT OR REPLACE INTO kept VALUES (1, ?, ?)", state)
        except sqlite3.OperationalError as error:
            assert "full" in str(error), error
            self.refused += 1
            if self._store.in_transaction:
                self._store.execute("ROLLBACK")
            raise
        self._store.execute("COMMIT")
        self.kept += self.waiting
        self.waiting = Counter()

    def _counted(self, follower: Follower) -> str:
        sizes = [len(follower.chunks), len(follower.oversize)]
        return json.dumps([self.counts.to_json(), dict(self.expected), sizes])

    def go_back(self, follower: Follower | None = None) -> None:
        """Forget all but the last commit, as a crash does; a follower goes on from there."""
        rows = self._store.execute("SELECT number FROM lines").fetchall()
        found = self._store.execute("SELECT position, counts FROM kept").fetchone()
        position, told = found or ("{}", json.dumps([Counts().to_json(), {}, [0, 0]]))
        counts, expected, sizes = json.loads(told)
        self.kept = Counter(number for (number,) in rows)
        self.waiting: Counter[int] = Counter()
        self.counts, self.expected = Counts(**counts), Counter(expected)
        self._chunks, oversize = sizes
        if follower is not None:
            del follower.chunks[self._chunks :]
            del follower.oversize[oversize:]
            follower.restart(json.loads(position))

    def fill_disk(self) -> None:
        """From now on nothing more fits."""
        (pages,) = self._store.execute("PRAGMA page_count").fetchone()
        self._store.execute(f"PRAGMA max_page_count={pages}")

    def free_disk(self) -> None:
        """There is room again."""
        self._store.execute("PRAGMA max_page_count=1000000")

    def check(self) -> None:
        """Every line is accepted, set aside for its own reason, or blank: none is none of these."""
        counts = self.counts
        assert counts.balanced
        assert counts.lines_in == self.expected.total()
        assert (counts.duplicates, counts.blank) == (0, self.expected["blank"])
        became = Counter({**counts.quarantined, "accepted": counts.accepted})
        for outcome, n in self.expected.items():
            assert outcome in ("torn", "blank") or became[outcome] >= n, (counts, self.expected)
