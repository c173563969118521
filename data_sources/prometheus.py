"""Prometheus counters: asks a `/metrics` endpoint and tells what its counters rose by."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, Final

import httpx
import pandas as pd

from data_sources.deadline import FetchError
from data_sources.errors import SourceError
from data_sources.exposition.counters import ACCEPT, Exposed, read_counters
from data_sources.exposition.followed import load
from data_sources.exposition.intake import Intake
from data_sources.exposition.refused import refused
from data_sources.exposition.rises import MOST_SERIES
from data_sources.health_answer import Outcome, of_failure
from data_sources.json_answer import BadPayloadError
from data_sources.limits import Limits
from data_sources.lines.frame import no_events
from data_sources.pause import pause_seconds
from data_sources.reading import Quarantined, Reading
from data_sources.target import Target

FORMAT: Final = "prometheus-1"


class PrometheusSource:
    """Polls counters in Prometheus' text format; each `read()` gives what they rose by since.

    A rise is one event, however much it is: nobody knows when in between it was. The first look
    tells nothing, as what was counted before is of no known time. A counter that falls began again
    at zero. What was counted while nobody looked is told with the time since the last look.

    Args:
        url: http or https, of the endpoint. User, password and query are never shown.
        dialect: which counters are followed and what their rises mean: the name of a built-in
            dialect or the path of a TOML.
        counters: names or patterns with `*`, `?`, `[…]`, `_total` included; those of the dialect
            when empty.
        name: the source's name in pages and frames; the URL's host and port when empty.
        account_id: the trading account that is counted for.
        every_seconds: the pace at which the endpoint is asked.
        stale_after_seconds: how long no counter may rise before the source counts as stale; a gate
            may have a quiet day.
        timeout_seconds: wall time of one question; a name that resolves slowly is not covered.
        max_bytes: the largest answer that is read, also unfolded.
        token: sent as header.
        auth_header: the header of *token*; with `Authorization` it is sent as `Bearer`.
        ca_file: PEM file of the authorities to trust for https, instead of the system's.
        transport: a stand-in for the network, for tests.
        now: gives epoch seconds; for tests.

    Raises:
        ConfigError: for a URL that cannot be asked, or a limit that is not above zero.
        DialectError: for a dialect that is not known or cannot be used.

    Frames:
        events: a row a counter, with its labels, that rose; `attributes` say by how much.

    States:
        ok: it answers, and counters that are followed are there.
        waiting: nothing was asked yet, or no counter that is followed is there yet.
        degraded: more series than 10,000 since its process started: further ones are not counted.
        down: refused, too slow, name not found, TLS, 5xx; asked again after up to a minute.
        auth: 401 or 403; asked again after a minute.
        rate_limited: 429; asked again when `Retry-After` says, after 300 s at most.
        misconfigured: a redirect, 404 and other 4xx.
        bad_payload: not in that format, empty, too large, or broken off.

    Example:
        >>> gate = PrometheusSource("http://127.0.0.1:8000/metrics", dialect="quantum_trader")
        >>> gate.read().frame[["ts_event", "kind", "decision", "reason", "value"]]
    """

    kind: ClassVar = "prometheus"
    frame_name: ClassVar = "events"
    may_wait: ClassVar = True
    secrets: ClassVar = frozenset({"token"})
    _cursor: dict[str, Any] | None
    _said: tuple[str, str | None]
    _next_at: float
    _failures: int

    def __init__(
        self,
        url: str,
        *,
        dialect: str = "generic",
        counters: list[str] | None = None,
        name: str = "",
        account_id: str | None = None,
        every_seconds: float = 5.0,
        stale_after_seconds: float = 86_400.0,
        timeout_seconds: float = 5.0,
        max_bytes: int = 1 << 20,
        token: str = "",
        auth_header: str = "Authorization",
        ca_file: str = "",
        transport: httpx.BaseTransport | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._limits = Limits(every_seconds, stale_after_seconds, timeout_seconds, max_bytes)
        self._target = Target(url, token=token, auth_header=auth_header, ca_file=ca_file)
        self.url = self._target.url
        self.name = name or self._target.host
        self.dialect, self.account_id = dialect, account_id
        self.every_seconds = float(every_seconds)
        self.stale_after_seconds = float(stale_after_seconds)
        self.timeout_seconds = float(timeout_seconds)
        self._spoken, told = load(dialect)
        self._followed = tuple(counters or ()) or told.counters
        self._names = {"source": self.name, "system": told.system, "account_id": account_id}
        self._transport, self._now = transport, now
        self._begin({})

    def __repr__(self) -> str:
        return f"PrometheusSource({self.url!r}, name={self.name!r}, dialect={self.dialect!r})"

    @property
    def speaks(self) -> str:
        """The name of the dialect in use."""
        return self._spoken.file.stem

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 0) -> Reading:
        """Ask when it is time to, and give what rose; nothing new before that.

        Args:
            cursor: from an earlier reading of this or another process; None goes on from here, {}
                begins with a first look.
            limit_bytes: not used here: an answer is bounded by `max_bytes`.

        Raises:
            SourceError: when the cursor is not one of ours.
        """
        del limit_bytes
        if cursor is not None and cursor != self._cursor:
            self._restore(cursor)
        if self._now() < self._next_at:
            return self._reading(no_events(), [])
        frame, set_aside = no_events(), list[Quarantined]()
        outcome, exposed = self._ask()
        if exposed is not None:
            at = pd.Timestamp(round(self._now() * 1e9), unit="ns", tz="UTC")
            frame, set_aside = self._intake.take(exposed, at)
            self._cursor = None
            outcome = self._judged(outcome)
        self._failures = 0 if outcome.answered else self._failures + 1
        pause = pause_seconds(outcome, self._failures, self.every_seconds)
        self._next_at = self._now() + pause
        self._said = outcome.state, self._problem(outcome)
        return self._reading(frame, set_aside)

    def raw_line(self, raw_generation: str, raw_offset: int) -> str | None:
        """The line an event came from; None when it is no longer kept."""
        line = self._intake.line(raw_generation, raw_offset)
        return None if line is None else line.decode()

    def close(self) -> None:
        """Nothing stays open between two reads."""

    def _ask(self) -> tuple[Outcome, Exposed | None]:
        try:
            answer = self._limits.fetch(self._target, self._transport, ACCEPT)
        except FetchError as e:
            return of_failure(e), None
        outcome = refused(answer, self._now())
        if outcome is not None:
            return outcome, None
        try:
            exposed = read_counters(answer, self._followed)
        except BadPayloadError as e:
            return Outcome("bad_payload", str(e)), None
        if not exposed.values and not self._intake.known.values:
            told = f"no counter like {', '.join(self._followed)} yet; the first that counts is told"
            return Outcome("waiting", told, answered=True), exposed
        return Outcome("ok", answered=True), exposed

    def _judged(self, outcome: Outcome) -> Outcome:
        """What went well, but for series beyond those that can be followed."""
        if outcome.state != "ok" or not self._intake.known.left_out:
            return outcome
        told = f"more than {MOST_SERIES:,} series: new ones are not counted; follow fewer counters"
        return replace(outcome, state="degraded", detail=told)

    def _problem(self, outcome: Outcome) -> str | None:
        if outcome.state == "ok":
            return None
        state, looked = outcome.state.replace("_", " "), self._intake.known.looked
        heard = f"last ok {looked:%Y-%m-%dT%H:%M:%SZ}" if looked is not None else "never ok yet"
        return f"{self.url} is {state}: {self._target.redacted(outcome.detail)} ({heard})"

    def _reading(self, frame: pd.DataFrame, set_aside: list[Quarantined]) -> Reading:
        if self._cursor is None:
            self._cursor = {"format": FORMAT, **self._intake.keep()}
        state, problem = self._said
        return Reading(
            frame=frame,
            cursor=self._cursor,
            as_of=self._intake.newest,
            state=state,
            problem=problem,
            counts=self._intake.counts.copy(),
            quarantined=tuple(set_aside),
        )

    def _begin(self, kept: dict[str, Any]) -> None:
        self._intake = Intake(self._spoken, self._names, kept or None)
        self._failures, self._next_at = 0, 0.0
        self._said = ("waiting", f"{self.url}: no answer yet")
        self._cursor = kept or None

    def _restore(self, cursor: dict[str, Any]) -> None:
        try:
            if cursor and cursor.get("format") != FORMAT:
                raise ValueError(cursor.get("format"))
            self._begin(cursor)
        except (KeyError, TypeError, ValueError, AttributeError):
            self._begin({})
            told = f"{self.name}: the cursor is not one of a prometheus source"
            raise SourceError(told) from None
