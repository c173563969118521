"""The health source: asks a bot's or a service's health endpoint how it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, ClassVar, Final, Literal

import httpx
import pandas as pd

from data_sources.calendar import MarketCalendar
from data_sources.deadline import FetchError
from data_sources.health_answer import Outcome, of_answer, of_failure
from data_sources.health_frames import excused, frames_of_body
from data_sources.health_numbers import Numbers
from data_sources.pause import pause_seconds
from data_sources.reading import Counts, Reading
from data_sources.target import Target, above_zero

SERVICE_COLUMNS: Final = (
    "source",
    "account_id",
    "name",
    "kind",
    "state",
    "latency_seconds",
    "since",
    "as_of",
    "detail",
)


class HealthSource:
    """Polls one health URL; each `read()` gives the whole state as one row of `services`.

    A sick origin is a Reading with a state and a problem, never an exception.

    Args:
        url: http or https. User, password and query are never shown.
        name: the source's name in pages and frames; the URL's host and port when empty.
        every_seconds: the pace the desk should ask at; see `wait_seconds`.
        stale_after_seconds: how old the time in the body may be; three paces when missing.
        timeout_seconds: wall time of a whole request, after which it is `down`.
        max_bytes: the largest body that is read.
        account_id: the trading account this endpoint belongs to.
        service_kind: what answers there.
        calendar: an exchange such as "XNYS": while it is shut, an old cycle alone is no trouble.
        metrics_url: where the bot counts its orders and cycles, as JSON; none when empty.
        token: sent as header.
        auth_header: the header of *token*, such as Aurora's `X-OPS-TOKEN`; with `Authorization`
            the token is sent as `Bearer`.
        ca_file: PEM file of the authorities to trust for https, instead of the system's.
        transport: a stand-in for the network, for tests.
        now: gives epoch seconds; for tests.

    Raises:
        ConfigError: for a URL that cannot be asked or a pace that is not above zero.

    Frames:
        services: one row: how the service is, by its own word.
        models: budget, universe and stage of each model, where the bot tells them.
        regimes: the regime that the bot is in, where it tells one.
        runs: since when the bot runs, its last cycle, how many cycles (`steps`) and orders.

    States:
        ok: it answers and says that it is well.
        degraded: it says so itself, or answers 503 with a JSON object that does not say worse.
        stale: the time in its answer is older than `stale_after_seconds`.
        down: refused, too slow, name not found, TLS, 5xx, or its word is one like `CRITICAL`.
        auth: 401 or 403; asked again after a minute.
        rate_limited: 429; asked again when `Retry-After` says.
        misconfigured: a redirect, which is not followed, or another 4xx.
        bad_payload: no JSON object, too large, a web page.
        unknown: it answers with a status that nobody knows, or with none.

    Example:
        >>> HealthSource("http://127.0.0.1:8080/health?key=secret").url
        'http://127.0.0.1:8080/health'
    """

    kind: ClassVar = "health"
    frame_name: ClassVar = "services"
    secrets: ClassVar = frozenset({"token"})

    def __init__(
        self,
        url: str,
        *,
        name: str = "",
        every_seconds: float = 5.0,
        stale_after_seconds: float | None = None,
        timeout_seconds: float = 5.0,
        max_bytes: int = 1 << 20,
        account_id: str = "",
        service_kind: Literal["bot", "service", "exchange"] = "bot",
        calendar: str = "",
        metrics_url: str = "",
        token: str = "",
        auth_header: str = "X-Auth-Token",
        ca_file: str = "",
        transport: httpx.BaseTransport | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        above_zero(
            every_seconds=every_seconds, timeout_seconds=timeout_seconds, max_bytes=max_bytes
        )
        sent = {"token": token, "auth_header": auth_header, "ca_file": ca_file}
        self._target = Target(url, **sent)
        self._numbers = Numbers(Target(metrics_url, **sent) if metrics_url else None, now)
        self.url = self._target.url
        self.name = name or self._target.host
        self.account_id = account_id
        self.service_kind = service_kind
        self.calendar = MarketCalendar(calendar) if calendar else None
        self.every_seconds = float(every_seconds)
        self.stale_after_seconds = float(stale_after_seconds or 3 * every_seconds)
        self.timeout_seconds = float(timeout_seconds)
        self.wait_seconds = 0.0
        self._max_bytes = max_bytes
        self._transport = transport
        self._now = now
        self._memory: dict[str, Any] = {}
        self._not_before = 0.0
        self._last: Reading | None = None

    def __repr__(self) -> str:
        return f"HealthSource({self.url!r}, name={self.name!r})"

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 0) -> Reading:
        """Ask once and say how it is.

        After a 429 the time that the server asked for is kept, and after 401 or 403 a minute:
        within it the last answer is given again. Every other failure is asked again at the next
        read; `wait_seconds` says when that should be.

        Args:
            cursor: where an earlier process stopped, so that `since` and the last good answer last.
            limit_bytes: not used here; a state is always given whole.
        """
        del limit_bytes
        if cursor is not None:
            self._memory = dict(cursor)
        if self._last is not None and self._now() < self._not_before:
            self.wait_seconds = self._not_before - self._now()
            return self._last
        self._last = self._reading(self._ask())
        return self._last

    def close(self) -> None:
        """Nothing stays open between two reads."""

    def _ask(self) -> Outcome:
        try:
            answer = self._target.fetch(
                deadline_seconds=self.timeout_seconds,
                max_bytes=self._max_bytes,
                transport=self._transport,
            )
        except FetchError as e:
            return of_failure(e)
        outcome = of_answer(answer, self._now(), self.stale_after_seconds)
        return excused(outcome, self.calendar, self._moment())

    def _counted(self, outcome: Outcome) -> dict[str, Any]:
        if "uptime_seconds" not in (outcome.body or {}):
            return {}  # it tells of no running bot that these would be of
        return self._numbers.ask(
            deadline_seconds=self.timeout_seconds,
            max_bytes=self._max_bytes,
            transport=self._transport,
        )

    def _moment(self) -> pd.Timestamp:
        return pd.Timestamp(round(self._now() * 1e9), unit="ns", tz="UTC")

    def _reading(self, outcome: Outcome) -> Reading:
        now = pd.Timestamp(round(self._now() * 1e9), unit="ns", tz="UTC")
        memory = self._memory
        if memory.get("state") != outcome.state:
            memory |= {"state": outcome.state, "since": now.isoformat()}
        if outcome.answered:
            memory["as_of"] = (outcome.timestamp or now).isoformat()
        if outcome.state == "ok":
            memory["last_ok"] = now.isoformat()
        memory["failures"] = 0 if outcome.answered else int(memory.get("failures", 0)) + 1
        self._schedule(outcome, int(memory["failures"]))
        as_of = pd.Timestamp(memory["as_of"]) if "as_of" in memory else None
        detail = self._target.redacted(outcome.detail)
        return Reading(
            frame=self._frame(outcome, detail, pd.Timestamp(memory["since"]), as_of),
            cursor=dict(memory),
            as_of=as_of,
            state=outcome.state,
            problem=None if outcome.state == "ok" else self._problem(outcome.state, detail),
            counts=Counts(),
            frames=frames_of_body(
                outcome.body,
                name=self.name,
                account_id=self.account_id,
                state=outcome.state,
                as_of=outcome.timestamp or now,
                numbers=self._counted(outcome),
            ),
        )

    def _schedule(self, outcome: Outcome, failures: int) -> None:
        self.wait_seconds = pause_seconds(outcome, failures, self.every_seconds)
        if outcome.retry_after_seconds is not None:
            self._not_before = self._now() + self.wait_seconds

    def _frame(
        self, outcome: Outcome, detail: str, since: pd.Timestamp, as_of: pd.Timestamp | None
    ) -> pd.DataFrame:
        times = {"since": [since], "as_of": [as_of]}
        row: dict[str, list[Any]] = {
            "source": [self.name],
            "account_id": [self.account_id or None],
            "name": [self.name],
            "kind": [self.service_kind],
            "state": [outcome.state],
            "detail": [detail or None],
        }
        columns: dict[str, pd.Series] = {k: pd.Series(v, dtype="str") for k, v in row.items()}
        columns |= {k: pd.Series(v, dtype="datetime64[ns, UTC]") for k, v in times.items()}
        columns["latency_seconds"] = pd.Series([outcome.latency_seconds], dtype="float64")
        return pd.DataFrame({name: columns[name] for name in SERVICE_COLUMNS})

    def _problem(self, state: str, detail: str) -> str:
        last_ok = self._memory.get("last_ok")
        heard = f"last ok {pd.Timestamp(last_ok):%Y-%m-%dT%H:%M:%SZ}" if last_ok else "never ok yet"
        return f"{self.url} is {state.replace('_', ' ')}: {detail} ({heard})"
