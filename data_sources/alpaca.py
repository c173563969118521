"""Alpaca: what the broker itself says of an account, its positions, orders, equity and prices."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

import pandas as pd

from data_sources.alpaca_frames import clock_told, frames_of, whole_frames
from data_sources.alpaca_parts import FAST, SLOW, Wish, ask
from data_sources.alpaca_rows import ShapeError
from data_sources.alpaca_url import checked_url, environment_of
from data_sources.alpaca_verdict import verdict
from data_sources.calendar import MarketCalendar
from data_sources.endpoint import above_zero, trust_of
from data_sources.frames import shaped
from data_sources.reading import Counts, Reading

if TYPE_CHECKING:
    from data_sources.alpaca_client import AlpacaError, Clients

PAPER_URL: Final = "https://paper-api.alpaca.markets"
DATA_URL: Final = "https://data.alpaca.markets"
LONGEST_BACKOFF_SECONDS: Final = 60.0


class AlpacaSource:
    """Asks Alpaca for one account; each `read()` gives the whole, as `services` and other frames.

    It only reads: the transport below the library sends GET to the configured hosts, nothing else.
    A part that fails keeps its rows and is named; it never looks like an account without positions.

    Args:
        url: the trading API; https://api.alpaca.markets is live.
        data_url: the market data API.
        name: the source's name in pages and frames; the URL's host when empty.
        account_id: as the desk names the account; the broker's own number when empty.
        symbols: what to get bars of; the positions' symbols when empty.
        bars: daily bars of each symbol, adjusted; 0 asks for none.
        feed: where bars come from; "sip" needs a subscription.
        calendar: the exchange whose hours are told; the broker's own clock when "".
        every_seconds: the pace of account, positions and orders.
        slow_every_seconds: the pace of equity history, clock and bars.
        stale_after_seconds: when the answer counts as stale; four paces when missing.
        timeout_seconds: wall time of one request.
        requests_per_minute: our own limit; Alpaca's is 200.
        max_bytes: the largest answer that is read.
        ca_file: PEM file of the authorities to trust for https, instead of the system's.
        api_key: of the account.
        secret_key: of the account.
        now: gives epoch seconds; for tests.

    Raises:
        ConfigError: for a URL that is not https (http is for loopback), a pace that is not above 0,
            an exchange that is not known, or a file of authorities that cannot be read.

    Frames:
        services: the broker, and the exchange with its hours; closed is no trouble.
        accounts: number, paper or live, status, equity, currency.
        positions: the quantity is above 0, `position_side` says long or short.
        orders: the newest 500 and all open ones; latencies are missing, the API does not tell them.
        equity: daily points of a year and now, each with its drawdown.
        prices: daily bars.

    States:
        ok: every part was heard.
        degraded: a part failed and is named, or the account says that it is blocked.
        auth: 401 or 403; asked again after a minute.
        rate_limited: 429, asked again when `Retry-After` says; or our own limit is used up.
        down: refused, too slow, 5xx.
        bad_payload: no JSON, or not as documented.
        misconfigured: no keys, or no such API at the URL.
    """

    kind: ClassVar = "alpaca"
    frame_name: ClassVar = "services"
    newest_only: ClassVar = frozenset({"equity"})  # the desk keeps the older points
    secrets: ClassVar = frozenset({"api_key", "secret_key"})

    def __init__(
        self,
        url: str = PAPER_URL,
        *,
        data_url: str = DATA_URL,
        name: str = "",
        account_id: str = "",
        symbols: tuple[str, ...] = (),
        bars: int = 260,
        feed: str = "iex",
        calendar: str = "XNYS",
        every_seconds: float = 15.0,
        slow_every_seconds: float = 60.0,
        stale_after_seconds: float | None = None,
        timeout_seconds: float = 5.0,
        requests_per_minute: int = 60,
        max_bytes: int = 16 << 20,
        ca_file: str = "",
        api_key: str = "",
        secret_key: str = "",
        now: Callable[[], float] = time.time,
    ) -> None:
        self.url = checked_url("url", url)
        self._data_url = checked_url("data_url", data_url)
        above_zero(
            every_seconds=every_seconds,
            slow_every_seconds=slow_every_seconds,
            timeout_seconds=timeout_seconds,
            requests_per_minute=requests_per_minute,
            max_bytes=max_bytes,
        )
        self.name = name or urlsplit(self.url).netloc
        self.account_id = account_id
        self.calendar = MarketCalendar(calendar) if calendar else None
        self.every_seconds = float(every_seconds)
        self.stale_after_seconds = float(stale_after_seconds or 4 * every_seconds)
        self.wait_seconds = 0.0
        self._slow_every, self._slow_at = float(slow_every_seconds), 0.0
        self._symbols, self._bars, self._feed = tuple(symbols), bars, feed
        self._keys = (api_key.strip(), secret_key.strip())
        self._limits = (timeout_seconds, max_bytes, requests_per_minute)
        self._trust = trust_of(ca_file) if ca_file else None
        self._now = now
        self._clients: Clients | None = None
        self._good: dict[str, tuple[Any, pd.Timestamp]] = {}
        self._bad: dict[str, AlpacaError] = {}
        self._memory: dict[str, Any] = {}
        self._not_before = 0.0
        self._last: Reading | None = None

    def __repr__(self) -> str:
        return f"AlpacaSource({self.url!r}, name={self.name!r})"

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 0) -> Reading:
        """Ask what is due and give the whole.

        After 401, 403 or 429 the last reading is given again until the server may be asked.

        Args:
            cursor: from an earlier process, so that `since` lasts.
            limit_bytes: not used here; a state is always given whole.
        """
        del limit_bytes
        if cursor is not None:
            self._memory = dict(cursor)
        if not all(self._keys):
            return self._without_keys()
        if self._last is not None and self._now() < self._not_before:
            self.wait_seconds = self._not_before - self._now()
            return self._last
        self._ask()
        self._last = self._reading()
        return self._last

    def close(self) -> None:
        """Nothing stays open between two reads."""

    def _ask(self) -> None:
        from data_sources.alpaca_client import AlpacaError

        clients = self._connected()
        clients.begin()
        due = list(FAST)
        if self._now() >= self._slow_at:
            due += [part for part in SLOW if self._wants(part)]
            self._slow_at = self._now() + self._slow_every
        for part in due:
            if not self._pace.room():
                wait = self._pace.wait_seconds()
                text = f"our own limit of {self._limits[2]} requests a minute"
                self._bad[part] = AlpacaError("rate_limited", text, wait)
                break
            now = self._moment()
            try:
                self._good[part] = (ask(part, clients, now, self._wish()), now)
                if part == "account":
                    self._memory["latency_seconds"] = clients.seconds
            except AlpacaError as e:
                self._bad[part] = e
                # Who is down or refuses everything is not asked for the rest, but soon for all.
                if part == "account" or e.state in ("down", "rate_limited"):
                    self._slow_at = 0.0
                    break
            except (ShapeError, ValueError, KeyError, TypeError, RecursionError) as e:
                self._bad[part] = AlpacaError("bad_payload", f"no JSON as documented ({e})"[:200])
            else:
                self._bad.pop(part, None)

    def _wish(self) -> Wish:
        held = [
            str(each["symbol"])
            for each in self._rows("positions")
            if each.get("asset_class", "us_equity") == "us_equity" and each.get("symbol")
        ]
        return Wish(self._symbols or tuple(held), self._bars, self._feed)

    def _wants(self, part: str) -> bool:
        return not (part == "bars" and not self._bars) and not (part == "clock" and self.calendar)

    def _connected(self) -> Clients:
        if self._clients is None:
            from data_sources.alpaca_client import Clients, Pace

            timeout_seconds, max_bytes, per_minute = self._limits
            self._pace = Pace(int(per_minute), now=self._now)
            self._clients = Clients(
                self.url,
                self._data_url,
                *self._keys,
                pace=self._pace,
                deadline_seconds=float(timeout_seconds),
                max_bytes=int(max_bytes),
                ssl_context=self._trust,
            )
        return self._clients

    def _rows(self, part: str) -> list[Any]:
        return list(self._good[part][0]) if part in self._good else []

    # -- what was heard, as a reading ------------------------------------------------------------

    def _reading(self) -> Reading:
        account, as_of = self._good.get("account", ({}, None))
        state, detail, retry = verdict(self._bad, account)
        now = self._moment()
        memory = self._memory
        if memory.get("state") != state:
            memory |= {"state": state, "since": now.isoformat()}
        failing = state not in ("ok", "degraded")
        memory["failures"] = int(memory.get("failures", 0)) + 1 if failing else 0
        self._schedule(retry, int(memory["failures"]))
        kept = f"; what is shown is of {as_of:%Y-%m-%dT%H:%M:%SZ}" if as_of else ""
        problem = None if state == "ok" else f"{self.url} is {state.replace('_', ' ')}: {detail}"
        return Reading(
            frame=self._services(state, detail, now, as_of),
            cursor=dict(memory),
            as_of=as_of,
            state=state,
            problem=f"{problem}{kept}" if problem and self._bad else problem,
            counts=Counts(),
            frames=frames_of(self._good, self.name, self.account_id, environment_of(self.url)),
            whole=whole_frames(self._good, self._bad),
        )

    def _schedule(self, retry: float | None, failures: int) -> None:
        if retry is not None:
            self.wait_seconds = retry + random.uniform(0, 3)
            self._not_before = self._now() + self.wait_seconds
        elif failures:
            longest = min(LONGEST_BACKOFF_SECONDS, 3 * self.every_seconds, 0.5 * 2.0**failures)
            self.wait_seconds = random.uniform(0, longest)
        else:
            self.wait_seconds = self.every_seconds * random.uniform(0.95, 1.05)

    def _services(
        self, state: str, detail: str, now: pd.Timestamp, as_of: pd.Timestamp | None
    ) -> pd.DataFrame:
        broker = {
            "name": self.name,
            "kind": "exchange",
            "state": state,
            "latency_seconds": self._memory.get("latency_seconds"),
            "since": pd.Timestamp(self._memory["since"]),
            "as_of": as_of,
            "detail": detail or None,
        }
        market = {
            "name": self.calendar.code if self.calendar else f"{self.name} market",
            "kind": "exchange",
            "state": "ok",
            "as_of": now,
            "detail": self._market(now),
        }
        rows = [broker, market] if market["detail"] else [broker]
        account = self._good["account"][0] if "account" in self._good else {}
        owner = self.account_id or account.get("account_number")
        return shaped("services", rows, source=self.name, account_id=owner)

    def _market(self, now: pd.Timestamp) -> str | None:
        if self.calendar is not None:
            return self.calendar.told(now)
        return clock_told(self._good["clock"][0]) if "clock" in self._good else None

    def _without_keys(self) -> Reading:
        at = f"DESKWATCH_SOURCES__{self.name.upper()}"
        text = f"no keys; set {at}__API_KEY and {at}__SECRET_KEY in the environment"
        self._memory.setdefault("since", self._moment().isoformat())
        self.wait_seconds = self.every_seconds
        return Reading(
            frame=self._services("misconfigured", text, self._moment(), None),
            cursor=dict(self._memory),
            state="misconfigured",
            problem=f"{self.url}: {text}",
        )

    def _moment(self) -> pd.Timestamp:
        return pd.Timestamp(round(self._now() * 1e9), unit="ns", tz="UTC")
