"""Run folders: what a run says becomes rows, with the states and totals that its files prove."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data_sources.frames import FRAMES, TRACE
from tests.data_sources.peak_trade.run_files import (
    HEADER,
    RUN,
    STEPS,
    Watch,
    as_parquet,
    runs_of,
    write_run,
)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_run_is_one_row_with_its_totals(tmp_path: Path, form: str) -> None:
    """CSV and parquet give the same: last values, drawdown −0.30 % of the peak, 2 orders."""
    folder = write_run(tmp_path, csv=None if form == "parquet" else HEADER + STEPS)
    if form == "parquet":
        as_parquet(folder)
    reading = runs_of(tmp_path).read()
    assert (reading.state, reading.problem, len(reading.frame)) == ("ok", None, 1)
    row = reading.frame.iloc[0]
    assert row["run_id"] == RUN
    assert (row["mode"], row["strategy_id"], row["symbol"]) == (
        "shadow",
        "demo_strategy",
        "BTC/EUR",
    )
    assert (row["equity"], row["realized_pnl"], row["unrealized_pnl"]) == (1002.0, 1.0, -3.0)
    assert row["drawdown_ratio"] == pytest.approx(-0.002985, abs=1e-6)
    assert (row["orders"], row["blocked"], row["state"]) == (2, 1, "active")
    assert row["ts_last_event"] == pd.Timestamp("2026-01-15T18:02:00Z")
    assert pd.isna(row["ts_finished"])
    assert reading.counts.accepted == 3
    assert reading.counts.balanced


def test_frames_have_the_agreed_columns(tmp_path: Path) -> None:
    """Every frame has its agreed columns and dtypes first, full or empty."""
    alert = (
        '{"rule_id":"r","severity":"WARN","message":"m","timestamp":"2026-01-15T18:01:00+00:00"}'
    )
    write_run(tmp_path / "full", alerts=[alert])
    (tmp_path / "empty").mkdir()
    for root in "full", "empty":
        reading = runs_of(tmp_path / root, account_id="A1").read()
        for name, frame in {"runs": reading.frame, **reading.frames}.items():
            columns = FRAMES[name]
            assert list(frame.columns)[: len(columns)] == list(columns)
            assert set(TRACE) <= set(frame.columns)
            for column, dtype in columns.items():
                assert frame[column].dtype == pd.Series([], dtype=dtype).dtype, (name, column)
    assert set(reading.frames) == {"equity", "steps", "alerts", "positions"}


def test_what_a_run_gives_beside_its_row(tmp_path: Path) -> None:
    """Its equity series with drawdowns, its alerts and its open position carry its id."""
    alert = (
        '{"rule_id":"r","severity":"WARN","message":"m","timestamp":"2026-01-15T18:01:00+00:00"}'
    )
    write_run(tmp_path, alerts=[alert, "{torn", alert.replace("WARN", "odd")])
    reading = runs_of(tmp_path, account_id="A1").read()
    equity = reading.frames["equity"]
    assert equity["equity"].tolist() == [1000.0, 1005.0, 1002.0]
    assert equity["drawdown_ratio"].round(6).tolist() == [0.0, 0.0, -0.002985]
    assert set(equity["currency"]) == {"EUR"}
    steps = reading.frames["steps"]
    assert steps["position_quantity"].tolist() == [0.0, 0.1, 0.1]
    assert steps[["orders", "blocked"]].to_numpy().tolist() == [[0, 0], [1, 0], [1, 1]]
    assert steps["reason"].tolist()[2] == "limit"
    assert steps["reason"].isna().tolist() == [True, True, False]
    assert reading.frame.iloc[0]["steps"] == 3
    alerts = reading.frames["alerts"]
    assert alerts["severity"].tolist() == ["warning", "odd"]
    position = reading.frames["positions"].iloc[0]
    assert (position["position_side"], position["quantity"]) == ("long", 0.1)
    for frame in reading.frames.values():
        assert set(frame["session_id"]) == {RUN}
        assert set(frame["account_id"]) == {"A1"}
    assert reading.counts.quarantined == {"malformed": 1}
    assert [line.reason for line in reading.quarantined] == ["malformed"]
    assert reading.counts.balanced


STATES = [
    ("2026-01-15T18:03:00Z", {}, "active", "stale when it is silent for more than 75 min"),
    ("2026-01-15T19:17:00Z", {}, "active", "75 min"),
    ("2026-01-15T18:03:00Z", {"timeframe": "?"}, "active", "more than 10 min"),
    ("2026-01-15T19:17:01Z", {}, "stale", "2026-01-15T18:02:00Z, more than 75 min"),
    ("2026-01-15T18:03:00Z", {"ended_at": "2026-01-15T18:02:30+00:00"}, "finished", None),
    ("2026-01-15T18:03:00Z", {"ended_at": "later"}, "finished", "end time cannot be read"),
    ("2026-01-15T18:03:00Z", {"csv": None}, "empty", "no events file"),
    ("2026-01-15T18:03:00Z", {"csv": HEADER}, "empty", "no step"),
    ("2026-01-15T18:13:00Z", {"timeframe": "?"}, "stale", "more than 10 min"),
    ("2026-01-15T18:03:00Z", {"symbol": None}, "unreadable", "meta.json lacks symbol"),
]


@pytest.mark.parametrize(("at", "fields", "state", "words"), STATES, ids=lambda v: str(v)[:30])
def test_states(tmp_path: Path, at: str, fields: dict[str, str], state: str, words: str) -> None:
    """A healthy 1 m run that writes every 50 steps is silent for 75 minutes before it is stale."""
    write_run(tmp_path, **fields)
    row = runs_of(tmp_path, at).read().frame.iloc[0]
    assert row["state"] == state
    assert pd.isna(row["detail"]) if words is None else words in row["detail"]


def test_an_unchanged_run_is_not_read_again(tmp_path: Path) -> None:
    """After a second read nothing more was read; appended steps cost only themselves."""
    path = write_run(tmp_path)
    source = runs_of(tmp_path, Watch("2036-01-01").at)
    first = source.read().counts.bytes_read
    assert first == (path / "events.csv").stat().st_size
    assert source.read().counts.bytes_read == first
    more = "3,2026-01-15T18:03:00+00:00,900.0,900.0,1.0,0.0,0,True,3,0,0,2,True,,0.0\n"
    with (path / "events.csv").open("a") as stream:
        stream.write(more + "4,2026-01-15T18:0")
    reading = source.read()
    assert reading.counts.bytes_read == first + len(more)
    row = reading.frame.iloc[0]
    assert (row["orders"], row["blocked"], row["equity"]) == (5, 3, 900.0)
    assert row["drawdown_ratio"] == pytest.approx((900 - 1005) / 1005)
    assert len(reading.frames["equity"]) == 4


def test_steps_and_trades_are_given_by_listed_ids_alone(tmp_path: Path) -> None:
    """The newest steps come ascending; an id that is not in the listing reads nothing."""
    path = write_run(tmp_path / "runs")
    (path / "trades.csv").write_text("what,pnl\nbuy,1\n")
    write_run(tmp_path, "outside")
    source = runs_of(tmp_path / "runs")
    assert source.steps(RUN, limit=2)["step"].tolist() == [1.0, 2.0]
    assert source.trades(RUN)["what"].tolist() == ["buy"]
    assert source.meta(RUN)["notes"] == ""
    for wrong in "../outside", str(tmp_path / "outside"), "", ".", "a\0b", "x" * 5_000:
        with pytest.raises(KeyError):
            source.steps(wrong)
    (path / "events.csv").unlink()
    with pytest.raises(LookupError, match="no steps"):
        source.steps(RUN)


def test_the_last_rows_are_the_newest(tmp_path: Path) -> None:
    """Runs ascend by their newest step, those without one first; so do points and alerts."""
    write_run(tmp_path, "b_new")
    write_run(tmp_path, "c_old", csv=HEADER + STEPS.replace("2026-01-15", "2026-01-14"))
    write_run(tmp_path, "a_none", csv=None)
    reading = runs_of(tmp_path).read()
    assert reading.frame["run_id"].tolist() == ["a_none", "c_old", "b_new"]
    equity = reading.frames["equity"]
    assert equity["session_id"].tolist() == ["c_old"] * 3 + ["b_new"] * 3
    assert equity["ts_event"].is_monotonic_increasing
