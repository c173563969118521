"""Tables of steps that nobody would write on purpose: each odd row or column costs itself alone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data_sources.peak_trade.run_files import HEADER, RUN, STEPS, runs_of, write_run
from tests.examples import examples

LINES = STEPS.splitlines(keepends=True)
OPEN_QUOTE = '9,2026-01-15T18:05:00+00:00,1,1,0,0,0,False,0,0,0,0,True,"never closed,0.1\n'
OVER_TWO_LINES = '9,2026-01-15T18:05:00+00:00,1,1,0,0,0,False,0,0,0,0,True,"a\nb; c",0.1\n'
GIANT = "9," + "x" * 3_000_000 + "\n"


@pytest.mark.parametrize(
    ("odd", "bad", "steps"),
    [
        (OPEN_QUOTE, 1, 3),
        (OVER_TWO_LINES, 0, 4),
        (GIANT, 1, 3),
        ("\n\n", 0, 3),
        (" \n\t \r\n", 0, 3),
        (OPEN_QUOTE * 2, 2, 3),
    ],
    ids=["open quote", "quoted newline", "giant", "blank", "only blanks", "two open quotes"],
)
def test_an_odd_row_swallows_no_neighbor(tmp_path: Path, odd: str, bad: int, steps: int) -> None:
    """An open quote or a giant line is one bad row; a quoted newline is part of its text."""
    write_run(tmp_path, csv=HEADER + LINES[0] + odd + LINES[1] + LINES[2])
    source = runs_of(tmp_path)
    reading = source.read()
    assert (reading.counts.accepted, reading.counts.quarantined.get("bad_row", 0)) == (steps, bad)
    assert reading.frame.iloc[0]["blocked"] == 1
    if odd is OVER_TWO_LINES:
        assert source.steps(RUN)["risk_reasons"].iloc[-1] == "a b; c"


@examples(20)
@given(odd=st.binary(max_size=60).filter(lambda data: b"\n" not in data and b"\r" not in data))
def test_no_line_whatever_is_in_it_costs_another(
    tmp_path_factory: pytest.TempPathFactory, odd: bytes
) -> None:
    """Between two good steps any bytes may stand: both steps are there, the totals are theirs."""
    root = tmp_path_factory.mktemp("runs")
    path = write_run(root, csv="") / "events.csv"
    path.write_bytes((HEADER + LINES[0] + LINES[1]).encode() + odd + b"\n" + LINES[2].encode())
    reading = runs_of(root).read()
    counts = reading.counts
    assert counts.accepted == 3
    assert counts.quarantined.get("bad_row", 0) == bool(odd.strip(b" \t"))
    assert reading.frame.iloc[0]["orders"] == 2


CELL = st.one_of(
    st.sampled_from(
        ["", "1e308", "-1e308", "1e400", "nan", "0", "True", "9" * 30, "2026-13-01", "x"]
    ),
    st.floats().map(str),
    st.integers().map(str),
)


@examples(33)
@given(rows=st.lists(st.lists(CELL, min_size=15, max_size=15), min_size=1, max_size=5))
def test_whatever_stands_in_the_cells_it_is_a_run(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    """Overflowing, infinite, no numbers at all: every row is a step, and nothing is raised."""
    root = tmp_path_factory.mktemp("runs")
    write_run(root, csv=HEADER + "".join(",".join(row) + "\n" for row in rows))
    reading = runs_of(root).read()
    assert (reading.counts.accepted, reading.state) == (len(rows), "ok")
    drawdown = reading.frame.iloc[0]["drawdown_ratio"]
    assert pd.isna(drawdown) or drawdown <= 0


def test_parquet_columns_of_any_type(tmp_path: Path) -> None:
    """Decimals, texts, dictionaries, nested values and a name that is there twice."""
    moment = dt.datetime(2026, 1, 15, 18, 1, tzinfo=dt.UTC)
    columns = [
        ("step", pa.array([2, 1], pa.uint8())),
        ("ts_event", pa.array([moment, None], pa.timestamp("s", "Europe/Berlin"))),
        ("equity", pa.array([Decimal("1.5"), Decimal(3)], pa.decimal128(9, 4))),
        ("equity", pa.array(["x", "y"])),
        ("realized_pnl", pa.array(["7.5", "oops"]).dictionary_encode()),
        ("position_size", pa.array([[1.0], None], pa.list_(pa.float64()))),
        ("risk_allowed", pa.array(["TRUE", "perhaps"])),
        ("risk_reasons", pa.array([{"a": 1}, None])),
        ("orders_filled", pa.array([True, False])),
        ("orders_blocked", pa.array([float("inf"), 1.0])),
        ("unknown", pa.array([b"\xff", b"\0"])),
    ]
    folder = write_run(tmp_path, csv=None)
    table = pa.table([array for _, array in columns], names=[name for name, _ in columns])
    pq.write_table(table, folder / "events.parquet")
    source = runs_of(tmp_path)
    reading = source.read()
    row = reading.frame.iloc[0]
    assert (reading.state, row["equity"], row["realized_pnl"]) == ("ok", 1.5, 7.5)
    assert (row["drawdown_ratio"], row["blocked"]) == (-0.5, 1)
    assert pd.isna(row["orders"])
    assert row["ts_last_event"] == pd.Timestamp(moment)
    steps = source.steps(RUN)
    assert steps["step"].tolist() == [1.0, 2.0]
    assert steps["risk_allowed"].isna().tolist() == [True, False]
    assert steps["position_quantity"].isna().all()


def test_parquet_without_any_known_column(tmp_path: Path) -> None:
    """Another table under the name is a run whose steps tell nothing, and no invented number."""
    folder = write_run(tmp_path, csv=None)
    pd.DataFrame({"Close": [1.0], "VOLUME": [2]}).to_parquet(folder / "events.parquet")
    row = runs_of(tmp_path, pd.Timestamp.now("UTC")).read().frame.iloc[0]
    assert row["state"] == "active"
    assert "name no time" in row["detail"]
    assert row[["equity", "orders", "blocked", "drawdown_ratio"]].isna().all()
