"""What polled sources said of the world: the newest frames of each, and how they were before."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Collection, Iterable, Mapping
from operator import itemgetter
from threading import Lock
from typing import Any, Final

import pandas as pd

from data_sources.frames import FRAMES, TIME, TRACE, shaped
from desk.failovers import ExchangeLog
from desk.kept_state import KeptState
from desk.told_points import EQUITY, ToldPoints
from desk.zipped_frames import ZippedFrames, rows_about, zipped_frame

Frames = Mapping[str, pd.DataFrame]

DATED: Final = frozenset(
    {"prices", "equity", "trades", "fills", "alerts", "signals", "narration", "steps"}
)
"""Frames whose rows carry their own time: what they were at a moment needs no journal.

Of a source that tells only the newest points of its equity, they are kept in `ToldPoints`.
"""
RESTLESS: Final = frozenset({"as_of", "latency_seconds", "since", "raw_offset"})
"""Columns that differ from one asking to the next though nothing happened."""
KEPT: Final = 10_000
ROWS_KEPT: Final = 200_000
"""States, and rows in them, that are held of one source."""
FRAMES_HELD: Final = 20
"""The newest states are held as frames, older ones zipped: a frame takes a thousand times the room
of what it says, and few look back.
"""
NOTED_A_STATE: Final = 20
"""Kept states that are looked through for exchanges when a new one comes."""


class StateJournal:
    """The states of one source: the newest, and each older one that differed from the one before.

    Attributes:
        newest: frame name → frame, as of the last reading.
        unsaved: states since their moments, which are in no commit yet.
        points: the equity that was told, of a source that tells its newest points alone.
    """

    def __init__(self) -> None:
        self.newest: dict[str, pd.DataFrame] = {}
        self.unsaved: list[tuple[int, Frames]] = []
        self.points = ToldPoints()
        self._exchanges = ExchangeLog()
        self._unnoted: deque[tuple[int, Frames]] = deque()
        self._noting = Lock()
        self._told: list[tuple[int, Frames]] = []
        self._zipped: dict[str, tuple[pd.DataFrame, bytes]] = {}
        self._rows = 0

    def take(self, frames: Frames, ts_ns: int, newest_only: Collection[str] = frozenset()) -> bool:
        """Take a reading's frames; return whether they say something new.

        Args:
            frames: by name.
            ts_ns: the moment of the reading.
            newest_only: frames of which a reading holds the newest points alone.
        """
        if EQUITY in newest_only and EQUITY in frames:
            frames = {**frames, EQUITY: self.points.take(frames[EQUITY], ts_ns)}
        self.newest = dict(frames)
        before = dict(self._told[-1][1]) if self._told else {}
        # What did not change is the very frame of before: thousands of states hold it once.
        held = {name: _settled(before.get(name), now) for name, now in journaled(frames).items()}
        if self._told and held.keys() == before.keys() and not _news(before, held):
            return bool(self.points.unsaved)
        self.add(held, ts_ns)
        self.unsaved.append((ts_ns, held))
        return True

    def add(self, frames: Frames, ts_ns: int) -> None:
        """Add a state that held from a moment on."""
        self._unnoted.append((ts_ns, frames))
        if not isinstance(frames, KeptState):
            self._note(NOTED_A_STATE)  # what was kept is gone through bit by bit
        self._told.append((ts_ns, frames))
        before = self._told[-2][1] if len(self._told) > 1 else {}
        self._rows += _news(before, frames)
        if len(self._told) > FRAMES_HELD:
            self._zip(len(self._told) - FRAMES_HELD - 1)
        while len(self._told) > 1 and (len(self._told) > KEPT or self._rows > ROWS_KEPT):
            gone = self._told.pop(0)[1]
            # What the next state holds too is not gone.
            self._rows -= _news(self._told[0][1], gone)

    def _zip(self, place: int) -> None:
        ts_ns, frames = self._told[place]
        if isinstance(frames, KeptState):
            return
        for name, frame in frames.items():
            if name not in self._zipped or self._zipped[name][0] is not frame:
                self._zipped[name] = (frame, zipped_frame(frame))
        held = ZippedFrames({name: self._zipped[name][1] for name in frames})
        before = self._told[place - 1][1] if place else {}
        after = self._told[place + 1][1]
        # What this state and the next one shared is counted with the next one from now on.
        self._rows += _news(before, held) - _news(before, frames)
        self._rows += _news(held, after) - _news(frames, after)
        self._told[place] = (ts_ns, held)

    def restore(self, frames: Frames, ts_ns: int) -> None:
        """Take over a state that was kept, the oldest first."""
        self.add(frames, ts_ns)

    def restored(self) -> None:
        """Let the last state that was kept hold until the first reading."""
        if self._told:
            self.newest = dict(self._told[-1][1])

    @property
    def exchanges(self) -> ExchangeLog:
        """How the exchanges among its services were; what is left is gone through now."""
        self._note(len(self._unnoted))
        return self._exchanges

    def _note(self, states: int) -> None:
        with self._noting:
            for _ in range(min(states, len(self._unnoted))):
                ts_ns, frames = self._unnoted.popleft()
                self._exchanges.note(frames, ts_ns)

    def restore_points(self, points: pd.DataFrame, parts: int) -> None:
        """Take over points of equity that were kept; they are told until the first reading."""
        self.points.restore(points, parts)
        self.newest = {**self.newest, EQUITY: points}

    def at(self, ts_ns: int | None) -> Frames:
        """Return the frames that held at a moment (None = now)."""
        if ts_ns is None:
            return self.newest
        place = bisect_right(self._told, ts_ns, key=itemgetter(0))
        held = self._told[place - 1][1] if place else {}
        dated = {name: frame for name, frame in self.newest.items() if name in DATED}
        return {**held, **{name: _until(frame, ts_ns) for name, frame in dated.items()}}


def journaled(frames: Frames) -> Frames:
    """Return the frames of which the journal keeps how they were."""
    return {name: frame for name, frame in frames.items() if name not in DATED}


def joined(parts: Iterable[Frames]) -> dict[str, pd.DataFrame]:
    """Return the frames of several sources, one frame a name."""
    found: dict[str, list[pd.DataFrame]] = {}
    for frames in parts:
        for name, frame in frames.items():
            if len(frame):
                found.setdefault(name, []).append(frame)
    return {name: pd.concat(pieces, ignore_index=True) for name, pieces in found.items()}


def packed(frames: Frames) -> dict[str, Any]:
    """Return frames as JSON-ready rows."""
    return {
        name: [
            {column: _plain(value) for column, value in row.items()}
            for row in frame.astype("object").to_dict("records")
        ]
        for name, frame in frames.items()
    }


def unpacked(kept: Mapping[str, list[dict[str, Any]]]) -> Frames:
    """Return what was packed, times as times again."""
    found = {}
    for name, rows in kept.items():
        if name in FRAMES:
            columns = {**TRACE, **FRAMES[name]}
            times = {column for column, dtype in columns.items() if dtype == TIME}
            frame = shaped(name, [_read(row, times) for row in rows])
            # Columns beyond the agreed ones (a run's detail, a position's session) are kept too.
            more = [column for column in (rows[0] if rows else ()) if column not in frame]
            for column in more:
                frame[column] = pd.Series([row.get(column) for row in rows], frame.index)
            found[name] = frame
    return found


def _until(frame: pd.DataFrame, ts_ns: int) -> pd.DataFrame:
    """Return the rows of a dated frame up to a moment."""
    time = next((name for name in ("ts_event", "ts_closed") if name in frame), None)
    if time is None or frame.empty:
        return frame
    return frame[frame[time] <= pd.Timestamp(ts_ns, unit="ns", tz="UTC")]


def _plain(value: Any) -> Any:
    """Return a cell as JSON has it: numbers to their last digit, what is missing null."""
    if isinstance(value, pd.Timestamp):
        return None if value is pd.NaT else value.isoformat()
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    return value.item() if hasattr(value, "item") else value


def _read(row: Mapping[str, Any], times: set[str]) -> dict[str, Any]:
    return {
        name: pd.Timestamp(value) if name in times and value is not None else value
        for name, value in row.items()
    }


def _settled(before: pd.DataFrame | None, now: pd.DataFrame) -> pd.DataFrame:
    """Return the frame of before where this one says the same, else this one."""
    return now if before is None or not (before is now or _is_equal(before, now)) else before


def _is_equal(before: pd.DataFrame, now: pd.DataFrame) -> bool:
    columns = [name for name in now.columns if name not in RESTLESS]
    if len(before) != len(now) or [n for n in before.columns if n not in RESTLESS] != columns:
        return False
    return all(_is_equal_column(before[name].array, now[name].array) for name in columns)


def _is_equal_column(before: Any, now: Any) -> bool:
    """Compare two arrays of pandas, whose stubs do not know `equals`."""
    if before.dtype == now.dtype:
        return bool(before.equals(now))
    # One of them was kept as JSON and read back: the same words may have another type.
    return bool(before.astype("str").tolist() == now.astype("str").tolist())


def _news(known: Frames, frames: Frames) -> int:
    """Return how many rows are in frames that are not the known ones; a frame of none counts too.

    States that were kept are not looked into for that.
    """
    if isinstance(frames, KeptState):
        return frames.rows_about
    held = _parts(known)
    return sum(
        rows_about(part) if isinstance(part, bytes) else len(part) + 1
        for name, part in _parts(frames).items()
        if part is not held.get(name)
    )


def _parts(frames: Frames) -> Mapping[str, pd.DataFrame | bytes]:
    """Return what is held of a state, by name; nothing of one that was kept."""
    if isinstance(frames, ZippedFrames):
        return frames.parts
    return {} if isinstance(frames, KeptState) else frames
