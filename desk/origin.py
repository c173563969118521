"""One source as the desk keeps it: what was read, when it last lived, what waits to be kept."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol, runtime_checkable

import pandas as pd

from data_sources.reading import Counts, Reading
from desk.catching_up import CatchingUp
from desk.gone_orders import ORDERS, with_gone
from desk.hearings import Hearings
from desk.patience import patience_seconds
from desk.portion import Portion
from desk.set_aside import SetAside
from desk.source_row import source_row
from desk.states import StateJournal
from desk.wake import Wake

WRITINGS_KEPT: Final = 10_000
"""As many new times of a file are remembered."""
STATES_KEPT: Final = 1_000
"""Changes of a source's state that are remembered, for looks at a moment in the past."""


class Source(Protocol):
    """What the desk asks of any source."""

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = ...) -> Reading:
        """Give what is new, about so much of it, or the whole."""

    def close(self) -> None:
        """Let everything go."""


@runtime_checkable
class Wakeable(Protocol):
    """A source that can be told to look now instead of at its next sweep."""

    @property
    def watched(self) -> tuple[Path, ...]:
        """Give the folders whose changes are worth a look."""

    def wake(self) -> None:
        """Look for new files at the next read."""


class Saying(NamedTuple):
    """How a source was from a moment on: its state, its problem, and which frames were whole."""

    ts_ns: int
    state: str
    problem: str | None
    whole: frozenset[str]


