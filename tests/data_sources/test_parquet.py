"""The parquet source: the shapes of caches, what is read again, and the real cache."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources import Catalog, ParquetSource
from data_sources.frames import empty
from tests.data_sources.price_files import DAYS, bars, write

NOW = pd.Timestamp("2025-11-19T12:00:00Z").timestamp()


def source(path: Path | str, **options: object) -> ParquetSource:
    return ParquetSource(path, now=lambda: NOW, **options)  # type: ignore[arg-type]


def upper(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns=str.title).assign(**{"dividends": 0.0, "stock splits": 0.0})


def test_the_three_shapes_are_one(tmp_path: Path) -> None:
    """Upper case, lower case and a timestamp column beside a counted index give the same bars."""
    write(tmp_path, "AAA", upper(bars()))
    write(tmp_path, "BBB", bars())
    write(tmp_path, "CCC", bars().reset_index())
    reading = source(tmp_path).read()
    assert (reading.state, reading.problem) == ("ok", None)
    frame = reading.frame
    assert frame.dtypes.to_dict() == empty("prices").dtypes.to_dict()
    assert list(frame.columns) == list(empty("prices").columns)
    parts = dict(list(frame.groupby("symbol")))
    assert sorted(parts) == ["AAA", "BBB", "CCC"]
    for part in parts.values():
        assert part["ts_event"].tolist() == DAYS.tolist()
        for name in ("open", "high", "low", "close", "volume"):
            assert part[name].tolist() == bars()[name].tolist()
    assert reading.as_of == DAYS[-1]


def test_a_cache_that_was_appended_to_in_another_case_is_filled_from_both(tmp_path: Path) -> None:
    """`Close` for the old bars and `close` for the new ones are one column without a hole."""
    old, new = bars(), bars()
    mixed = old.rename(columns=str.title)
    mixed.iloc[-3:] = np.nan
    for name in new:
        mixed[name] = new[name].where(np.arange(len(new)) >= len(new) - 3)
    write(tmp_path, "XLK", mixed)
    assert source(tmp_path).read().frame["close"].tolist() == old["close"].tolist()


def test_times_without_a_zone_and_whole_numbers(tmp_path: Path) -> None:
    """Naive times are read in the source's zone and flagged; epoch times by their magnitude."""
    naive = bars()
    naive.index = naive.index.tz_convert("America/New_York").tz_localize(None)
    write(tmp_path, "NAIVE", naive)
    for name, unit in (("S", 10**9), ("MS", 10**6), ("US", 10**3), ("NS", 1)):
        whole = bars().reset_index()
        whole["timestamp"] = DAYS.as_unit("ns").asi8 // unit
        write(tmp_path, name, whole)
    reading = source(tmp_path, timezone="America/New_York").read()
    for _, part in reading.frame.groupby("symbol"):
        assert part["ts_event"].tolist() == DAYS.tolist()
    assert reading.state == "ok"
    assert "NAIVE_1D.parquet: times without a zone" in str(reading.problem)


def test_one_long_file_with_a_symbol_column(tmp_path: Path) -> None:
    """A file of many symbols is told apart by its own column, in any order of rows."""
    rows = [bars(last=last).assign(symbol=name) for name, last in (("B", 20), ("A", 30))]
    pd.concat(rows).sample(frac=1, random_state=1).to_parquet(tmp_path / "all.parquet")
    frame = source(tmp_path).read().frame
    assert frame.groupby("symbol")["close"].last().to_dict() == {"A": 30.0, "B": 20.0}
    assert frame.groupby("symbol")["ts_event"].is_monotonic_increasing.all()


def test_only_the_timeframe_that_is_asked_for(tmp_path: Path) -> None:
    """Four-hour bars in the same folder are not daily bars; names with dots stay whole."""
    write(tmp_path, "SPY", bars())
    write(tmp_path, "SPY", bars(last=1), timeframe="4H")
    write(tmp_path, "BRK.B", bars())
    assert set(source(tmp_path).read().frame["symbol"]) == {"SPY", "BRK.B"}
    assert source(tmp_path).read().frame["close"].min() > 50
    assert set(source(tmp_path, timeframe="4H").read().frame["symbol"]) == {"SPY"}


def test_a_glob_and_a_single_file(tmp_path: Path) -> None:
    """A glob takes what fits, a file itself."""
    for symbol in ("XLK", "XLE", "SPY"):
        write(tmp_path, symbol, bars())
    assert set(source(f"{tmp_path}/XL*_1D.parquet").read().frame["symbol"]) == {"XLK", "XLE"}
    assert set(source(tmp_path / "SPY_1D.parquet").read().frame["symbol"]) == {"SPY"}


