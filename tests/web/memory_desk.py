"""A desk in memory: the real ledger, fed by hand instead of by sources."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pandas as pd

from data_sources.columns import (
    CATEGORY_COLUMNS,
    EVENT_COLUMNS,
    NUMBER_COLUMNS,
    TEXT_COLUMNS,
    TIME_COLUMNS,
)
from ledger import Ledger, View

DEFAULTS = {
    "source": "aurora",
    "system": "aurora",
    "session_id": "s",
    "raw_generation": "aurora_events.jsonl#00000000",
    "position_effect": "open",
}


class MemoryDesk:
    name = "Test desk"
    environment = "paper"
    demo = False

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.trouble: str | None = None
        self.lines: dict[tuple[str, int], str] = {}
        self.history = event_frame([])
        self._ledger = Ledger(guard=threading.RLock())
        self._views: dict[tuple[Any, ...], View] = {}
        self._listeners: list[Callable[[int], None]] = []
        self._lock = threading.Lock()
        self._offset = 0

    @property
    def version(self) -> int:
        return self._ledger.version

    def submit(self, *names: str, ts: str | None = None, **more: Any) -> None:
        """Let orders be submitted: now, or at a moment."""
        moment = pd.Timestamp(ts, tz="UTC").value if ts else time.time_ns()
        rows = []
        for number, name in enumerate(names):
            self._offset += 100
            row = {
                "ts_event": moment + number,
                "kind": "order.submitted",
                "client_order_id": name,
                "raw_offset": self._offset,
            }
            rows.append({**row, **more})
        self.add(event_frame(rows))

    def add(self, events: pd.DataFrame) -> None:
        self.history = pd.concat([self.history, events], ignore_index=True)
        self._ledger.fold(events)
        for listener in tuple(self._listeners):
            listener(self.version)

    def view(
        self,
        window_seconds: float | None = 300.0,
        at: pd.Timestamp | str | None = None,
        source: str | None = None,
        account: str | None = None,
        symbol: str | None = None,
    ) -> View:
        key = (self.version, window_seconds, at, source, account, symbol)
        with self._lock:
            if key not in self._views:
                self._views[key] = self._ledger.view(
                    window_seconds=window_seconds,
                    at=None if isinstance(at, str) else at,
                    source=source,
                    account=account,
                    symbol=symbol,
                )
                self._views[key].sources = self.sources()
            return self._views[key]

    def sources(self) -> list[dict[str, Any]]:
        return [{"name": "aurora", "kind": "jsonl", "state": "ok", "age_seconds": 0.5}]

    def accounts(self) -> list[str]:
        return sorted(set(self._ledger.groups.codes["account_id"].words))

    def frames(self) -> list[str]:
        return ["events", "orders"]

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
        tables = {"events": self.history, "orders": self.view(None).orders}
        table = tables[name]
        equal = {"account_id": account, "source": source, "symbol": symbol, "session_id": session}
        for column, wanted in equal.items():
            if wanted is not None:
                table = table[table[column] == wanted]
        if since is not None:
            table = table[table["ts_event"] >= since]
        if until is not None:
            table = table[table["ts_event"] <= until]
        return table.tail(limit)

    def quarantine(self, limit: int = 200, source: str | None = None) -> list[dict[str, Any]]:
        head = {"source": "aurora", "file": "a.jsonl", "offset": 7, "reason": "not_json"}
        return [head | {"head": "{bad"}][:limit] if source in (None, "aurora") else []

    def raw_line(
        self, raw_generation: str, raw_offset: int, source: str | None = None
    ) -> str | None:
        return self.lines.get((raw_generation, raw_offset))

    def not_ready(self) -> list[str]:
        return self.reasons

    def not_kept(self) -> str | None:
        return self.trouble

    def subscribe(self, callback: Callable[[int], None]) -> Callable[[], None]:
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def notices(self) -> list[str]:
        return []


def event_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """An events frame with the agreed columns; `ts_event` in nanoseconds."""
    filled = [{**DEFAULTS, "code": str(row["kind"]).upper(), **row} for row in rows]
    frame = pd.DataFrame(filled, columns=list(EVENT_COLUMNS))
    for name in TIME_COLUMNS:
        frame[name] = pd.to_datetime(frame[name], utc=True, unit="ns").astype("datetime64[ns, UTC]")
    for name in CATEGORY_COLUMNS:
        frame[name] = frame[name].astype("str").astype("category")
    for name in NUMBER_COLUMNS:
        frame[name] = frame[name].astype("float64")
    for name in TEXT_COLUMNS:
        frame[name] = frame[name].astype("str")
    return frame.astype({"raw_offset": "int64"})
