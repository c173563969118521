"""Runs, sessions, execution telemetry and alerts as Peak_Trade's bots write them, for stories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from tests.data_sources.peak_trade.run_files import HEADER, write_run
from tests.data_sources.peak_trade.test_sessions import session, write
from tests.data_sources.peak_trade.test_telemetry import telemetry


class PeakFiles:
    """A folder of files with sources over them, and what a story adds to it.

    Attributes:
        config: the configuration of a desk that reads it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._registered = 0
        for place in "runs", "registry", "execution", "alerts":
            (root / place).mkdir(parents=True)
        self.config = root / "deskwatch.toml"
        folders = {name: f'path = "{root / name}"' for name in ("execution", "alerts")}
        streams = [
            f'[sources.{name}]\nkind = "jsonl"\ndialect = "peak_trade"\n{path}\n'
            for name, path in folders.items()
        ]
        states = [
            f'[sources.{name}]\nkind = "{kind}"\npath = "{root / name}"\nevery_seconds = 0.2\n'
            for name, kind in (("runs", "runs"), ("registry", "sessions"))
        ]
        desk = '[desk]\nname = "Peak desk"\nenvironment = "paper"\n'
        self.config.write_text(desk + "".join(streams + states))

    def session(self, session_id: str, **fields: Any) -> None:
        """Register a session, or what became of it."""
        self._registered += 1
        started = {"started_at": _ago(3_600 - self._registered)}
        written = {"created_at": _ago(3_000 - self._registered)}
        record = session(session_id, **{**started, **written, **fields})
        write(self.root / "registry", f"{self._registered:04}.json", record)

    def run(self, run_id: str, folder: str, steps: int, **fields: Any) -> None:
        """Begin a run of some steps, ten seconds each, the newest a moment ago."""
        rows = "".join(step(number, _ago(10 * (steps - number))) for number in range(steps))
        started = {"started_at": _ago(10 * steps + 10)}
        csv = HEADER + rows if steps else None
        write_run(self.root / "runs", run_id, csv=csv, folder=folder, **{**started, **fields})

    def step(self, folder: str, number: int) -> None:
        """Let a run make one more step."""
        with (self.root / "runs" / folder / "events.csv").open("a") as file:
            file.write(step(number, _ago(0)))

    def tell(self, session_id: str, kind: str, payload: dict[str, Any], symbol: str) -> None:
        """Write a line of execution telemetry."""
        line = telemetry(kind, payload, session_id=session_id, ts=_ago(0), symbol=symbol)
        self._add("execution/log.jsonl", line)

    def alert(self, session_id: str, severity: str, title: str, **fields: Any) -> None:
        """Write a line of the alert history."""
        line = {"title": title, "body": title, "severity": severity, "category": "RISK"}
        line |= {"source": title, "session_id": session_id, "timestamp": _ago(0), "context": {}}
        self._add("alerts/alerts.jsonl", {**line, **fields})

    def _add(self, name: str, line: dict[str, Any]) -> None:
        with (self.root / name).open("a") as file:
            file.write(json.dumps(line) + "\n")


def step(number: int, at: str) -> str:
    """One line of a run's events; it earns 1 with each step."""
    return f"{number},{at},{1000 + number}.0,500.0,{number}.0,0.0,1,False,1,1,0,0,True,,0.5\n"


def _ago(seconds: float) -> str:
    return (pd.Timestamp.now("UTC") - pd.Timedelta(seconds=seconds)).isoformat()
