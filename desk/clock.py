"""The one clock: it reads every source at its pace, feeds the ledger, and keeps what was read."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

import pandas as pd

from data_sources.reading import Reading
from desk.far_stream import FarStream, may_wait
from desk.keeper import Keeper
from desk.memory import Trimming
from desk.origin import Origin, Wakeable
from desk.pollers import Pollers, Turn
from desk.states import joined
from desk.terms import remembered, terms_told
from desk.wake import Wake
from ledger import Ledger

LOG = logging.getLogger(__name__)

SWEEP_SECONDS: Final = 0.05
TICK_SECONDS: Final = 0.1
"""Viewers hear of changes at most so often."""
SLACK_SECONDS: Final = 0.01
"""Rounds last as long as a tick, more or less: one that is hardly early must not wait another."""
IDLE_TICK_SECONDS: Final = 1.0
"""Without news the windows slide on: viewers hear of that once a second."""
COMMIT_SECONDS: Final = 1.0
BUSY_COMMIT_SECONDS: Final = 5.0
COMMIT_ROWS: Final = 65_536
RETRY_SECONDS: Final = 2.0
CHECK_SECONDS: Final = 1.0
COMPLAIN_SECONDS: Final = 60.0
HUNG_SECONDS: Final = 0.5
"""A read that took longer and brought nothing may do so again: see `Pollers`."""
HELD_ROWS: Final = 1_000_000
"""With a state folder that cannot be written, reading pauses here: the log itself is the buffer."""


class Clock:
    """A thread that sweeps the streams; what may have to wait for others is read in other threads.

    Those are polled states, and streams behind a network: one that hangs delays nobody else.
    Origins that come later are added to the list *origins* when they are read.
    """

    def __init__(
        self,
        origins: list[Origin],
        ledger: Ledger,
        keeper: Keeper,
        changed: Callable[[], None],
        *,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._streams = [origin for origin in origins if not origin.is_state]
        self._polled = [origin for origin in origins if origin.is_state]
        self._origins = origins
        self._ledger, self._keeper, self._changed = ledger, keeper, changed
        self._now_ns = now_ns
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._inbox: list[tuple[Origin, Reading]] = []
        self._newcomers: list[Origin] = []
        self._sweeper = threading.Thread(target=self._run, name="desk-clock", daemon=True)
        self._pollers = Pollers(self._polled, self._poll)
        self._far = {o.name: FarStream(o.name, o.source) for o in self._streams if may_wait(o)}
        self._wakes: list[Wake] = []
        self._committed_at = self._ticked_at = self._checked_at = 0.0
        self._news = self._took = False
        self._trimming = Trimming()
        self.restoring = True

    @property
    def alive(self) -> bool:
        """Whether the clock runs."""
        return self._sweeper.is_alive()

    def start(self) -> None:
        """Start the threads."""
        self._sweeper.start()
        self._pollers.start()

    def stop(self) -> None:
        """End the threads and keep what is left."""
        self._ending.set()
        self._pollers.stop()
        if self._sweeper.is_alive():
            self._sweeper.join(timeout=8)
        for wake in self._wakes:
            wake.stop()
        for far in self._far.values():
            far.stop()
        if not self._sweeper.is_alive():
            self._keeper.commit(self._origins)

    def add(self, origin: Origin) -> None:
        """Read one more, from the next round on."""
        with self._lock:
            self._newcomers.append(origin)

    def _welcome(self) -> None:
        with self._lock:
            newcomers, self._newcomers = self._newcomers, []
        for origin in newcomers:
            self._restore([origin])
            self._origins.append(origin)
            if origin.is_state:
                self._polled.append(origin)
                self._pollers.add(origin)
            else:
                self._streams.append(origin)
                self._watch(origin)

    # -- streams -------------------------------------------------------------------------------

    def _run(self) -> None:
        self._restore(self._origins)
        for origin in self._streams:
            self._watch(origin)
        while not self._ending.is_set():
            begun = time.monotonic()
            self._welcome()
            more = self._sweep()
            self._check_wakes()
            self._take_polled()
            # Viewers first: keeping takes its time, and may wait for a disk.
            self._tick_when_due()
            self._commit_when_due(busy=more)
            self._trimming.after_round(busy=more)
            # Viewers hear of news once a tick: to take the next few lines sooner would only cost.
            pace = TICK_SECONDS if self._took else SWEEP_SECONDS
            rest = pace - (time.monotonic() - begun)
            if not more and rest > 0:
                self._ending.wait(rest)

    def _check_wakes(self) -> None:
        """Replace watches that died: the sweep would find the data, only later."""
        now = time.monotonic()
        if now - self._checked_at >= CHECK_SECONDS:
            self._checked_at = now
            for wake in self._wakes:
                wake.check()

    def _watch(self, origin: Origin) -> None:
        if isinstance(origin.source, Wakeable):
            origin.wake = Wake(origin.source.watched, origin.source.wake)
            self._wakes.append(origin.wake)

    def _restore(self, origins: Sequence[Origin]) -> None:
        try:
            for kept in self._keeper.restore(origins):
                events = remembered(kept, origins)
                self._ledger.fold(events, terms_told(events, origins))
                self._tick_when_due()
            self._keeper.restore_states(origin for origin in origins if origin.is_state)
        finally:
            self.restoring = False
            self._news = True

    def _sweep(self) -> bool:
        """Read every stream once; return whether some origin holds more."""
        more = self._took = False
        readers = sum(origin.catching_up for origin in self._streams)
        self._ask_far()
        for origin in self._streams:
            if time.monotonic() < origin.retry_at:
                continue
            if self._keeper.trouble and sum(map(len, origin.waiting)) > HELD_ROWS:
                continue
            begun = time.monotonic()
            try:
                reading = self._read(origin)
                if reading is None:
                    continue
                self._take(origin, reading)
                spent = time.monotonic() - begun
                origin.portion.took(spent, more=reading.more, readers=readers)
                more |= reading.more
                self._news |= origin.behind.note(more=reading.more)
            except Exception as error:  # noqa: BLE001 - one sick origin must not stop the others
                self._fell(origin, error)
        return more

    def _ask_far(self) -> None:
        """Ask the streams behind a network first: they answer while the files are read."""
        for origin in self._streams:
            far = self._far.get(origin.name)
            if far is not None and time.monotonic() >= origin.retry_at:
                told = far.ask(origin.cursor if origin.cursor_is_news else None)
                origin.cursor_is_news &= not told

    def _read(self, origin: Origin) -> Reading | None:
        """Read a stream; None while a server has not answered yet."""
        far = self._far.get(origin.name)
        if far is not None:
            return far.answer()
        cursor = origin.cursor if origin.cursor_is_news else None
        reading = origin.source.read(cursor, limit_bytes=origin.portion.limit_bytes)
        origin.cursor_is_news = False
        return reading

    def _take(self, origin: Origin, reading: Reading) -> None:
        before = (origin.state, origin.problem)
        # Fold first: a source never tells of lines that the ledger does not know yet.
        if len(reading.frame):
            self._took = True
            terms = terms_told(reading.frame, [origin])
            folded = self._ledger.fold(reading.frame, terms)
            origin.duplicates += sum(folded.duplicates.values())
            origin.late += sum(folded.late.values())
            self._keeper.take(origin, folded.kept)
            self._news = True
        origin.take(reading, self._now_ns())
        self._news |= before != (origin.state, origin.problem)

    def _fell(self, origin: Origin, error: Exception) -> None:
        """Note that a read failed, and go back to where the last good one ended.

        What the failed read had taken in hand is read again: it is late, not lost.
        """
        now = time.monotonic()
        if origin.state != "unreadable" or now - origin.complained_at > COMPLAIN_SECONDS:
            LOG.error("source %s: %s", origin.name, error, exc_info=error)
            origin.complained_at = now
        said = f"could not be read ({type(error).__name__}: {error}); trying again"
        origin.tell("unreadable", said, self._now_ns())
        origin.retry_at = now + RETRY_SECONDS
        origin.cursor = origin.cursor or {}
        origin.cursor_is_news = True
        self._news = True

    # -- polled states -------------------------------------------------------------------------

    def _poll(self, origin: Origin) -> Turn:
        """Read an origin once, in a thread of the pollers."""
        begun = time.monotonic()
        answered = False
        try:
            reading = origin.source.read()
        except Exception as error:  # noqa: BLE001 - one sick origin must not stop the others
            self._fell(origin, error)
        else:
            answered = reading.state not in ("down", "unreadable")
            with self._lock:
                self._inbox.append((origin, reading))
        # A source that was refused says itself how long to wait, with jitter of its own.
        usual = origin.every_seconds * random.uniform(0.95, 1.05)
        wanted = getattr(origin.source, "wait_seconds", None)
        spent = time.monotonic() - begun
        pause = max(0.05, (usual if wanted is None else wanted) - spent)
        return Turn(pause, hung=not answered and spent > HUNG_SECONDS)

    def _take_polled(self) -> None:
        with self._lock:
            inbox, self._inbox = self._inbox, []
        for origin, reading in inbox:
            origin.take(reading, self._now_ns())
            origin.behind.note(more=False)
            self._news = True

    def states(self, at_ns: int | None) -> dict[str, pd.DataFrame]:
        """Return the frames of all polled origins as they are, or as they were at a moment."""
        return joined(origin.states.at(at_ns) for origin in self._polled)

    # -- keeping and telling -------------------------------------------------------------------

    def _commit_when_due(self, *, busy: bool) -> None:
        now = time.monotonic()
        waiting = sum(len(frame) for origin in self._streams for frame in origin.waiting)
        # A backfill keeps whole batches: what is not kept yet still stands in the logs.
        pause = BUSY_COMMIT_SECONDS if busy else COMMIT_SECONDS
        pause = RETRY_SECONDS if self._keeper.trouble else pause
        many = waiting >= COMMIT_ROWS and not self._keeper.trouble
        if many or now - self._committed_at >= pause:
            before = self._keeper.trouble
            self._keeper.commit(self._origins)
            self._committed_at = time.monotonic()
            self._news |= before != self._keeper.trouble

    def _tick_when_due(self) -> None:
        now = time.monotonic()
        since = now - self._ticked_at
        if (self._news and since >= TICK_SECONDS - SLACK_SECONDS) or since >= IDLE_TICK_SECONDS:
            self._news = False
            self._ticked_at = now
            with contextlib.suppress(RuntimeError):  # an event loop that has just closed
                self._changed()