def test_only_what_changed_is_read_again(tmp_path: Path) -> None:
    """A second look reads nothing; after one file changed, exactly that one is read."""
    write(tmp_path, "A", bars())
    changed = write(tmp_path, "B", bars())
    watched = source(tmp_path)
    first = watched.read().counts.bytes_read
    assert watched.read().counts.bytes_read == first
    write(tmp_path, "B", bars(last=200))
    again = watched.read()
    assert again.counts.bytes_read == first + changed.stat().st_size
    assert again.frame.groupby("symbol")["close"].last().to_dict() == {"A": 100.0, "B": 200.0}
    (tmp_path / "A_1D.parquet").unlink()
    assert set(watched.read().frame["symbol"]) == {"B"}


def test_a_caller_cannot_change_what_is_kept(tmp_path: Path) -> None:
    """What a caller does to its frame is not seen by the next reading."""
    write(tmp_path, "A", bars())
    watched = source(tmp_path)
    taken = watched.read().frame
    taken.loc[:, "close"] = 0.0
    assert watched.read().frame["close"].iloc[-1] == 100.0


def test_only_the_columns_that_are_asked_for(tmp_path: Path) -> None:
    """Other prices are missing then, and a file that lacks them is good."""
    write(tmp_path, "A", bars()[["close"]])
    frame = source(tmp_path, columns=("close",)).read().frame
    assert frame["close"].notna().all()
    assert frame["open"].isna().all()


def test_only_the_newest_bars(tmp_path: Path) -> None:
    """The newest three by time, wherever they lie in the file."""
    write(tmp_path, "A", bars().iloc[::-1])
    frame = source(tmp_path, newest_bars=3).read().frame
    assert frame["close"].tolist() == [98.0, 99.0, 100.0]
    assert len(source(tmp_path, newest_bars=100).read().frame) == len(DAYS)


def test_staleness_counts_sessions(tmp_path: Path) -> None:
    """Bars of 18 November are fresh on the 25th (5 sessions later) and stale on the 26th."""
    write(tmp_path, "SPY", bars())
    clock = [pd.NaT]
    for calendar, word in (("XNYS", "XNYS"), ("", "weekday")):
        clock[0] = pd.Timestamp("2025-11-25T21:30:00Z")
        watched = ParquetSource(tmp_path, calendar=calendar, now=lambda: clock[0].timestamp())
        assert watched.read().state == "ok"
        clock[0] = pd.Timestamp("2025-11-27T02:00:00Z")
        late = watched.read()
        assert late.state == "stale"
        assert f"2025-11-18, 6 {word} sessions ago" in str(late.problem)
        assert len(late.frame) == len(DAYS)


def test_no_folder_yet_is_waited_for(tmp_path: Path) -> None:
    """A missing folder, then an empty one, then a file: waiting, waiting, ok."""
    watched = source(tmp_path / "cache")
    assert watched.read().state == "waiting"
    (tmp_path / "cache").mkdir()
    assert watched.read().state == "waiting"
    write(tmp_path / "cache", "A", bars())
    assert watched.read().state == "ok"


def test_the_options_of_a_table(tmp_path: Path) -> None:
    """A desk's table makes the source, with its path from the desk's folder."""
    write(tmp_path, "A", bars())
    (tmp_path / "desk.toml").write_text(
        '[sources.cache]\nkind = "parquet"\npath = "."\ncalendar = "XNYS"\ncolumns = ["close"]\n'
    )
    cache = Catalog.from_toml(tmp_path / "desk.toml")["cache"]
    frame = cache.read().frame
    assert set(frame["source"]) == {"cache"}
    assert len(frame) == len(DAYS)


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(len(DAYS))), st.lists(st.integers(0, len(DAYS) - 1), max_size=4))
def test_order_and_repeats_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], again: list[int]
) -> None:
    """However the rows lie and however often a bar was told before, the bars are the same."""
    folder = tmp_path_factory.mktemp("cache")
    frame = bars()
    old = frame.iloc[again] * 7
    write(folder, "A", pd.concat([old, frame.iloc[order]]))
    found = source(folder).read().frame
    assert found["ts_event"].tolist() == DAYS.tolist()
    assert found["close"].tolist() == frame["close"].tolist()


def test_the_real_cache(realdata: Path) -> None:
    """14 symbols of about 1,478 bars; XLK closes at 283.64 on 2025-11-17, TLT ends a day later."""
    reading = source(realdata / "stock_trader/parquet_local_data", calendar="XNYS").read()
    assert (reading.state, reading.problem) == ("ok", None)
    counts = reading.frame["symbol"].value_counts()
    assert len(counts) == 14
    assert set(counts) == {1478, 1479}
    last = reading.frame.groupby("symbol").last()
    assert last.loc["XLK", "close"] == 283.6400146484375
    assert last.loc["XLK", "ts_event"] == pd.Timestamp("2025-11-17T05:00:00Z")
    assert last.loc["TLT", "ts_event"] == pd.Timestamp("2025-11-18T05:00:00Z")
