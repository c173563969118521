"""Polled JSON: asks the endpoints of a system's services and merges their answers into frames."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import httpx

from data_sources.errors import ConfigError
from data_sources.frames import shaped
from data_sources.limits import Limits
from data_sources.options import unknown
from data_sources.polled.crew import Crew
from data_sources.polled.kept_frames import KeptFrames
from data_sources.polled.mapping import Endpoint, load_mapping
from data_sources.polled.merge import merged
from data_sources.polled.poll import Poll
from data_sources.reading import Counts, Reading
from data_sources.target import Target
from data_sources.zone import zone_of

WELL = ("ok", "waiting")


class RestSource:
    """Polls JSON endpoints; each `read()` gives the whole state: `services` and other frames.

    Each endpoint has its own pace, its own state and its own row in `services`. One that is sick
    neither delays nor blanks another: its last good rows stay, with their own `as_of`. The state of
    the source is `ok` when all are, the state of all when they agree, `degraded` otherwise. Where
    several endpoints tell the same numbers, the best ranked one that answers is believed, and what
    the others say stands in the frame `disagreements`.

    Args:
        dialect: whose `[rest.<endpoint>]` tables say what to ask and how to read it: the name of a
            built-in mapping or the path of a TOML.
        url: base URL of the endpoints whose service has none of its own in *services*.
        services: name of a service → its base URL.
        endpoints: which endpoints to ask; all whose base URL is known when empty.
        name: the source's name in pages and frames; the system's name when empty.
        every_seconds: a pace for all endpoints instead of their own.
        stale_after_seconds: how old the time in an answer may be, at least three paces.
        timeout_seconds: wall time of one question; a name that resolves slowly is not covered.
        max_bytes: the largest answer that is read, also unfolded.
        account_id: the trading account that the services belong to.
        timezone: what a time without a zone means, such as "Europe/Kyiv".
        token: sent as header to every service.
        auth_header: the header of *token*; with `Authorization` the token is sent as `Bearer`.
        ca_file: PEM file of the authorities to trust for https, instead of the system's.
        transport: a stand-in for the network, for tests.
        now: gives epoch seconds; for tests.

    Raises:
        ConfigError: for a URL that cannot be asked, a name that the mapping does not know, or no
            endpoint at all.
        DialectError: for a mapping that is not known or cannot be used.

    Frames:
        services: a row an endpoint, and what services say of themselves. The mapping says which
            others there are.
        disagreements: what endpoints of the same numbers tell differently.

    States:
        ok: answered.
        stale: the time in the answer is old.
        degraded: a placeholder, or 503 with a reason; or endpoints are in different states.
        waiting: nothing was asked yet.
        down: refused, too slow, name not found, TLS, 5xx; asked again after up to a minute.
        auth: 401 or 403; asked again after a minute.
        rate_limited: 429; asked again when `Retry-After` says, after 300 s at most.
        misconfigured: a redirect, 404 and other 4xx, 501.
        bad_payload: not JSON, too large, or no list where the rows should be.

    Example:
        >>> desk = RestSource("quantum_trader", services={"portfolio": "http://127.0.0.1:8004"})
        >>> desk.read().frames["positions"]
    """

    kind: ClassVar = "rest"
    frame_name: ClassVar = "services"
    newest_only: ClassVar = frozenset({"equity"})
    """Frames of which a reading holds the newest points alone: the desk keeps the older ones."""
    secrets: ClassVar = frozenset({"token"})

    def __init__(
        self,
        dialect: str,
        *,
        url: str = "",
        services: dict[str, str] | None = None,
        endpoints: list[str] | None = None,
        name: str = "",
        every_seconds: float | None = None,
        stale_after_seconds: float = 30.0,
        timeout_seconds: float = 5.0,
        max_bytes: int = 1 << 20,
        account_id: str = "",
        timezone: str = "UTC",
        token: str = "",
        auth_header: str = "Authorization",
        ca_file: str = "",
        transport: httpx.BaseTransport | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        limits = Limits(every_seconds, stale_after_seconds, timeout_seconds, max_bytes)
        system, known = load_mapping(dialect)
        bases = _bases(known, url, services or {}, endpoints or [])
        zone = zone_of(timezone)
        self._polls = []
        for endpoint, base in bases:
            target = Target(
                base.rstrip("/") + endpoint.path,
                token=token,
                auth_header=auth_header,
                ca_file=ca_file,
            )
            self._polls.append(Poll(endpoint, target, limits, zone, transport))
        self.url = url or ", ".join(dict.fromkeys(poll.target.host for poll in self._polls))
        self.url = Target(url).url if url else self.url
        self.name = name or system
        self.dialect, self.account_id = dialect, account_id
        self.every_seconds = min(poll.every_seconds for poll in self._polls)
        self.stale_after_seconds = float(stale_after_seconds)
        self.timeout_seconds = float(timeout_seconds)
        self.wait_seconds = 0.0
        self._has_token = bool(token.strip())
        self._now = now
        self._crew = Crew(self._polls, now)
        self._frames = KeptFrames(self.name, account_id or None)

    def __repr__(self) -> str:
        return f"RestSource({self.dialect!r}, url={self.url!r}, name={self.name!r})"

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 0) -> Reading:
        """Ask what is due and give the whole state; `wait_seconds` says when to come again.

        It takes as long as the slowest of the endpoints that were well before, at most
        `timeout_seconds`; an endpoint that hung the last time is asked beside them.

        Args:
            cursor: where an earlier process stopped, so that `since` and the last good answer last.
            limit_bytes: not used here; a state is always given whole.
        """
        del limit_bytes
        for poll in self._polls if cursor else ():
            poll.memory = dict((cursor or {}).get(poll.endpoint.name, {}))
        self._crew.work(self.timeout_seconds + 0.5)
        now = self._now()
        due = min(poll.next_at for poll in self._polls) - now
        self.wait_seconds = min(0.25, self.every_seconds) if self._crew.busy else max(0.0, due)
        account = self.account_id or None
        frames, told = merged(self._polls, self._frames.shaped)
        rows = [poll.service_row(self.name) for poll in self._polls] + told
        state, problem = self._judge()
        known = [poll.as_of for poll in self._polls if poll.as_of is not None]
        return Reading(
            frame=shaped("services", rows, source=self.name, account_id=account),
            cursor={poll.endpoint.name: dict(poll.memory) for poll in self._polls},
            as_of=max(known, default=None),
            state=state,
            problem=problem,
            counts=self._counts(),
            frames=frames,
            whole=self._whole(),
        )

    def close(self) -> None:
        """Let the threads go; a later read starts them again."""
        self._crew.close()

    def _judge(self) -> tuple[str, str | None]:
        sick = [poll for poll in self._polls if poll.state not in WELL]
        if not sick:
            waiting = all(poll.state == "waiting" for poll in self._polls)
            return ("waiting", f"{self.url}: no answer yet") if waiting else ("ok", None)
        states = {poll.state for poll in self._polls}
        told = "; ".join(
            f"{poll.target.url} is {poll.state.replace('_', ' ')}: {poll.detail or 'no reason'}"
            for poll in sick[:3]
        )
        told += f" (and {len(sick) - 3} more)" if len(sick) > 3 else ""
        told += self._token_hint() if "auth" in states else ""
        return (states.pop() if len(states) == 1 else "degraded"), told

    def _token_hint(self) -> str:
        variable = f"DESKWATCH_SOURCES__{self.name.upper()}__TOKEN"
        if self._has_token:
            return f"; the token in {variable} is refused: set one that is valid and may read this"
        return f"; no token is sent: set {variable} to one that may read this"

    def _whole(self) -> frozenset[str]:
        """Frames of which every endpoint told its part."""
        partly = {r.frame for p in self._polls if not p.is_whole for r in p.endpoint.rules}
        return frozenset({r.frame for p in self._polls for r in p.endpoint.rules} - partly)

    def _counts(self) -> Counts:
        """Rows of all answers so far."""
        total = Counts()
        for poll in self._polls:
            total.lines_in += poll.seen
            total.bytes_read += poll.bytes_read
            total.duplicates += poll.repeated
            for reason, number in poll.set_aside.items():
                total.quarantined[reason] = total.quarantined.get(reason, 0) + number
        total.accepted = total.lines_in - total.duplicates - sum(total.quarantined.values())
        return total


def _bases(
    known: Mapping[str, Endpoint], url: str, services: Mapping[str, str], wanted: list[str]
) -> list[tuple[Endpoint, str]]:
    """The endpoints to ask, each with its base URL."""
    names = {endpoint.service for endpoint in known.values() if endpoint.service}
    for service, base in services.items():
        if service not in names:
            raise ConfigError(unknown(f"services.{service}", service, base, names, what="service"))
    for endpoint in wanted:
        if endpoint not in known:
            raise ConfigError(unknown("endpoints", endpoint, endpoint, known, what="endpoint"))
    chosen = [known[name] for name in wanted] or list(known.values())
    found = [(each, services.get(each.service) or url) for each in chosen]
    found = [(each, base) for each, base in found if base]
    if not found:
        raise ConfigError(
            "url: is missing; it must be the base URL of the endpoints, or `services` must name "
            f"some of {', '.join(sorted(names)) or 'none'}"
        )
    return found
