"""Server-sent events: holds one connection to an event stream and turns its events into rows."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from typing import Any, ClassVar, Final

import pandas as pd

from data_sources.endpoint import Endpoint, above_zero
from data_sources.errors import ConfigError, SourceError
from data_sources.event_stream.intake import Intake
from data_sources.event_stream.listener import Address, Limits, Listener
from data_sources.event_stream.liveness import Liveness, health_beside
from data_sources.event_stream.mailbox import Mailbox
from data_sources.event_stream.pace import Pace
from data_sources.event_stream.parser import SMALLEST_CAP
from data_sources.event_stream.trouble import Trouble
from data_sources.lines.decoded import NAT
from data_sources.reading import Reading
from data_sources.zone import zone_of

FORMAT: Final = "sse-1"
RENEW_SECONDS: Final = 60.0
"""How long a stream that replays may be silent before it is opened anew."""
READ_BYTES: Final = 1 << 20
"""What one read takes at most, so that after a flood the desk's other sources need not wait."""
MOST_QUARANTINED: Final = 1_000
"""How many events set aside one reading tells about; all are counted."""
NONE: Final = "none"


class SseSource:
    """Listens to an event stream; each `read()` gives the events that are new.

    The first `read()` starts a thread that holds the one connection and fills a bounded buffer, and
    a thread that asks the origin's health endpoint; `read()` itself never waits. `close()` ends
    both. A silent stream is no sign of death, nor of life: liveness comes from the health endpoint.

    Args:
        url: http or https. User, password and query are never shown.
        dialect: the name of a built-in dialect, the path of a dialect's TOML, or "auto".
        name: the source's name in pages and frames; the URL's host and port when empty.
        account_id: the trading account that the events belong to.
        timezone: what a time without a zone means; without it the zone that the dialect says its
            system writes in, else UTC.
        token: sent as header, to the stream's own host only.
        auth_header: the header of *token*; with `Authorization` it is sent as `Bearer`.
        ca_file: PEM file of the authorities to trust for https, instead of the system's.
        health_url: asked for liveness; `/health` of the same host when empty, "none" for no such.
        health_every_seconds: the pace of that.
        heartbeat_seconds: the pace of the heartbeats that the server promises, 0 when it promises
            none; after three missed ones, and at least 45 s, the connection is given up.
        renew_after_seconds: a stream without an event, or more of one, for so long is opened anew,
            because a server may have forgotten us; 0 for never. When missing, 60 s where the
            dialect says that the server replays its newest events, else never.
        retry_seconds: the reconnection time until the server tells its own.
        stale_after_seconds: how old the newest event may be before the source counts as stale; a
            desk may have a quiet day.
        max_event_bytes: larger events are set aside, all but their first bytes.
        buffer_bytes: what may wait between two reads; what comes beyond is dropped and counted.
        clock: gives our time in epoch nanoseconds; for tests.

    Raises:
        ConfigError: for a URL that cannot be asked, a zone that is not known, a limit out of range.
        DialectError: for a dialect that is not known or cannot be used.

    Frames:
        events: a row an event, each of them once.

    States:
        waiting: not connected yet.
        ok: connected, and the health endpoint has nothing to complain of.
        degraded: the stream ended and is opened again; or it is open, but the health endpoint
            fails, events were dropped, one has been arriving for 45 s and is not whole yet, or
            there was a gap in the last 10 minutes.
        down: refused, no head of an answer within 5 s, name not found, TLS, 5xx; or silent with a
            failing health endpoint.
        auth: 401 or 403; asked again after a minute.
        rate_limited: 429; asked again when `Retry-After` says.
        misconfigured: a redirect or another 4xx, asked again after a minute; 204, never again.
        bad_payload: no `text/event-stream`, or none of the first 100 events can be used.

    Example:
        >>> arena = SseSource("http://127.0.0.1:8787/events", dialect="rick")
        >>> arena.wait(5.0)
        True
        >>> arena.read().frame[["ts_event", "kind", "symbol"]]
    """

    kind: ClassVar = "sse"
    frame_name: ClassVar = "events"
    secrets: ClassVar = frozenset({"token"})

    def __init__(
        self,
        url: str,
        *,
        dialect: str = "auto",
        name: str = "",
        account_id: str | None = None,
        timezone: str | None = None,
        token: str = "",
        auth_header: str = "Authorization",
        ca_file: str = "",
        health_url: str = "",
        health_every_seconds: float = 5.0,
        heartbeat_seconds: float = 0.0,
        renew_after_seconds: float | None = None,
        retry_seconds: float = 1.0,
        stale_after_seconds: float = 86_400.0,
        max_event_bytes: int = 1 << 18,
        buffer_bytes: int = 32 << 20,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._endpoint = Endpoint.of(url, token=token, auth_header=auth_header, ca_file=ca_file)
        above_zero(
            health_every_seconds=health_every_seconds,
            retry_seconds=retry_seconds,
            stale_after_seconds=stale_after_seconds,
            buffer_bytes=buffer_bytes,
        )
        if max_event_bytes < SMALLEST_CAP:
            raise ConfigError(f"max_event_bytes: was {max_event_bytes}; at least {SMALLEST_CAP}")
        if heartbeat_seconds < 0 or (renew_after_seconds or 0.0) < 0:
            raise ConfigError("heartbeat_seconds and renew_after_seconds must not be below 0")
        self.url = self._endpoint.shown
        self.name = name or self._endpoint.host
        self.dialect = dialect
        self.account_id = account_id
        self.stale_after_seconds = float(stale_after_seconds)
        self._zone = None if timezone is None else zone_of(timezone)
        self._clock = clock
        self._retry_seconds = retry_seconds
        self._renew_after_seconds = renew_after_seconds
        self._silence_seconds = max(3 * heartbeat_seconds, 45.0) if heartbeat_seconds else 0.0
        self._max_event_bytes, self._buffer_bytes = max_event_bytes, buffer_bytes
        self._health = None
        if health_url != NONE:
            self._health = health_beside(
                self._endpoint,
                health_url,
                name=self.name,
                every_seconds=health_every_seconds,
                token=token,
                auth_header=auth_header,
                ca_file=ca_file,
            )
        self._mailbox = Mailbox(buffer_bytes)
        self._listener: Listener | None = None
        self._liveness: Liveness | None = None
        self._end: Callable[[], Any] = _nothing_to_end
        self._cursor: dict[str, Any] | None = None
        self._begin(None)

    def __repr__(self) -> str:
        accepted = self._intake.counts.accepted
        return f"SseSource({self.url!r}, name={self.name!r}, accepted={accepted})"

    @property
    def speaks(self) -> str:
        """The name of the dialect in use; empty while it is not known."""
        dialect = self._intake.dialect
        return dialect.name if dialect else ""

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 8 << 20) -> Reading:
        """Give what has arrived since the last read, without waiting for anything.

        Args:
            cursor: from an earlier reading of this or another process; None goes on from here, {}
                forgets what was told and takes the server's replay as new.
            limit_bytes: about how much to take at once.

        Returns:
            A Reading with the new events in `frame`, each of them once.

        Raises:
            SourceError: when the cursor is not one of ours.
        """
        if cursor is not None and cursor != self._cursor:
            self._restore(cursor)
        listener = self._listen()
        items, dropped, more = self._mailbox.take(min(limit_bytes, READ_BYTES))
        now_ns = self._clock()
        intake = self._intake
        gaps = intake.replay.gaps
        frame, set_aside = intake.take(items, dropped, now_ns)
        self._trouble.note(now_ns, gap=intake.replay.gaps > gaps, overflow=bool(dropped))
        if items or dropped or self._cursor is None:
            intake.counts.generations = {
                "connections": listener.connections,
                "renewals": listener.renewals,
                "gaps": intake.replay.gaps,
            }
            self._cursor = {"format": FORMAT, **intake.keep()}
            listener.limits = self._limits()
        state, problem = self._judge(listener, now_ns)
        return Reading(
            frame=frame,
            cursor=self._cursor,
            as_of=self._as_of(),
            state=state,
            problem=problem,
            counts=intake.counts.copy(),
            quarantined=tuple(set_aside[-MOST_QUARANTINED:]),
            more=more,
        )

    def wait(self, seconds: float) -> bool:
        """Wait until something has arrived, for a notebook; whether it has."""
        self._listen()
        return self._mailbox.wait(seconds)

    def raw_line(self, raw_generation: str, raw_offset: int) -> str | None:
        """The data of an event as it came, as text; None when it is no longer kept."""
        told = self._intake.told
        event = told.at(raw_offset) if raw_generation == told.generation else None
        return None if event is None else event.data.decode("utf-8", errors="backslashreplace")

    def close(self) -> None:
        """End the connection; a later read opens it again and goes on."""
        if self._listener is not None:
            self._last_id = self._listener.last_id
        self._end()
        self._end, self._listener, self._liveness = _nothing_to_end, None, None

    def _begin(self, kept: dict[str, Any] | None) -> None:
        self._intake = Intake(self.name, self.account_id, self.dialect, self._zone, kept)
        self._last_id = self._intake.replay.last_id
        self._trouble = Trouble()
        self._cursor = None

    def _restore(self, cursor: dict[str, Any]) -> None:
        if cursor and cursor.get("format") != FORMAT:
            raise SourceError(
                "the cursor is not one of an event stream; read({}) starts from the beginning"
            )
        told = self._intake.told
        again = (
            told.rewind(cursor["offset"]) if cursor.get("generation") == told.generation else None
        )
        if again is not None:
            self._mailbox.put_back(list(again))
            self._begin(cursor)
            self._intake.told = told
        else:
            self.close()
            self._mailbox = Mailbox(self._buffer_bytes)
            self._begin(cursor)
        self._cursor = cursor or None

    def _listen(self) -> Listener:
        """Begin to listen, unless that is done."""
        if self._listener is None:
            endpoint = self._endpoint
            address = Address(endpoint.address, endpoint.headers, endpoint.ssl_context)
            pace = Pace(self._retry_seconds)
            listener = Listener(address, self._mailbox, self._limits(), pace, self._last_id)
            liveness = Liveness(self._health, listener) if self._health else None
            self._listener, self._liveness = listener, liveness
            # A source that is simply forgotten must not go on listening.
            self._end = weakref.finalize(self, _end, listener, liveness)
            listener.start()
            if liveness is not None:
                liveness.start()
        return self._listener

    def _limits(self) -> Limits:
        renew_seconds = self._renew_after_seconds
        if renew_seconds is None:
            dialect = self._intake.dialect
            renew_seconds = RENEW_SECONDS if dialect and dialect.stream.replays else 0.0
        return Limits(self._max_event_bytes, self._silence_seconds, renew_seconds)

    def _judge(self, listener: Listener, now_ns: int) -> tuple[str, str | None]:
        status = listener.status
        state, detail = status.state, status.detail
        if state == "ok":
            health = self._liveness.reading if self._liveness else None
            state, detail = self._trouble.verdict(self._intake, health, now_ns)
        if state == "ok":
            return state, None
        return state, self._endpoint.redacted(f"{self.url}: {detail}")

    def _as_of(self) -> pd.Timestamp | None:
        newest = self._intake.newest_ns
        return None if newest == NAT else pd.Timestamp(newest, tz="UTC")


def _end(listener: Listener, liveness: Liveness | None) -> None:
    listener.stop()
    if liveness is not None:
        liveness.stop()


def _nothing_to_end() -> None:
    """Stand in while nothing listens."""
