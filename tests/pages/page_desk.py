"""A desk for pages: the real ledger, sources told by hand; and a walk through a layout."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from dash.development.base_component import Component

from data_sources import RunsSource, SessionsSource
from ledger import Ledger
from tests.data_sources.peak_trade.run_files import write_run
from tests.data_sources.peak_trade.test_sessions import session
from tests.data_sources.peak_trade.test_sessions import write as write_session

RUN_AT = "2026-01-15T18:01:00+00:00"
COUNTED = ("lines_in", "accepted", "blank", "duplicates", "quarantined", "bytes_read")
COUNTED += ("partial_bytes", "generations", "newest_ts_event", "dialect", "account_id", "path")

SESSION, RUN = "session-7", "run-7"
VARIABLES = {
    "/session/<session_id>": {"session_id": SESSION},
    "/run/<run_id>": {"run_id": RUN},
}
"""Pages of one thing, and the thing that the desks of these tests tell of."""

PATHS = ["/", "/orders", "/latency", "/quality", "/sessions", *VARIABLES]


class Desk:
    """A ledger with sources around it; `view()` is what a desk gives to pages."""

    def __init__(self, sources: list[dict[str, Any]], at: str) -> None:
        self.ledger = Ledger()
        self.sources = sources
        self.at = pd.Timestamp(at)
        self.quarantined: list[dict[str, Any]] = []
        self.notices: list[str] = []
        self.life: dict[str, Any] = {}
        self.markets: dict[str, pd.Timestamp | None] = {}
        self.states: dict[str, pd.DataFrame] = {}
        self.of_session: dict[str, pd.DataFrame] = {}

    def view(self, window_seconds: float | None = 300.0, at: pd.Timestamp | None = None) -> Any:
        view = self.ledger.view(at=at or self.at, window_seconds=window_seconds)
        view.sources = self.sources
        view.states = view.frames = self.states
        view.desk = {
            "of_session": lambda name, _id, limit: self.of_session.get(name, pd.DataFrame()).tail(
                limit
            ),
            "name": "Test desk",
            "markets": lambda: self.markets,
            **self.life,
            "notices": self.notices,
            "quarantine": lambda limit, source=None: [
                row for row in self.quarantined if source in (None, row["source"])
            ][:limit],
        }
        return view


def add_sessions(desk: Desk, folder: Path, events: pd.DataFrame, **words: Any) -> None:
    """Let the desk tell of one session and one run, read from files as bots leave them.

    Args:
        desk: gets the states and two sources.
        folder: to write into.
        events: what the session did.
        words: free texts for both, such as `strategy="x"`.
    """
    limit = {"limit_name": words.get("limit", "max_total_exposure"), "current_value": 450.0}
    check = {"severity": "warning", "allowed": True, "reasons": [words.get("reason", "")]}
    check["limit_details"] = [{**limit, "limit_value": 500.0, "ratio": 0.9, "severity": "warning"}]
    metrics = {"realized_pnl": -3.5, "max_drawdown": 0.02, "num_orders": 0, "risk_check": check}
    named = {"session_id": words.get("session_id", SESSION), "error": words.get("reason")}
    config = {"strategy_name": words.get("strategy", "s")}
    write_session(
        folder / "registry", "a.json", session(metrics=metrics, config=config, **named, symbol="X")
    )
    text = words.get("reason", "said")
    alert = {"rule_id": text, "severity": "warning", "message": text, "timestamp": RUN_AT}
    run_id = words.get("run_id", RUN)
    write_run(
        folder / "runs",
        run_id,
        folder="r",
        alerts=[json.dumps(alert)],
        strategy_name=words.get("strategy", "s"),
        mode=words.get("mode", "shadow"),
    )
    sources = SessionsSource(folder / "registry", name="registry"), RunsSource(folder / "runs")
    for source in sources:
        reading = source.read()
        desk.states |= {source.frame_name: reading.frame, **reading.frames}
        row = {"name": source.name, "kind": source.kind, "state": "ok", "problem": None}
        row["is_state"] = source.frame_name != "events"
        row |= {"stale_after_seconds": 10.0, "received_ms": desk.at.timestamp() * 1000.0 - 400}
        desk.sources.append(dict.fromkeys(COUNTED) | row)
    desk.of_session = {"events": events, "alerts": desk.states["alerts"]}


def components(tree: Any) -> Iterator[Component]:
    if isinstance(tree, (list, tuple)):
        for child in tree:
            yield from components(child)
    elif isinstance(tree, Component):
        yield tree
        yield from components(getattr(tree, "children", None))
