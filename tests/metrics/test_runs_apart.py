"""Runs of one folder are several series of equity: what one has is no loss of another."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from data_sources import RunsSource
from metrics.equity_series import equity_series
from metrics.period_drawdown import period_drawdowns
from metrics.pnl import profit_and_loss
from metrics.value_at_risk import values_at_risk
from tests.metrics.told_account import at

NOW = at("2026-11-21T20:10:00")
BASES = {"A": 10_000.0, "B": 1_000.0}


@pytest.fixture
def equity(tmp_path: Path) -> pd.DataFrame:
    """Two runs of Peak_Trade in one folder, side by side, each gaining 1 a minute."""
    for run, base in BASES.items():
        folder = tmp_path / run
        folder.mkdir()
        meta = {"run_id": run, "mode": "paper", "started_at": "2026-11-21T20:00:00+00:00"}
        (folder / "meta.json").write_text(json.dumps(meta))
        seconds = "00" if run == "A" else "30"
        rows = [
            f"{n},2026-11-21T20:{n:02d}:{seconds}+00:00,{base + n},{base},0,0" for n in range(10)
        ]
        head = "step,ts_event,equity,cash,realized_pnl,position_size"
        (folder / "events.csv").write_text("\n".join([head, *rows, ""]))
    return RunsSource(tmp_path, name="runs").read().frames["equity"]


def test_no_run_fell(equity: pd.DataFrame) -> None:
    """10,000 and 1,000 side by side that only gain: no drawdown in either, in no period."""
    found = period_drawdowns({"equity": equity}, at=NOW)
    assert found["worst_drawdown_ratio"].tolist() == [0.0] * 8
    peaks = found[found["period"] == "all"].set_index("stream")["equity_peak"]
    assert peaks.to_dict() == {"A": 10_009.0, "B": 1_009.0}


def test_each_run_gained_what_it_gained(equity: pd.DataFrame) -> None:
    """From 20:04:45 on each run gained 5, whatever the other had."""
    later = equity.assign(ts_event=equity["ts_event"] + pd.Timedelta("3h55min15s"))
    found = profit_and_loss({"equity": later}, at=at("2026-11-22T00:10:00"))
    assert found[found["period"] == "day"].set_index("stream")["pnl"].to_dict() == {
        "A": 5.0,
        "B": 5.0,
    }


def test_runs_that_follow_each_other_are_two(equity: pd.DataFrame) -> None:
    """A run that begins when another has ended goes on with nobody's money."""
    hours = (equity["session_id"] == "B").astype("int64")
    after = equity.assign(ts_event=equity["ts_event"] + pd.to_timedelta(hours, unit="h"))
    assert [series.stream for series in equity_series({"equity": after})] == ["A", "B"]
    assert [tail.stream for tail in values_at_risk(after)] == ["A", "B"]


def test_sessions_of_a_log_are_one_series(equity: pd.DataFrame) -> None:
    """A bot that begins anew in the same log goes on with the same money: one series."""
    line = equity.assign(raw_generation="g1")
    (series,) = equity_series({"equity": line})
    assert (series.stream, len(series.points)) == (None, 20)
