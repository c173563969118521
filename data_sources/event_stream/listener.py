"""The thread that holds the one connection to an event stream and opens it again."""

from __future__ import annotations

import logging
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Final

from data_sources.deadline import FetchError
from data_sources.event_stream.arriving import Arriving
from data_sources.event_stream.connection import opened
from data_sources.event_stream.mailbox import Connected, Mailbox
from data_sources.event_stream.pace import Pace
from data_sources.event_stream.parser import StreamParser
from data_sources.event_stream.refusal import Refusal, refusal_of

LOG = logging.getLogger(__name__)
JOIN_SECONDS: Final = 2.0
HEALTHY_SECONDS: Final = 30.0
"""A connection that stood so long was a good one, also when nothing was told on it."""


class _OverError(Exception):
    """The connection is to be given up; `planned` when nothing is wrong with it."""

    def __init__(self, text: str, *, planned: bool = False) -> None:
        super().__init__(text)
        self.planned = planned


@dataclass(frozen=True, slots=True)
class Address:
    """Where to connect, and with what."""

    url: str
    headers: dict[str, str]
    ssl_context: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """When an event is too large, and when a silence is too long (0 seconds: never).

    silence_seconds  without a byte for so long, the connection is given up
    renew_seconds    without an event, or more of one, for so long, it is opened anew
    """

    max_event_bytes: int = 1 << 18
    silence_seconds: float = 0.0
    renew_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Status:
    """How it stands with the connection: one of `Reading.STATES`, and why."""

    state: str
    detail: str = ""


class Listener:
    """Listens until it is stopped; what it hears goes to the mailbox.

    Attributes:
        connections: how many streams were opened, renewals among them.
        renewals: how often a silent stream was opened anew by plan.
        last_id: what the next connection is asked to go on after.
        limits: may be replaced at any time.
        arriving: the event that has not ended.
    """

    def __init__(
        self, address: Address, mailbox: Mailbox, limits: Limits, pace: Pace, last_id: str = ""
    ) -> None:
        self._status = Status("waiting", "no connection yet")
        self.arriving = Arriving()
        self.connections = self.renewals = 0
        self.last_id = last_id
        self.limits = limits
        self._address, self._mailbox, self._pace = address, mailbox, pace
        self._ending, self._wake = threading.Event(), threading.Event()
        self._give_up: str | None = None
        self._is_open = False
        self._gave_events = False
        self._opened_at = self._heard_at = self._event_at = 0.0
        self._thread = threading.Thread(target=self._run, name="event-stream", daemon=True)

    @property
    def status(self) -> Status:
        """How it stands now."""
        complaint = self.arriving.complaint(time.monotonic()) if self._is_open else ""
        return Status("degraded", complaint) if complaint else self._status

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """End within a fraction of a second; what was heard stays in the mailbox."""
        self._ending.set()
        self._wake.set()
        self._mailbox.tell()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout=JOIN_SECONDS)

    def nudge(self) -> None:
        """Try again now: there is a sign that the origin is back."""
        if self._status.state in ("down", "degraded"):
            self._wake.set()

    def drop(self, reason: str, silent_seconds: float) -> None:
        """Give an open connection up, unless something was heard within these seconds."""
        if self._is_open and time.monotonic() - self._heard_at >= silent_seconds:
            self._give_up = reason

    def _run(self) -> None:
        while not self._ending.is_set():
            self._pace.attempt()
            try:
                pause = self._connect()
            except Exception as error:  # a thread that dies would never be missed
                LOG.error("event stream: %s", type(error).__name__, exc_info=error)
                self._become("unreadable", f"{type(error).__name__} while listening")
                self._pace.failed()
                pause = self._pace.seconds()
            if pause is None:
                return
            self._wake.wait(pause)
            self._wake.clear()
            self._ending.wait(self._pace.soonest())

    def _connect(self) -> float | None:
        """Hold one connection as long as it lasts.

        Returns:
            Seconds until the next one, None when there shall be none.
        """
        self._give_up, self._is_open, self._gave_events = None, False, False
        address = self._address
        headers = dict(address.headers)
        asked_from = self.last_id
        if asked_from and asked_from.isprintable():
            headers["Last-Event-ID"] = asked_from
        try:
            with opened(
                address.url, headers=headers, watch=self._watch, ssl_context=address.ssl_context
            ) as answer:
                refusal = refusal_of(answer)
                if refusal is not None:
                    return self._refused(refusal)
                self._begin(asked_from)
                parser = StreamParser(
                    max_event_bytes=self.limits.max_event_bytes, last_id=asked_from
                )
                for chunk in answer.body:
                    self._hear(parser, chunk)
            return self._ended("the server ended the stream")
        except _OverError as e:
            return self._over(e)
        except FetchError as e:
            if self._is_open:
                return self._ended(str(e))
            return self._refused(Refusal("down", f"{e.reason}: {e}"))
        finally:
            self._is_open = False

    def _begin(self, asked_from: str) -> None:
        self._opened_at = self._heard_at = self._event_at = time.monotonic()
        self.arriving.begin()
        self._is_open = True
        self.connections += 1
        self._mailbox.mark(Connected(asked_from))
        self._become("ok", "")

    def _hear(self, parser: StreamParser, chunk: bytes) -> None:
        self._heard_at = time.monotonic()
        items = parser.feed(chunk)
        self.last_id = parser.last_id
        if self.arriving.note(parser, self._heard_at):
            self._event_at = self._heard_at
        if parser.retry_ms is not None:
            self._pace.server_says(parser.retry_ms)
        if items:
            self._event_at, self._gave_events = self._heard_at, True
            self._pace.succeeded()
            self._mailbox.put(items)

    def _watch(self) -> None:
        """End the wait for bytes, when there is a reason to."""
        if self._ending.is_set():
            raise _OverError("asked to end")
        if not self._is_open:
            return
        now = time.monotonic()
        if self._give_up is not None:
            raise _OverError(self._give_up)
        silence = self.limits.silence_seconds
        if silence and now - self._heard_at > silence:
            raise _OverError(f"not a byte for {silence:g} s, not even a heartbeat")
        renewal = self.limits.renew_seconds
        if renewal and now - self._event_at > renewal:
            raise _OverError("silent", planned=True)

    def _refused(self, refusal: Refusal) -> float | None:
        self._become(refusal.state, refusal.detail)
        if refusal.final:
            return None
        self._pace.failed()
        return self._pace.seconds(refusal.wait_seconds)

    def _ended(self, why: str) -> float:
        if time.monotonic() - self._opened_at >= HEALTHY_SECONDS:
            self._pace.succeeded()
        elif not self._gave_events:
            self._pace.failed()
        self._become("degraded", f"{why}; connecting again")
        return self._pace.seconds()

    def _over(self, error: _OverError) -> float | None:
        if self._ending.is_set():
            return None
        if error.planned:
            self.renewals += 1
            return self._pace.soonest()
        self._pace.failed()
        self._become("down", f"{error}; connecting again")
        return self._pace.seconds()

    def _become(self, state: str, detail: str) -> None:
        self._status = Status(state, detail)
        self._mailbox.tell()
