"""JSONL logs: follows files or folders and turns their lines into events."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import pandas as pd

from data_sources.dialects.dialect import Dialect, load_dialect
from data_sources.dialects.pace_rules import Pace
from data_sources.errors import ConfigError
from data_sources.files.times import zone_of
from data_sources.lines.bundles import Together
from data_sources.lines.chunk import Chunk
from data_sources.lines.clock_lines import ClockLines
from data_sources.lines.decode import Decoder
from data_sources.lines.decoded import NAT, concatenate
from data_sources.lines.explain import explain_text
from data_sources.lines.folder import account_of, session_of
from data_sources.lines.frame import Stretch, event_frame, no_events
from data_sources.lines.guess import Guessed
from data_sources.lines.guesser import Guesser
from data_sources.lines.infer import Guess
from data_sources.lines.oversize import set_aside as told_oversize
from data_sources.lines.raw import raw_line
from data_sources.lines.repeats import Repeats
from data_sources.lines.strangers import Strangers
from data_sources.lines.tail import Tail
from data_sources.lines.verdict import judged
from data_sources.reading import Counts, Quarantined, Reading

AUTO: Final = "auto"
MOST_QUARANTINED: Final = 1_000
"""How many lines set aside one reading tells about; all are counted."""


class JsonlSource:
    """Follows JSONL logs; each `read()` gives the events that are new.

    The files are only ever read. A bad line costs one quarantine count, with its reason and offset,
    and nothing else.

    Args:
        path: a file with its rotated parts, a folder, or a glob; it may appear later.
        files: names or patterns of the logs to read in a folder, those below it left out; all logs
            in it and below when empty. Their rotated parts belong to them.
        dialect: the name of a built-in dialect, the path of a dialect's TOML, or "auto": guessed at
            the first lines; a mapping of its own where none knows them.
        name: the source's name in pages and frames; the last part of the path when empty.
        account_id: the trading account that the log belongs to; what a folder is named after,
            where the dialect says that its name is one, goes before it.
        timezone: what a time without a zone means, such as "Europe/Kyiv"; without it the zone that
            the dialect says its system writes in, else UTC.
        stale_after_seconds: when a silent origin counts as stale; the dialect says if missing.
        max_line_bytes: longer lines are set aside unread.
        leave_others: leave out logs whose first lines another dialect knows: they need a source of
            their own, and the problem names them.
        clock: gives our time in epoch nanoseconds; for tests.

    Raises:
        ConfigError: for a zone that is not known or a limit that is not above zero.
        DialectError: for a dialect that is not known or cannot be used.

    Frames:
        events: a row a line.

    States:
        ok: the files are followed.
        waiting: there is no log yet.
        degraded: some file or folder cannot be read and is named; the others are followed.
        unreadable: nothing of it can be opened or listed.
        misconfigured: the path is no file and no folder, leads out of its folder, or where a log
            was, or should be by its name, stands a folder without one.
        bad_payload: none of the first 100 lines can be used, or a file is broken or no UTF-8.

    Example:
        >>> log = JsonlSource("logs/aurora", dialect="aurora")
        >>> reading = log.read()
        >>> reading.frame[["ts_event", "kind", "reason"]]
    """

    kind: ClassVar = "jsonl"
    frame_name: ClassVar = "events"

    def __init__(
        self,
        path: str | Path,
        *,
        files: list[str] | None = None,
        dialect: str = AUTO,
        name: str = "",
        account_id: str | None = None,
        timezone: str | None = None,
        stale_after_seconds: float | None = None,
        max_line_bytes: int = 1 << 20,
        leave_others: bool = False,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        if not (stale_after_seconds is None or stale_after_seconds > 0) or max_line_bytes <= 0:
            raise ConfigError("stale_after_seconds and max_line_bytes must be above 0")
        self._zone = None if timezone is None else zone_of(timezone)
        self.path, self.files = str(path), tuple(files or ())
        self.name = name or Path(path).name or "log"
        self.dialect = dialect
        self.account_id = account_id
        self.timezone = timezone
        self._told_pace = None if stale_after_seconds is None else Pace(float(stale_after_seconds))
        self._clock = clock
        self._strangers = Strangers(lambda: self.speaks)
        admits = self._strangers.belongs if leave_others else None
        self._tail = Tail(path, admits, max_line_bytes=max_line_bytes, patterns=self.files)
        self._nothing = no_events()
        self._begin()

    def _begin(self) -> None:
        self._counts = Counts()
        self._newest_ns = NAT
        self._together: Together | None = None
        self._cursor: dict[str, Any] | None = None
        self._guesser = Guesser(self._clock)
        if self.dialect != AUTO:
            self._guesser.settled = True
            self._speak(load_dialect(self.dialect))

    def __repr__(self) -> str:
        dialect = self.speaks or "not known yet"
        guessed = " (guessed)" if self.dialect == AUTO and self.speaks else ""
        bad = sum(self._counts.quarantined.values())
        return (
            f"JsonlSource({self.path!r}, name={self.name!r}, dialect={dialect!r}{guessed}, "
            f"accepted={self._counts.accepted}, quarantined={bad})"
        )

    @property
    def watched(self) -> tuple[Path, ...]:
        """Folders in which something created, moved or deleted is worth a `wake()`."""
        return self._tail.roots

    @property
    def speaks(self) -> str:
        """The name of the dialect in use; "" while it is not known."""
        return self.spoken.name if self.spoken else ""

    @property
    def pace(self) -> Pace:
        """How old the newest line may become, and whether that time passes by night."""
        return self._told_pace or (self.spoken.pace if self.spoken else Pace())

    @property
    def stale_after_seconds(self) -> float:
        """How old the newest line may become, in seconds in which its market is open."""
        return self.pace.stale_after_seconds

    @property
    def guess(self) -> Guess | None:
        """How the dialect was guessed; None where it was told or no line came."""
        return self._guesser.guess

    @property
    def guessed(self) -> Guessed | None:
        """The mapping that was made for lines that no dialect knows; None where there is none."""
        return self._guesser.guessed

    def covers(self, file: Path) -> bool:
        """Whether a log, named by its absolute path, is read here or will be."""
        return self._tail.covers(file) and not self._strangers.left_out(file, self._tail.root)

    def also(self, names: Sequence[str]) -> None:
        """Read more logs of the folder too, beside those that `files` named."""
        self.files = tuple(dict.fromkeys((*self.files, *names)))
        self._tail.also(tuple(names))

    def wake(self) -> None:
        """Look for new and moved files at the next read."""
        self._tail.wake()

    def close(self) -> None:
        """Let all files go; a later read opens them again."""
        self._tail.close()

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 8 << 20) -> Reading:
        """Read what is new.

        Args:
            cursor: from an earlier reading of this or another process; None goes on from here, {}
                starts at the beginning.
            limit_bytes: about how much to take at once.

        Returns:
            A Reading with the new events in `frame`; `more` says whether to read again at once.

        Raises:
            SourceError: when the cursor is not one of ours.
        """
        if cursor is not None and cursor != self._cursor:
            self._restore(cursor)
        received_ns = self._clock()
        chunks = self._tail.read(limit_bytes=limit_bytes)
        set_aside = told_oversize(self._tail.take_oversize(), self._counts)
        frame = self._events(chunks, received_ns, set_aside) if chunks else self._nothing
        self._tail.tell(self._counts)
        state, problem = judged(self._tail.state, self._tail.problem, self._counts, self.path)
        if chunks or set_aside or self._cursor is None:
            self._cursor = self._cursor_now()
        return Reading(
            frame=frame,
            cursor=self._cursor,
            as_of=self._as_of(),
            state=state,
            problem=problem or self._strangers.problem,
            counts=self._counts.copy(),
            quarantined=tuple(set_aside[-MOST_QUARANTINED:]),
            more=self._tail.more,
        )

    def raw_line(self, raw_generation: str, raw_offset: int) -> str | None:
        """The line an event came from, as text; None when it is gone."""
        file = self._tail.file_of(raw_generation)
        line = None if file is None else raw_line(file, raw_offset)
        return None if line is None else line.decode("utf-8", errors="backslashreplace")

    def explain(self, file: str | Path, line_number: int | None = None) -> str:
        """How lines of a file are read in the dialect of this source, field by field."""
        return explain_text(file, line_number, dialect=self.spoken or self.dialect)

    def _events(
        self, chunks: list[Chunk], received_ns: int, set_aside: list[Quarantined]
    ) -> pd.DataFrame:
        if not self._guesser.settled:
            self._speak(self._guesser.look(chunks, self._counts.accepted))
        together = self._together
        assert together is not None
        (decoder := together.decoder).renew_if_full()
        root = self._tail.root
        sessions = {chunk.file: session_of(chunk.file, root) for chunk in chunks}
        found = together.decode(chunks, sessions, received_ns, self._counts)
        set_aside += found.set_aside
        if not found.parts:
            return self._nothing
        joined = found.parts[0] if len(found.parts) == 1 else concatenate(found.parts)
        self._newest_ns = max(self._newest_ns, int(joined.ts_ns.max()))
        events = event_frame(
            joined,
            decoder.table,
            [self._stretch(n, chunk, sessions[chunk.file]) for n, chunk in found.runs],
            source=self.name,
            system=decoder.dialect.name,
            account_id=self.account_id,
            received_ns=received_ns,
            attrs=decoder.dialect.orders.attrs,
        )
        return decoder.dialect.finish(events)

    def _stretch(self, rows: int, chunk: Chunk, session: str) -> Stretch:
        by_folder = self.spoken is not None and self.spoken.folder_is_account
        account = account_of(chunk.file) if by_folder else None
        return Stretch(rows, chunk.generation, session, account)

    def _speak(self, dialect: Dialect) -> None:
        if self._together and self._together.decoder.dialect is dialect:
            return
        dialect.load_ahead()
        rule, zone, tail = dialect.clock, dialect.zone(self._zone), self._tail
        clock_lines = ClockLines(rule, tail.root, zone, tail.file_of) if rule else None
        self._together = Together(Decoder(dialect, zone), Repeats(dialect), clock_lines)

    @property
    def spoken(self) -> Dialect | None:
        """The dialect in use, a guessed one too; None while it is not known."""
        return self._together.decoder.dialect if self._together else None

    def _as_of(self) -> pd.Timestamp | None:
        return None if self._newest_ns == NAT else pd.Timestamp(self._newest_ns, tz="UTC")

    def _cursor_now(self) -> dict[str, Any]:
        return {
            "tail": self._tail.cursor(),
            "counts": self._counts.to_json(),
            **self._guesser.to_json(self.speaks),
            "told": self._together.repeats.to_json() if self._together else {},
            "newest_ns": None if self._newest_ns == NAT else self._newest_ns,
        }

    def _restore(self, cursor: dict[str, Any]) -> None:
        self._tail.restore(cursor.get("tail", {}))
        self._begin()
        known = set(Counts.__slots__)
        self._counts = Counts(**{k: v for k, v in cursor.get("counts", {}).items() if k in known})
        self._newest_ns = NAT if (newest := cursor.get("newest_ns")) is None else int(newest)
        if not self._guesser.settled:
            covers = self._tail.covers
            spoken = self._guesser.restore(cursor, Path(self.path), covers)
            if spoken is not None:
                self._speak(spoken)
        if self._together is not None:
            self._together.repeats.restore(cursor.get("told", {}))
        self._cursor = cursor
