"""What an older dashboard of these files got wrong, and what is true here instead."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from data_sources import JsonlSource
from data_sources.runs import RunsSource
from tests.data_sources.peak_trade.run_files import (
    HEADER,
    RUN,
    STEPS,
    as_parquet,
    runs_of,
    write_run,
)
from tests.data_sources.peak_trade.test_sessions import session, source_of
from tests.data_sources.peak_trade.test_sessions import write as write_session
from tests.data_sources.peak_trade.test_telemetry import telemetry


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_step_without_reasons_has_none(tmp_path: Path, form: str) -> None:
    """Defect 4: an empty `risk_reasons` is missing in every normal step, in CSV as in parquet."""
    folder = write_run(tmp_path)
    if form == "parquet":
        (folder / "events.csv").unlink()
        as_parquet(folder)
    steps = runs_of(tmp_path).steps(RUN)
    assert steps["risk_reasons"].isna().tolist() == [True, True, False]
    assert steps["risk_allowed"].tolist() == [True, True, False]


def test_a_run_without_events_is_a_run(tmp_path: Path) -> None:
    """Defect 5: it stands in the list as empty, its numbers missing and not 0."""
    write_run(tmp_path, csv=None)
    row = runs_of(tmp_path).read().frame.iloc[0]
    assert row["state"] == "empty"
    numbers = ["equity", "realized_pnl", "drawdown_ratio", "orders", "blocked"]
    assert row[numbers].isna().all()


@pytest.mark.parametrize("form", ["csv", "parquet", "timestamps"])
def test_naive_times_do_not_hide_an_unfinished_run(tmp_path: Path, form: str) -> None:
    """Defect 6: they are read in the source's zone and counted; the run stays and is active."""
    csv = HEADER + STEPS.replace("+00:00", "")
    folder = write_run(tmp_path, csv=csv if form == "csv" else None)
    if form != "csv":
        path = as_parquet(folder, csv)
        if form == "timestamps":
            frame = pd.read_parquet(path)
            frame["ts_event"] = pd.to_datetime(frame["ts_event"])
            frame.to_parquet(path)
    reading = runs_of(tmp_path).read()
    row = reading.frame.iloc[0]
    assert (row["state"], row["ts_last_event"]) == ("active", pd.Timestamp("2026-01-15T18:02:00Z"))
    assert reading.counts.naive == 3
    earlier = runs_of(tmp_path, timezone="Europe/Berlin").read().frame.iloc[0]
    assert earlier["ts_last_event"] == pd.Timestamp("2026-01-15T17:02:00Z")


def test_a_time_that_is_none_costs_itself_alone(tmp_path: Path) -> None:
    """Garbage and the year 2099 among times: the step counts, its time is missing."""
    steps = STEPS.replace("2026-01-15T18:01:00+00:00", "soon").replace(
        "2026-01-15T18:02", "2099-01-15T18:02"
    )
    write_run(tmp_path, csv=HEADER + steps)
    reading = runs_of(tmp_path).read()
    row = reading.frame.iloc[0]
    assert (row["orders"], row["ts_last_event"]) == (2, pd.Timestamp("2026-01-15T18:00:00Z"))
    assert (reading.counts.accepted, reading.counts.untimed) == (3, 2)


