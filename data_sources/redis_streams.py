"""Redis streams: follows streams of a server and turns their entries into events."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, ClassVar, Literal

import pandas as pd

from data_sources.errors import ConfigError, SourceError
from data_sources.lines.decode import Decoder
from data_sources.lines.decoded import NAT
from data_sources.lines.frame import no_events
from data_sources.reading import Counts, Quarantined, Reading
from data_sources.streams.backoff import Backoff
from data_sources.streams.events import MOST_QUARANTINED, Events
from data_sources.streams.failure import LinkError
from data_sources.streams.fetch import Fetch, Taken
from data_sources.streams.link import Link
from data_sources.streams.mirrors import Mirrors
from data_sources.streams.place import shown_url
from data_sources.streams.position import Position
from data_sources.streams.progress import advance
from data_sources.streams.raw_entries import RawEntries
from data_sources.streams.roster import Roster
from data_sources.streams.shape import load
from data_sources.zone import zone_of


class RedisStreamsSource:
    """Follows Redis streams; each `read()` gives the events that are new.

    The server is only ever read (XREAD, XRANGE, XINFO, SCAN): no consumer group, so that nothing
    is taken away from whoever works with the streams, and no read waits for news.

    Args:
        url: redis://HOST:PORT/DB, rediss:// (TLS) or unix://PATH; its secrets are never shown.
        dialect: how entries become events: the name of a built-in dialect or the path of a TOML.
        streams: names, or patterns with `*`, `?`, `[…]`; those of the dialect when empty.
        exclude: names or patterns to leave out; those of the dialect when empty.
        name: the source's name in pages and frames; the host and port when empty.
        account_id: the trading account that the streams belong to.
        timezone: what a time without a zone means, such as "Europe/Kyiv"; without it the zone that
            the dialect says its system writes in, else UTC.
        start: where to begin without a cursor: at the oldest entry or behind the newest.
        stale_after_seconds: when a silent origin counts as stale.
        timeout_seconds: how long one read may wait for the server, connecting included.
        batch_entries: about the most entries of one read, shared by the streams.
        max_entry_bytes: larger entries are set aside.
        max_reply_bytes: the most that one read takes off the wire; at least four entries.
        username: of an ACL user.
        password: of the server, or of the ACL user.
        ca_file: PEM file of the authorities to trust for rediss, instead of the system's.
        clock: gives our time in epoch nanoseconds; for tests.

    Raises:
        ConfigError: for a URL, a zone or a limit that cannot be used.
        DialectError: for a dialect that is not known or cannot be used.

    Frames:
        events: a row an entry.

    States:
        ok: read; `problem` may still tell of an earlier loss, or of keys that fit a pattern and are
            no streams.
        waiting: there is no such stream yet.
        degraded: entries were trimmed or deleted before this read and are counted, or the server
            is loading.
        down: refused, too slow, name not found, TLS, hung up; asked again after up to a minute.
        auth: no or a wrong password, or the ACL; asked again after a minute.
        misconfigured: a name of a key that is no stream, or a pattern that only such keys fit; no
            such database; a cluster node that points away.
        bad_payload: no Redis answers there, or an answer is larger than `max_reply_bytes`.

    Example:
        >>> redis = RedisStreamsSource("redis://127.0.0.1:6379", dialect="quantum_trader")
        >>> redis.read().frame[["ts_event", "kind", "code", "symbol"]]
    """

    kind: ClassVar = "redis_streams"
    frame_name: ClassVar = "events"
    may_wait: ClassVar = True
    secrets: ClassVar = frozenset({"password"})

    def __init__(
        self,
        url: str,
        *,
        dialect: str = "generic",
        streams: list[str] | None = None,
        exclude: list[str] | None = None,
        name: str = "",
        account_id: str | None = None,
        timezone: str | None = None,
        start: Literal["beginning", "end"] = "beginning",
        stale_after_seconds: float = 10.0,
        timeout_seconds: float = 0.5,
        batch_entries: int = 2_000,
        max_entry_bytes: int = 1 << 20,
        max_reply_bytes: int = 32 << 20,
        username: str = "",
        password: str = "",
        ca_file: str = "",
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        limits = (stale_after_seconds, timeout_seconds, batch_entries, max_entry_bytes)
        if any(not 0 < limit < float("inf") for limit in limits):
            raise ConfigError(
                "stale_after_seconds, timeout_seconds, batch_entries and max_entry_bytes "
                "must be above 0"
            )
        self.url = shown_url(url)
        self.name = name or self.url.partition("://")[2]
        self.dialect, self.account_id = dialect, account_id
        self.stale_after_seconds = float(stale_after_seconds)
        self.timeout_seconds = float(timeout_seconds)
        self.lost_entries = 0
        self._zone = None if timezone is None else zone_of(timezone)
        self._spoken, self._shape = load(dialect)
        self._wanted = tuple(streams or ()) or self._shape.streams
        self._exclude = tuple(exclude or ()) or self._shape.exclude
        self._fetch_options = (batch_entries, start == "end")
        self._max_entry_bytes = max_entry_bytes
        self._clock = clock
        self._link = Link(
            url,
            username=username,
            password=password,
            ca_file=ca_file,
            timeout_seconds=self.timeout_seconds,
            max_bytes=max(max_reply_bytes, 4 * max_entry_bytes),
        )
        self._raw = RawEntries(self._link.twin())
        self.backoff = Backoff(self.url, self._link.hidden)
        self._begin()

    def _begin(self) -> None:
        self._counts = Counts()
        self._positions: dict[str, Position] = {}
        self._roster = Roster(self._wanted, self._exclude)
        self._mirrors = Mirrors(self._shape.mirrors)
        batch, at_end = self._fetch_options
        self._fetch = Fetch(batch, at_end=at_end)
        self._events = Events(
            Decoder(self._spoken, self._zone), self._shape, self._mirrors, self._max_entry_bytes
        )
        self.lost_entries, self._gap = 0, ""
        self._looked = False
        self._newest_ns = int(NAT)
        self._cursor: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return (
            f"RedisStreamsSource({self.url!r}, name={self.name!r}, dialect={self.dialect!r}, "
            f"streams={len(self._positions)}, accepted={self._counts.accepted})"
        )

    @property
    def speaks(self) -> str:
        """The name of the dialect in use."""
        return self._spoken.name

    def close(self) -> None:
        """Let the connection go; a later read opens it again."""
        self._link.close()

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 8 << 20) -> Reading:
        """Read what is new, and never wait for it longer than `timeout_seconds`.

        After a failure the server is left alone for a while that grows, with jitter, up to a
        minute: within it a read gives the failure again, at once.

        Args:
            cursor: from an earlier reading of this or another process; None goes on from here, {}
                starts at the beginning.
            limit_bytes: about how much to take at once.

        Raises:
            SourceError: when the cursor is not one of ours.
        """
        if cursor is not None and cursor != self._cursor:
            self._restore(cursor)
        now_ns = self._clock()
        resting = self.backoff.resting(now_ns)
        if resting is not None:
            return self._reading(no_events(), [], *resting)
        self._link.begin()
        try:
            self._looked |= self._roster.look(self._link, now_ns / 1e9)
            taken = self._fetched(now_ns / 1e9, limit_bytes) if self._looked else Taken()
        except LinkError as e:
            return self._reading(no_events(), [], *self.backoff.failed(e, now_ns))
        self.backoff.over()
        lost = advance(self._positions, taken, self._counts)
        self.lost_entries += sum(lost.values())
        made = self._events.of(
            taken.entries, self._counts, now_ns, source=self.name, account_id=self.account_id
        )
        self._newest_ns = max(self._newest_ns, made.newest_ns)
        self._counts.generations["new"] = len(self._positions)
        if taken.entries or taken.full or lost:
            self._cursor = None
        state, problem = self._judge(lost)
        more = bool(taken.full) or not self._looked
        return self._reading(made.frame, made.set_aside, state, problem, more=more)

    def raw_line(self, raw_generation: str, raw_offset: int) -> str | None:
        """The entry an event came from, as JSON with its values as they stand; None when gone."""
        key = self._roster.key_of(raw_generation)
        return None if key is None else self._raw.text(key, raw_offset)

    def _fetched(self, now_seconds: float, limit_bytes: int) -> Taken:
        return self._fetch.read(self._link, self._roster, self._positions, now_seconds, limit_bytes)

    def _judge(self, lost: dict[str, int]) -> tuple[str, str | None]:
        if lost:
            self._counts.generations["lost"] = self.lost_entries
            worst = max(lost, key=lambda name: lost[name])
            at = pd.Timestamp(self._clock(), tz="UTC")
            self._gap = (
                f"{self.lost_entries:,} entries were trimmed or deleted before they were read "
                f"(last of {worst} at {at:%Y-%m-%dT%H:%M:%SZ}); raise the MAXLEN of that stream"
            )
        complaint = self._roster.complaint()
        if self._roster.wrong:
            wrong = ", ".join(sorted(self._roster.wrong))
            return "misconfigured", f"{wrong}: a key, but no stream; correct `streams`"
        if not self._positions:
            missing = f"no stream like {', '.join(self._wanted)} at {self.url} yet"
            if complaint:
                return "misconfigured", f"{missing}; {complaint}"
            return "waiting", f"{missing}; waiting for it"
        told = "; ".join(text for text in (self._gap, complaint) if text)
        return ("degraded" if lost else "ok"), told or None

    def _reading(
        self,
        frame: pd.DataFrame,
        set_aside: list[Quarantined],
        state: str,
        problem: str | None,
        *,
        more: bool = False,
    ) -> Reading:
        if self._cursor is None:
            self._cursor = self._cursor_now()
        newest = None if self._newest_ns == NAT else pd.Timestamp(self._newest_ns, tz="UTC")
        return Reading(
            frame=frame,
            cursor=self._cursor,
            as_of=newest,
            state=state,
            problem=problem,
            counts=self._counts.copy(),
            quarantined=tuple(set_aside[-MOST_QUARANTINED:]),
            more=more,
        )

    def _cursor_now(self) -> dict[str, Any]:
        return {
            "streams": {name: each.to_json() for name, each in self._positions.items()},
            "counts": self._counts.to_json(),
            "mirrors": self._mirrors.to_json(),
            "lost": self.lost_entries,
            "newest_ns": None if self._newest_ns == NAT else self._newest_ns,
        }

    def _restore(self, cursor: dict[str, Any]) -> None:
        self._begin()
        if not cursor:
            return
        try:
            self._positions = {
                str(name): Position.from_json(value) for name, value in cursor["streams"].items()
            }
            known = set(Counts.__slots__)
            self._counts = Counts(**{k: v for k, v in cursor["counts"].items() if k in known})
            self._mirrors.restore(cursor.get("mirrors", {}))
            self.lost_entries = int(cursor.get("lost", 0))
            newest = cursor.get("newest_ns")
        except (KeyError, TypeError, ValueError, AttributeError):
            self._begin()
            raise SourceError(
                f"{self.name}: the cursor is not one of a redis_streams source"
            ) from None
        self._newest_ns = int(NAT) if newest is None else int(newest)
        # What appeared since is new: only a source without a past begins at the end.
        self._fetch = Fetch(self._fetch_options[0], at_end=False)
        self._cursor = cursor
