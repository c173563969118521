"""The desk: origins in, a ledger kept true, pictures and frames out."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd

from data_sources.frames import empty
from desk import frames
from desk.clock import Clock
from desk.keeper import Keeper
from desk.markets import markets
from desk.newcomers import Newcomers
from desk.origin import Origin
from desk.past_sources import rows_at
from desk.risk_rules import Owner, Rules, flat_accounts, risk_rules
from desk.store import Store
from desk.told_frames import ToldFrames
from ledger import Ledger, View

LOG = logging.getLogger(__name__)
VIEWS_KEPT: Final = 64
NO_SERVICES: Final = empty("services")
"""Made once: an empty frame costs as much as a full one, and each picture needs it."""


class Desk:
    """All sources of one process, their ledger, and the state folder they are kept in.

    Args:
        origins: what is read.
        state_dir: where cursors and history live.
        name, environment, timezone: what the header shows.
        demo: whether the data is made up.
        newcomers: gives, from time to time, origins that have appeared since it was asked last.
        notices: gives what every viewer should know beside the desk's own troubles.
        now_ns: the wall clock, nanoseconds UTC.

    Raises:
        StateLockedError: another process works with the state folder.
        OSError: the state folder cannot be used.
    """

    def __init__(
        self,
        origins: Sequence[Origin],
        *,
        state_dir: Path,
        name: str = "Desk",
        environment: str = "unknown",
        timezone: str = "UTC",
        demo: bool = False,
        kept_events: int = 500_000,
        newcomers: Callable[[], Sequence[Origin]] | None = None,
        notices: Callable[[], Sequence[str]] = tuple,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.name, self.environment, self.timezone, self.demo = name, environment, timezone, demo
        self.origins = list(origins)
        self._now_ns = now_ns
        self._store = Store(state_dir)
        self._keeper = Keeper(self._store)
        self._ledger = Ledger(
            capacity=kept_events,
            # Even where nothing but orders is told, an order takes some four events.
            order_capacity=kept_events // 4,
            guard=threading.RLock(),
        )
        self._clock = Clock(self.origins, self._ledger, self._keeper, self._changed, now_ns=now_ns)
        self._newcomers = Newcomers(newcomers, self._clock.add) if newcomers else None
        self._more_notices = notices
        self._told = ToldFrames(
            self.origins,
            self._ledger,
            self._keeper,
            states=self._clock.states,
            view=lambda: self.view(window_seconds=None),
            now_ns=now_ns,
        )
        self._started = pd.Timestamp(now_ns(), unit="ns", tz="UTC")
        self._lock = threading.Lock()
        self._version = 0
        self._views: dict[tuple[Any, ...], View] = {}
        self._subscribers: list[Callable[[int], None]] = []

    # -- life ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to read, in threads of this process."""
        self._clock.start()
        if self._newcomers is not None:
            self._newcomers.start()

    def stop(self) -> None:
        """Stop reading, keep what is left, let the state folder go."""
        if self._newcomers is not None:
            self._newcomers.stop()
        self._clock.stop()
        for origin in self.origins:
            origin.source.close()
        self._keeper.close()

    def subscribe(self, callback: Callable[[int], None]) -> Callable[[], None]:
        """Call back with the version at each change, from the desk's own thread."""
        with self._lock:
            self._subscribers.append(callback)

        def leave() -> None:
            with self._lock:
                if callback in self._subscribers:
                    self._subscribers.remove(callback)

        return leave

    def _changed(self) -> None:
        with self._lock:
            self._version += 1
            version, subscribers = self._version, list(self._subscribers)
            self._views.clear()
        for callback in subscribers:
            callback(version)

    # -- looking -------------------------------------------------------------------------------

    @property
    def version(self) -> int:
        """Counts the changes; it also moves as time does, because windows slide."""
        return self._version

    def view(
        self,
        window_seconds: float | None = 300.0,
        at: pd.Timestamp | str | None = None,
        source: str | None = None,
        account: str | None = None,
        symbol: str | None = None,
    ) -> View:
        """Return the picture now (`at=None`), at a moment, or at the newest event (`"last"`)."""
        key = (window_seconds, at, source, account, symbol)
        with self._lock:
            version, found = self._version, self._views.get(key)
        if found is not None:
            return found
        now = self._now_ns()
        view = self._ledger.view(
            at=self._moment(at, now),
            window_seconds=window_seconds,
            source=source,
            account=account,
            symbol=symbol,
        )
        view.version = version
        view.sources = self._sources_of(view, at, now)
        states = self._clock.states(None if at is None else int(view.at.value))
        view.states = {"services": NO_SERVICES, **states}
        view.listed_ends = self._told.listed_ends(states)
        equal = {"source": source, "account_id": account, "symbol": symbol}
        view.frames = self._told.at(view.states, view.at, equal, live=at is None)
        narrow = any(word is not None for word in equal.values())
        whole = self._told.at(view.states, view.at, {}, live=at is None) if narrow else view.frames
        view.desk = {
            "name": self.name,
            "environment": self.environment,
            "timezone": self.timezone,
            "demo": self.demo,
            "started": self._started,
            "resumed": self._keeper.resumed,
            "notices": self.notices(),
            "quarantine": self.quarantine,
            "markets": partial(markets, self.origins, view.at),
            # By its moment, not by itself: a picture that holds itself waits for the collector.
            "of_session": partial(self._of_session, view.at),
            "whole_frames": whole,
            "live": at is None,
        }
        with self._lock:
            if version == self._version and len(self._views) < VIEWS_KEPT:
                self._views[key] = view
        return view

    def _sources_of(self, view: View, at: Any, now_ns: int) -> list[dict[str, Any]]:
        """Return the rows of the sources as they were at a view's moment."""
        if at is None:
            return [origin.row(now_ns) for origin in self.origins]
        at_ns = int(view.at.value)
        return rows_at(self.origins, self._ledger.last_heard(at_ns), at_ns, now_ns)

    def _moment(self, at: pd.Timestamp | str | None, now_ns: int) -> pd.Timestamp | None:
        if isinstance(at, str) and self._ledger.newest() is not None:
            return None  # the ledger's own default: its newest event
        return at if isinstance(at, pd.Timestamp) else pd.Timestamp(now_ns, unit="ns", tz="UTC")

    def sources(self) -> list[dict[str, Any]]:
        """Return the rows of `/api/sources`."""
        now = self._now_ns()
        return [origin.row(now) for origin in self.origins]

    def accounts(self) -> list[str]:
        """Return the accounts that sources or their events name, sorted."""
        named = {origin.account_id for origin in self.origins if origin.account_id}
        return sorted(named | set(self._ledger.groups.codes["account_id"].words))

    def risk_rules(self) -> dict[Owner, Rules]:
        """Return (source, account) → what the system of the account allows; see `risk_rules`."""
        return risk_rules(self.origins, self._ledger)

    def flat_accounts(self, at: pd.Timestamp | None = None) -> set[Owner]:
        """Return (source, account) of which the source said that nothing is held, then or now."""
        return set(flat_accounts(self.origins, None if at is None else int(at.value)))

    def frames(self) -> list[str]:
        """Return the names of the frames that exist."""
        return list(frames.NAMES)

    def frame(
        self,
        name: str,
        limit: int = 1000,
        since: pd.Timestamp | None = None,
        until: pd.Timestamp | None = None,
        account: str | None = None,
        source: str | None = None,
        symbol: str | None = None,
        session: str | None = None,
    ) -> pd.DataFrame:
        """Return the newest rows of a frame that fit, ascending.

        Of rows that fit `limit` are given: those of a session are looked for in all history.

        Raises:
            KeyError: there is no such frame.
        """
        equal = {"source": source, "account_id": account, "symbol": symbol, "session_id": session}
        wanted: dict[str, Any] = {"limit": limit, "since": since, "until": until, "equal": equal}
        if name == "events":
            return self._keeper.events(self.origins, **wanted)
        if name not in frames.NAMES:
            raise KeyError(name)
        return self._told.frame(name, wanted)

    def _of_session(self, at: pd.Timestamp, name: str, session_id: str, limit: int) -> pd.DataFrame:
        """Return the newest rows of a frame that name a session, up to a moment."""
        equal: dict[str, str | None] = {"session_id": session_id}
        wanted = {**frames.EVERYTHING, "until": at, "limit": limit, "equal": equal}
        told = self._ledger.sources_of_session(session_id)
        if name == "events":
            mine = [each for each in self.origins if each.name in told]
            return self._keeper.events(mine, **wanted)
        return self._told.frame(name, wanted, told)

    def quarantine(self, limit: int = 200, source: str | None = None) -> list[dict[str, Any]]:
        """Return the last lines set aside, of all sources or of one, newest first."""
        asked = [origin for origin in self.origins if source in (None, origin.name)]
        return self._keeper.quarantine(asked, limit)

    def raw_line(
        self, raw_generation: str, raw_offset: int, source: str | None = None
    ) -> str | None:
        """Return the line an event came from, or None when its file is gone."""
        for origin in self.origins:
            if source in (None, origin.name):
                read = getattr(origin.source, "raw_line", None)
                line: str | None = read(raw_generation, raw_offset) if read else None
                if line is not None:
                    return line
        return None

    def not_ready(self) -> list[str]:
        """Return why the desk is not ready yet; empty when it is."""
        reasons = [] if self._clock.alive else ["the desk's clock does not run"]
        if self._clock.restoring:
            reasons.append("what was kept is being read back")
        reasons += [
            f"source {origin.name} is catching up"
            for origin in self.origins
            if origin.catching_up and not origin.is_state
        ]
        return reasons

    def not_kept(self) -> str | None:
        """Return why what is new is not kept in the state folder; None when it is."""
        return self._keeper.trouble

    def notices(self) -> list[str]:
        """Return what every viewer should know."""
        trouble = self.not_kept()
        return [*self._store.notices, *self._more_notices(), *([trouble] if trouble else [])]