def test_a_file_name_that_differs_from_the_id_inside_hides_nothing(tmp_path: Path) -> None:
    """Defect 12: the id that the lines name counts; without one the folder's name."""
    lines = [telemetry("fill", {"client_id": "c"}, session_id="inner")] * 12
    lines.append({**telemetry("fill", {"client_id": "c"}), "session_id": None})
    (tmp_path / "outer.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    events = JsonlSource(tmp_path, dialect="peak_trade").read().frame
    assert (events["session_id"] == "inner").sum() == 12
    assert events["session_id"].iloc[-1] == tmp_path.name


def test_zero_is_a_number(tmp_path: Path) -> None:
    """Defect 14: no orders, no profit, no drawdown: 0 in sessions and runs, not missing."""
    metrics = {"num_orders": 0, "num_trades": 7, "realized_pnl": 0.0, "max_drawdown": 0.0}
    write_session(tmp_path / "s", "a.json", session(metrics=metrics))
    row = source_of(tmp_path / "s").read().frame.iloc[0]
    assert row[["orders", "realized_pnl", "max_drawdown_ratio"]].tolist() == [0, 0.0, 0.0]
    write_run(tmp_path / "r", csv=HEADER + STEPS.splitlines(keepends=True)[0])
    row = runs_of(tmp_path / "r").read().frame.iloc[0]
    assert row[["orders", "blocked", "realized_pnl", "drawdown_ratio"]].tolist() == [0, 0, 0.0, 0.0]


def test_an_unknown_status_is_itself_everywhere(tmp_path: Path) -> None:
    """Defect 15: it is not turned into `started` or `completed` by whether it has ended."""
    write_session(tmp_path, "a.json", session("a", status="Weird"))
    write_session(tmp_path, "b.json", session("b", status=None, finished_at=None))
    status = source_of(tmp_path).read().frame.set_index("session_id")["status"]
    assert status["a"] == "weird"
    assert pd.isna(status["b"])


def test_rare_modes_are_not_lost_behind_newer_files(tmp_path: Path) -> None:
    """Defect 16: all sessions are given before anybody filters: one of 200 is found."""
    for number in range(200):
        mode = "live" if number == 0 else "shadow"
        write_session(tmp_path, f"{number:04}.json", session(f"s{number}", mode=mode))
    frame = source_of(tmp_path).read().frame
    assert frame[frame["mode"] == "live"]["session_id"].tolist() == ["s0"]


def test_drawdown_does_not_depend_on_how_much_is_given(tmp_path: Path) -> None:
    """Defect 20: the peak may lie long before the newest points: it counts all the same."""
    rows = [
        f"{n},2026-01-15T18:00:00+00:00,{2000 if n == 0 else 1000},1,,,,,,,,,,,\n"
        for n in range(2_500)
    ]
    write_run(tmp_path, csv=HEADER + "".join(rows))
    reading = runs_of(tmp_path).read()
    equity = reading.frames["equity"]
    assert len(equity) == 2_000
    assert equity["drawdown_ratio"].tolist() == [-0.5] * 2_000
    assert reading.frame.iloc[0]["drawdown_ratio"] == -0.5


def test_reading_writes_nothing(tmp_path: Path) -> None:
    """Defect 21: no folder and no file appears, whatever is there or missing."""
    write_run(tmp_path / "live_runs")
    write_session(tmp_path / "sessions", "a.json", session())
    before = sorted(tmp_path.rglob("*"))
    for source in runs_of(tmp_path / "live_runs"), source_of(tmp_path / "sessions"):
        source.read()
    for missing in "a", "b":
        RunsSource(tmp_path / missing).read()
        source_of(tmp_path / missing).read()
    assert sorted(tmp_path.rglob("*")) == before


def test_an_outage_is_no_quiet_market(tmp_path: Path) -> None:
    """Defect 22: a folder that cannot be used is a state with a sentence, no empty list."""
    (tmp_path / "file").write_text("x")
    for source in RunsSource(tmp_path / "file"), source_of(tmp_path / "file"):
        reading = source.read()
        assert reading.state == "misconfigured"
        assert str(tmp_path / "file") in str(reading.problem)
    write_run(tmp_path / "runs")
    source = runs_of(tmp_path / "runs")
    source.read()
    (tmp_path / "runs").rename(tmp_path / "moved")
    (tmp_path / "runs").write_text("no folder any more")
    reading = source.read()
    assert (reading.state, len(reading.frame)) == ("misconfigured", 1)


def test_fifty_runs_are_not_read_again_and_again(tmp_path: Path) -> None:
    """Defect 24: a second look at runs that did not change opens no file of theirs."""
    for number in range(50):
        write_run(tmp_path, f"run_{number}")
    source = runs_of(tmp_path, "2036-01-01")
    first = source.read()
    opened: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("data_sources.files.stamp.os.open", lambda path, *_: opened.append(str(path)))
        again = source.read()
    assert opened == []
    assert again.frame.equals(first.frame)
    assert again.frames["equity"] is first.frames["equity"]