@dataclass(slots=True)
class Origin:
    """A source with its name and its bookkeeping.

    Attributes:
        key: what its state is kept under (kind, absolute place, dialect, name).
        waiting: events that were folded but are in no commit yet.
        duplicates: rows that the ledger recognized as told before, since the first read.
    """

    name: str
    kind: str
    key: str
    place: str
    source: Source
    dialect: str = ""
    account_id: str | None = None
    stale_after_seconds: float = 10.0
    every_seconds: float = 0.0
    state: str = "waiting"
    problem: str | None = None
    counts: Counts = field(default_factory=Counts)
    duplicates: int = 0
    late: int = 0
    cursor: dict[str, Any] | None = None
    newest: pd.Timestamp | None = None
    alive_ns: int | None = None
    """When its newest line was written, by its own clock but never later than we read it.

    Of lines that tell no time: when their file was written, or else when they were read.
    """
    hearings: Hearings = field(default_factory=Hearings)
    """When lines came that tell no time, while none did."""
    received_ms: int | None = None
    states: StateJournal = field(default_factory=StateJournal)
    waiting: list[pd.DataFrame] = field(default_factory=list)
    set_aside: SetAside = field(default_factory=SetAside)
    whole: frozenset[str] = frozenset()
    """Frames that held all there was, at the last reading of a source that says so."""
    changed: bool = False
    behind: CatchingUp = field(default_factory=CatchingUp)
    wake: Wake | None = None
    """What tells it of new files; None for what needs no such hint, and before the desk runs."""
    cursor_is_news: bool = False
    """Whether the source has not been told yet where to go on."""
    portion: Portion = field(default_factory=Portion)
    retry_at: float = 0.0
    complained_at: float = 0.0
    unsaved: list[Saying] = field(default_factory=list)
    """How the source was, since when, which is in no commit yet; of states alone, not of logs."""
    _listed: tuple[pd.DataFrame, bool] | None = None
    """The orders of the reading before, and whether they were all: what is gone was found out."""
    _told: deque[Saying] = field(default_factory=lambda: deque(maxlen=STATES_KEPT))
    """How the source was, since when; the oldest go first."""
    _written: deque[tuple[int, pd.Timestamp]] = field(
        default_factory=lambda: deque(maxlen=WRITINGS_KEPT)
    )
    """When a file was found written anew, and of when it is."""

    @property
    def is_state(self) -> bool:
        """Whether each reading is the whole state; only a stream's are events."""
        return getattr(self.source, "frame_name", "events") != "events"

    @property
    def is_file(self) -> bool:
        """Whether each reading is a whole file, which tells what was so when it was written."""
        return hasattr(self.source, "told_as")

    @property
    def is_untimed(self) -> bool:
        """Whether lines came and none of them told a time."""
        return not self.is_state and self.newest is None and self.alive_ns is not None

    @property
    def catching_up(self) -> bool:
        """Whether the last look left something unread."""
        return self.behind.more

    def take(self, reading: Reading, now_ns: int) -> None:
        """Take the bookkeeping of a reading over."""
        self.whole = reading.whole or frozenset()
        self.tell(reading.state, reading.problem, now_ns)
        self.counts, self.cursor = reading.counts, reading.cursor
        self.set_aside.take(reading.quarantined, now_ns, whole=self.is_state)
        told_ns, was_timed = self._newest_told(reading), self.newest is not None
        if reading.as_of is not None and (self.newest is None or reading.as_of > self.newest):
            self.newest = reading.as_of
            if self.is_file:
                self._written.append((now_ns, reading.as_of))
        if told_ns is not None:
            before_ns = self.alive_ns or 0 if was_timed else 0
            self.alive_ns = max(before_ns, min(told_ns, now_ns))
        elif self.newest is None:
            self._hear_untimed(reading, now_ns)
        if self.is_state:
            name = getattr(self.source, "frame_name", "services")
            frames = {name: reading.frame, **reading.frames}
            before = self.states.newest.get(ORDERS)
            if reading.whole is not None and before is not None:
                listed, is_whole = frames.get(ORDERS, before), ORDERS in reading.whole
                known, was_whole = self._listed or (None, False)
                if known is not listed or was_whole != is_whole:
                    self._listed = listed, is_whole
                    before = with_gone(before, listed, is_whole, now_ns)
                frames[ORDERS] = before
            self.received_ms = now_ns // 1_000_000
            newest_only = getattr(self.source, "newest_only", frozenset[str]())
            self.changed |= self.states.take(frames, now_ns, newest_only)
        elif len(reading.frame):
            self.received_ms = now_ns // 1_000_000
            self.changed = True

    def tell(self, state: str, problem: str | None, now_ns: int) -> None:
        """Note how the source is from now on."""
        saying = Saying(now_ns, state, problem, self.whole)
        last = self._told[-1] if self._told else None
        if last is None or last[1:] != saying[1:]:
            self._told.append(saying)
        # Not each new word of a problem is worth a row that is kept for long.
        if self.is_state and (last is None or (last.state, last.whole) != (state, self.whole)):
            self.unsaved.append(saying)
            self.changed = True
        self.state, self.problem = state, problem

    def retell(self, saying: Saying) -> None:
        """Take over how the source was before this process, the oldest first."""
        self._told.append(saying)

    def state_at(self, ts_ns: int) -> tuple[str, str | None]:
        """Return state and problem as they were told last by a moment; unknown before the first."""
        saying = self._said(ts_ns)
        return ("unknown", None) if saying is None else (saying.state, saying.problem)

    def said_at(self, ts_ns: int | None) -> pd.Timestamp | None:
        """Return of when is what the source said last by a moment (None = now).

        Who answers says it anew each time; a file says it when it is written. Of one that was
        written since, and when before is not remembered, it is as of the moment.
        """
        if ts_ns is None:
            return self.newest
        moment = pd.Timestamp(ts_ns, unit="ns", tz="UTC")
        if not self.is_file or self.newest is None:
            return moment
        known = (of for found_ns, of in reversed(list(self._written)) if found_ns <= ts_ns)
        return min(next(known, self.newest), moment)

    def whole_at(self, ts_ns: int | None) -> frozenset[str]:
        """Return the frames that held all there was at a moment (None = now)."""
        if ts_ns is None:
            return self.whole
        saying = self._said(ts_ns)
        return frozenset() if saying is None else saying.whole

    def _said(self, ts_ns: int) -> Saying | None:
        return next((each for each in reversed(list(self._told)) if each.ts_ns <= ts_ns), None)

    def _newest_told(self, reading: Reading) -> int | None:
        """Return the newest time that this reading itself tells, int64 ns."""
        if self.is_state:
            return None if reading.as_of is None else int(reading.as_of.value)
        if not len(reading.frame):
            return None
        newest = int(reading.frame["ts_event"].array.as_unit("ns").asi8.max())
        return newest if newest > 0 else None

    def _hear_untimed(self, reading: Reading, now_ns: int) -> None:
        """Note when lines came that tell no time: a log of such lines can fall silent, too."""
        counts, has_come = reading.counts, len(reading.frame) > 0
        if self.is_state or not counts.accepted or not (has_come or self.alive_ns is None):
            return
        heard_ns = counts.grown_ns or (now_ns if has_come else None)
        if heard_ns is not None:
            self.alive_ns = max(self.alive_ns or 0, min(heard_ns, now_ns))
            self.hearings.note(self.alive_ns)

    def committed(self) -> dict[str, Any]:
        """Return what goes into the state folder beside the events."""
        newest = None if self.newest is None else int(self.newest.value)
        return {
            "cursor": self.cursor,
            "duplicates": self.duplicates,
            "late": self.late,
            "newest_ns": newest,
            "alive_ns": self.alive_ns,
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """Take over what was kept."""
        self.cursor = kept["cursor"]
        self.cursor_is_news = self.cursor is not None
        self.duplicates, self.late = kept["duplicates"], kept["late"]
        if kept["newest_ns"] is not None:
            self.newest = pd.Timestamp(kept["newest_ns"], unit="ns", tz="UTC")
        self.alive_ns = kept.get("alive_ns", kept["newest_ns"])

    def patience_seconds(self, alive_ns: int | None) -> float:
        """Return how old a line of that moment may become until the source is stale."""
        pace = getattr(self.source, "pace", None)
        return self.stale_after_seconds if pace is None else patience_seconds(pace, alive_ns)

    def row(self, now_ns: int) -> dict[str, Any]:
        """Return the row of `/api/sources`."""
        return source_row(self, now_ns)


def origin(name: str, source: Any) -> Origin:
    """Return a source under the name that pages, URLs and notebooks use."""
    place = str(getattr(source, "url", None) or source.path)
    dialect = str(getattr(source, "dialect", ""))
    return Origin(
        name=name,
        kind=source.kind,
        key=f"{source.kind}|{place}|{dialect}|{name}",
        place=place,
        source=source,
        dialect=dialect,
        account_id=getattr(source, "account_id", None),
        stale_after_seconds=float(source.stale_after_seconds),
        every_seconds=float(getattr(source, "every_seconds", 0.0)),
    )
