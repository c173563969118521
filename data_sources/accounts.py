"""Accounts: found in an accounts file and in folders of logs, each asked how its bot is."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

import pandas as pd

from data_sources.accounts_yaml import Account, AccountsError, read_accounts, shared_ports
from data_sources.calendar import MarketCalendar
from data_sources.errors import ConfigError
from data_sources.files.plain import NotAFileError
from data_sources.frames import shaped
from data_sources.health import HealthSource
from data_sources.parquet_listing import printable
from data_sources.polled.bots import Bots, Key
from data_sources.reading import Counts, Reading

LOG_NAMES: Final = ("orders.jsonl", "trades.jsonl", "performance.jsonl", "errors.jsonl")
FILE_NAMES: Final = ("accounts.yaml", "accounts.yml")
COPIES: Final = ("accounts.*.yaml", "accounts.*.yml")
"""How a copy of the file is called, such as the one without its keys; looked for after it."""
MOST_FOLDERS: Final = 200
FROM_BOTS: Final = ("models", "regimes", "runs")


class AccountsSource:
    """Discovers accounts; each `read()` gives one row of `services` and of `accounts` for each.

    Accounts are those of an `accounts.yaml` and those that only have a folder of logs. Each bot's
    health endpoint is asked as by the health source: one that answers 503 with a body runs and is
    degraded, one that does not answer is down. All are asked side by side, each at its pace, rarer
    after failures; between, its last answer is given again. Keys in the file are never read.

    Args:
        path: the accounts file, or the folder it is in; it may appear later.
        name: the source's name in pages and frames.
        logs_path: a folder with a folder of logs for each account; none when empty.
        host: where the health endpoints listen.
        health_path: of the health endpoints.
        metrics_path: of their counts of orders and cycles; none are asked for when empty.
        probe: whether to ask the health endpoints at all.
        calendar: the bots' exchange: while it is shut, an old cycle is no trouble; none when "".
        every_seconds: the pace at which each bot is asked; see `wait_seconds`.
        stale_after_seconds: when a bot's answer counts as stale; three paces when missing.
        timeout_seconds: wall time of one bot's answer.
        now: gives epoch seconds; for tests.

    Raises:
        ConfigError: for a pace that is not above zero or an exchange that is not known.

    Frames:
        services: a row an account: how its bot is.
        accounts: id, name, paper or live, the bot's state, its models.
        models: budget, universe and stage of each model, as the bot tells them.
        regimes: the regime that the bot is in.
        runs: since when the bot runs, its last cycle, how many cycles (`steps`) and orders.

    States:
        ok: the file is read; how the bots are stands in the rows.
        waiting: there is neither file nor folder yet.
        degraded: the file is bad or gone and its last good accounts are shown, or accounts share a
            port: then none is asked there, because nobody could say whose bot answers.
        bad_payload: the file was bad from the start.
        unreadable: the file cannot be opened, or is a pipe, a socket or a device.
    """

    kind: ClassVar = "accounts"
    frame_name: ClassVar = "services"
    system: ClassVar = "stock_trader"
    """Whose accounts these are: its rules hold for them."""

    def __init__(
        self,
        path: str | Path,
        *,
        name: str = "",
        logs_path: str = "",
        host: str = "127.0.0.1",
        health_path: str = "/health",
        metrics_path: str = "/metrics",
        probe: bool = True,
        calendar: str = "XNYS",
        every_seconds: float = 10.0,
        stale_after_seconds: float | None = None,
        timeout_seconds: float = 1.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        if not every_seconds > 0 or not timeout_seconds > 0:
            raise ConfigError("every_seconds and timeout_seconds must be above 0")
        if calendar:
            MarketCalendar(calendar)
        self.path = str(path)
        self.name = name or "accounts"
        self.every_seconds = float(every_seconds)
        self.stale_after_seconds = float(stale_after_seconds or 3 * every_seconds)
        self._logs = Path(logs_path) if logs_path else None
        self._host = f"[{host}]" if ":" in host and not host.startswith("[") else host
        self._health_path = "/" + health_path.lstrip("/")
        self._metrics_path = "/" + metrics_path.lstrip("/") if metrics_path else ""
        self._probe, self._calendar, self._timeout = probe, calendar, timeout_seconds
        self._now = now
        self._signature: tuple[int, int, int] | None = None
        self._configured: list[Account] = []
        self._wrong: tuple[str, str] | None = None
        self._sources: dict[Key, HealthSource] = {}
        self._bots = Bots(timeout_seconds)
        self.wait_seconds = 0.0
        self._memory: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"AccountsSource({self.path!r}, name={self.name!r})"

    @classmethod
    def recognizes(cls, path: Path) -> str | None:
        """Why a folder is one of accounts; None when it is not."""
        named = _accounts_file(path)
        return f"it has an {named.name}" if named else None

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 0) -> Reading:
        """Look at the file and the folders, and ask every bot that is due.

        `wait_seconds` says when the next one is.

        Args:
            cursor: from an earlier process, so that `since` lasts.
            limit_bytes: not used here; a state is always given whole.
        """
        del limit_bytes
        if cursor is not None:
            self._memory = dict(cursor)
        exists = self._look()
        accounts = [*self._configured, *self._only_folders()]
        shared = shared_ports(self._configured) if self._probe else {}
        heard = self._ask([each for each in accounts if self._asked(each, shared)])
        now = pd.Timestamp(round(self._now() * 1e9), unit="ns", tz="UTC")
        state, problem = self._verdict(shared, is_there=exists or bool(accounts))
        return Reading(
            frame=self._services(accounts, heard, shared, now),
            cursor=dict(self._memory),
            as_of=now if accounts else None,
            state=state,
            problem=problem,
            counts=Counts(),
            frames=self._frames(accounts, heard),
        )

    def close(self) -> None:
        """Let the threads that ask go; a later read asks again."""
        self._bots.close()

    def _file(self) -> Path:
        path = Path(self.path)
        if path.is_dir():
            return _accounts_file(path) or path / FILE_NAMES[0]
        return path

    def _look(self) -> bool:
        """Read the file anew when it changed; return whether it is there."""
        file = self._file()
        try:
            found = file.stat()
            signature = (found.st_size, found.st_mtime_ns, found.st_ino)
            if signature != self._signature:
                self._configured, self._wrong = read_accounts(file), None
                self._signature = signature
        except FileNotFoundError:
            self._signature, self._wrong = None, None
            if self._configured:
                self._wrong = ("degraded", "is gone; its last accounts are shown")
            return bool(self._configured)
        except AccountsError as e:
            self._signature = signature
            self._wrong = ("bad_payload", str(e))
        except NotAFileError as e:
            self._signature, self._wrong = None, ("unreadable", str(e.strerror))
        except OSError as e:
            self._signature, self._wrong = None, ("unreadable", f"cannot be read: {e.strerror}")
        return True

    def _only_folders(self) -> list[Account]:
        """Accounts that nobody configured but that have a folder of logs."""
        if self._logs is None or not self._logs.is_dir():
            return []
        known = {account.account_id for account in self._configured}
        folders = sorted(each for each in self._logs.iterdir() if each.is_dir())[:MOST_FOLDERS]
        return [
            Account(printable(folder.name), printable(folder.name))
            for folder in folders
            if folder.name not in known and any((folder / log).is_file() for log in LOG_NAMES)
        ]

    def _asked(self, account: Account, shared: dict[int, list[str]]) -> bool:
        return self._probe and account.health_port is not None and account.health_port not in shared

    def _ask(self, accounts: list[Account]) -> dict[str, Reading]:
        """Account → what its bot said last; without those that have said nothing yet."""
        known, self._sources = self._sources, {}
        for account in accounts:
            key = (account.account_id, account.health_port or 0)
            self._sources[key] = known.get(key) or self._bot(*key)
        said = self._bots.heard(self._sources, self._memory)
        self.wait_seconds = self._bots.wait_seconds(self.every_seconds)
        heard = {who: reading for (who, _), reading in said.items()}
        kept = self._memory | {who: dict(reading.cursor) for who, reading in heard.items()}
        self._memory = {who: kept[who] for who, _ in self._sources if who in kept}
        return heard

    def _bot(self, account_id: str, port: int) -> HealthSource:
        base = f"http://{self._host}:{port}"
        return HealthSource(
            f"{base}{self._health_path}",
            metrics_url=f"{base}{self._metrics_path}" if self._metrics_path else "",
            name=self.name,
            account_id=account_id,
            every_seconds=self.every_seconds,
            stale_after_seconds=self.stale_after_seconds,
            timeout_seconds=self._timeout,
            calendar=self._calendar,
            now=self._now,
        )

    def _verdict(self, shared: dict[int, list[str]], *, is_there: bool) -> tuple[str, str | None]:
        if self._wrong is not None:
            state, why = self._wrong
            kept = state == "bad_payload" and bool(self._configured)
            told = "; its last good accounts are shown" if kept else ""
            return "degraded" if kept else state, f"{self._file()} {why}{told}"
        if not is_there:
            return "waiting", f"{self._file()} does not exist yet; it is looked for again"
        if shared:
            port, names = next(iter(shared.items()))
            told = f"accounts {', '.join(names)} share the health port {port}"
            return "degraded", f"{self._file()}: {told}; give each its own, none is asked there"
        return "ok", None

    def _services(
        self,
        accounts: list[Account],
        heard: dict[str, Reading],
        shared: dict[int, list[str]],
        now: pd.Timestamp,
    ) -> pd.DataFrame:
        rows = []
        for account in accounts:
            who = account.account_id
            row: dict[str, Any] = {"name": who, "kind": "bot", "account_id": who}
            if who in heard:
                answer: dict[Any, Any] = heard[who].frame.iloc[0].to_dict()
                rows.append({**{k: v for k, v in answer.items() if not pd.isna(v)}, **row})
                continue
            why = "only a folder of logs; not in the accounts file"
            if account.health_port is not None:
                why = "its health port is another account's too" if shared else "not asked"
                why = "it has not answered yet" if self._asked(account, shared) else why
            rows.append({**row, "state": "unknown", "as_of": now, "detail": why})
        return shaped("services", rows, source=self.name)

    def _frames(
        self, accounts: list[Account], heard: dict[str, Reading]
    ) -> dict[str, pd.DataFrame]:
        rows = []
        for account in accounts:
            answer = heard.get(account.account_id)
            rows.append(
                {
                    "account_id": account.account_id,
                    "name": account.name,
                    "environment": _environment(account),
                    "state": "unknown" if answer is None else answer.state,
                    "models": None if account.models is None else ", ".join(account.models),
                }
            )
        found = {"accounts": shaped("accounts", rows, source=self.name)}
        for name in FROM_BOTS:
            parts = [each.frames[name] for each in heard.values() if name in each.frames]
            if parts:
                found[name] = pd.concat(parts, ignore_index=True)
        return found


def _environment(account: Account) -> str | None:
    if account.is_paper is None:
        return None
    return "paper" if account.is_paper else "live"


def _accounts_file(folder: Path) -> Path | None:
    """The accounts file of a folder; None where there is none, or nobody could say which."""
    named = next((folder / name for name in FILE_NAMES if (folder / name).is_file()), None)
    if named is not None or not folder.is_dir():
        return named
    copies = [file for pattern in COPIES for file in folder.glob(pattern) if file.is_file()]
    return copies[0] if len(copies) == 1 else None
