"""Writes run folders as their runner does."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from data_sources.runs import RunsSource

RUN = "20260115_180000_shadow_demo_BTC-EUR_1m"
HEADER = (
    "step,ts_event,equity,cash,realized_pnl,unrealized_pnl,signal,signal_changed,"
    "orders_generated,orders_filled,orders_rejected,orders_blocked,risk_allowed,risk_reasons,"
    "position_size\n"
)
STEPS = (
    "0,2026-01-15T18:00:00+00:00,1000.0,1000.0,0.0,0.0,0,False,0,0,0,0,True,,0.0\n"
    "1,2026-01-15T18:01:00+00:00,1005.0,995.0,1.0,0.0,1,True,1,1,0,0,True,,0.1\n"
    "2,2026-01-15T18:02:00+00:00,1002.0,995.0,1.0,-3.0,1,False,1,0,0,1,False,limit,0.1\n"
)
AT = pd.Timestamp("2026-01-15T18:03:00Z")


class Watch:
    """A clock that stands until it is moved."""

    def __init__(self, at: pd.Timestamp | str = AT) -> None:
        self.at = pd.Timestamp(at)

    def __call__(self) -> int:
        return int(self.at.value)


def meta(run_id: str = RUN, **fields: Any) -> dict[str, Any]:
    """A meta.json of an unfinished shadow run."""
    return {
        "run_id": run_id,
        "mode": "shadow",
        "strategy_name": "demo_strategy",
        "symbol": "BTC/EUR",
        "timeframe": "1m",
        "started_at": "2026-01-15T18:00:00+00:00",
        "ended_at": None,
        "config_snapshot": {"shadow_paper_logging": {"base_dir": "live_runs"}},
        "notes": "",
        **fields,
    }


def write_run(
    root: Path,
    run_id: str = RUN,
    *,
    csv: str | None = HEADER + STEPS,
    alerts: Iterable[str] = (),
    folder: str | None = None,
    **fields: Any,
) -> Path:
    """Write one run folder; *csv* None leaves the events out."""
    path = root / (folder or run_id)
    path.mkdir(parents=True, exist_ok=True)
    (path / "meta.json").write_text(json.dumps(meta(run_id, **fields), indent=2))
    if csv is not None:
        (path / "events.csv").write_text(csv)
    if lines := list(alerts):
        (path / "alerts.jsonl").write_text("".join(line + "\n" for line in lines))
    return path


def as_parquet(path: Path, csv: str = HEADER + STEPS) -> Path:
    """Write the same steps as parquet, times as texts, as the runner does."""
    frame = pd.read_csv(io.StringIO(csv), keep_default_na=False, dtype={"ts_event": str})
    frame.to_parquet(path / "events.parquet")
    return path / "events.parquet"


def runs_of(root: Path, at: pd.Timestamp | str = AT, **options: Any) -> RunsSource:
    """A source whose clock stands at a moment."""
    return RunsSource(root, clock=Watch(at), **options)
