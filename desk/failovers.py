"""Exchanges that ceased to be well: what the desk noted of them, as rows of `failovers`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any, Final, NamedTuple

import pandas as pd

from data_sources.frames import shaped
from desk.kept_state import KeptState

FAILOVERS: Final = "failovers"
WELL: Final = "ok"
UNTOLD: Final = frozenset({"unknown", "waiting"})
"""States that say nothing of an exchange: it was neither well nor not."""
KEPT: Final = 10_000
"""Changes that are held of one source."""


class Change(NamedTuple):
    """An exchange was in another state than before, from a moment on.

    asked   whether the exchange itself answered: a row of trading hours is no venue to go to
    """

    ts_ns: int
    source: str | None
    account_id: str | None
    name: str
    state: str
    reason: str | None
    asked: bool


class ExchangeLog:
    """How the exchanges of one source were, change by change; the oldest go first."""

    def __init__(self) -> None:
        self.changes: deque[Change] = deque(maxlen=KEPT)
        self._states: dict[tuple[str | None, str], str] = {}

    def note(self, frames: Mapping[str, pd.DataFrame], ts_ns: int) -> None:
        """Take what a source told at a moment; of `services` the exchanges count."""
        for row in _exchanges(frames):
            told = {key: None if value != value else value for key, value in row.items()}
            name, state, account = str(told["name"]), str(told["state"]), told.get("account_id")
            if state in UNTOLD or self._states.get((account, name)) == state:
                continue
            self._states[account, name] = state
            asked = not pd.isna(told.get("latency_seconds"))
            reason = told.get("detail")
            self.changes.append(
                Change(ts_ns, told.get("source"), account, name, state, reason, asked)
            )


def _exchanges(frames: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return the rows of exchanges, of a kept state without making its frames."""
    if isinstance(frames, KeptState):
        return [row for row in frames.told("services") if row.get("kind") == "exchange"]
    services = frames.get("services")
    if services is None or services.empty or not (services["kind"] == "exchange").any():
        return []
    rows = services[services["kind"] == "exchange"].astype("object").to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def failovers(logs: Iterable[ExchangeLog]) -> pd.DataFrame:
    """Return the frame `failovers`, ascending: a row each time an exchange ceased to be well.

    Only what the desk saw itself stands there. `to_exchange` is the only other exchange that
    answered well then, of the same source or the same named account; it is missing where none or
    several did, as nobody tells which of them the bot went to. `state` and `reason` are what the
    exchange is since.
    """
    # Copied at once: the desk may note another change meanwhile.
    noted = [each for log in logs for each in tuple(log.changes)]
    changes = sorted(noted, key=attrgetter("ts_ns"))
    now: dict[tuple[str | None, str | None, str], Change] = {}
    rows = []
    for change in changes:
        key = (change.source, change.account_id, change.name)
        before = now.get(key)
        now[key] = change
        if before is not None and before.state == WELL and change.state != WELL:
            rows.append(_row(change, now.values()))
    return shaped(FAILOVERS, rows)


def _row(change: Change, known: Iterable[Change]) -> dict[str, Any]:
    well = {
        each.name
        for each in known
        if each.state == WELL and each.asked and each.name != change.name and _is_of(each, change)
    }
    return {
        "ts_event": pd.Timestamp(change.ts_ns, unit="ns", tz="UTC"),
        "from_exchange": change.name,
        "to_exchange": well.pop() if len(well) == 1 else None,
        "state": change.state,
        "reason": change.reason,
        "source": change.source,
        "account_id": change.account_id,
    }


def _is_of(other: Change, change: Change) -> bool:
    """Whether both exchanges are of one bot, as far as anybody says so."""
    if other.source == change.source:
        return True
    return change.account_id is not None and other.account_id == change.account_id
