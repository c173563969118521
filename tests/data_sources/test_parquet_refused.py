"""Parquet files that cannot be used: each is refused with its reason, its neighbours are not."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_sources import ParquetSource
from data_sources.errors import ConfigError
from tests.data_sources.price_files import DAYS, bars, write

NOW = pd.Timestamp("2025-11-19T12:00:00Z").timestamp()


def source(path: Path, **options: object) -> ParquetSource:
    return ParquetSource(path, now=lambda: NOW, **options)  # type: ignore[arg-type]


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def torn(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    whole[40:1200] = os.urandom(1160)
    file.write_bytes(bytes(whole))


def text(file: Path) -> None:
    file.write_text("symbol,close\nXLK,1\n" * 10)


def words(file: Path) -> None:
    bars().assign(close="dear").to_parquet(file)


def texts_for_times(file: Path) -> None:
    bars().reset_index().assign(timestamp="2025-11-18").to_parquet(file)


def no_times(file: Path) -> None:
    bars().reset_index(drop=True).to_parquet(file)


def no_close(file: Path) -> None:
    bars().drop(columns="close").to_parquet(file)


def no_rows(file: Path) -> None:
    bars().iloc[:0].to_parquet(file)


def all_zero(file: Path) -> None:
    bars().assign(close=0.0).to_parquet(file)


def wrong_unit(file: Path) -> None:
    frame = bars()
    frame.index = pd.to_datetime(DAYS.asi8 // 10**12, utc=True).rename("timestamp")
    frame.to_parquet(file)


def small_numbers_for_times(file: Path) -> None:
    bars().reset_index().assign(timestamp=np.arange(len(DAYS))).to_parquet(file)


def too_wide(file: Path) -> None:
    bars().assign(**{f"c{i}": 1.0 for i in range(70)}).to_parquet(file)


SPOILED: dict[Callable[[Path], None], str] = {
    truncated: "cut off or no parquet",
    emptied: "empty or still being written",
    torn: "cut off or no parquet",
    text: "cut off or no parquet",
    words: "'close' is large_string; it must hold numbers",
    texts_for_times: "'timestamp' is large_string; it must hold timestamps",
    no_times: "no column of times",
    no_close: "no column 'close'",
    no_rows: "has no rows",
    all_zero: "no bar with a time and a close above 0",
    wrong_unit: "unit of its times is wrong",
    small_numbers_for_times: "no epoch time",
    too_wide: "columns, more than 64",
}


@pytest.mark.parametrize("spoil", SPOILED, ids=lambda each: each.__name__)
def test_a_spoiled_file_is_named_and_its_neighbours_stay(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    """The reason names the file; the other symbol is whole; alone, the state is bad_payload."""
    write(tmp_path, "GOOD", bars())
    bad = write(tmp_path, "BAD", bars())
    spoil(bad)
    reading = source(tmp_path).read()
    assert reading.state == "degraded"
    assert "BAD_1D.parquet" in str(reading.problem)
    assert SPOILED[spoil] in str(reading.problem)
    assert reading.frame["symbol"].tolist() == ["GOOD"] * len(DAYS)
    assert source(bad).read().state == "bad_payload"


@pytest.mark.parametrize("spoil", SPOILED, ids=lambda each: each.__name__)
def test_the_last_good_bars_of_a_spoiled_file_stay(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    """A file that turns bad keeps its last good bars and says so; mended, it is ok again."""
    file = write(tmp_path, "XLK", bars())
    watched = source(tmp_path)
    assert watched.read().state == "ok"
    spoil(file)
    reading = watched.read()
    assert reading.state == "degraded"
    assert "its last good bars are kept" in str(reading.problem)
    assert reading.frame["close"].tolist() == bars()["close"].tolist()
    write(tmp_path, "XLK", bars(last=50))
    mended = watched.read()
    assert (mended.state, mended.problem) == ("ok", None)
    assert mended.frame["close"].iloc[-1] == 50.0


def test_an_enormous_file_is_refused_without_being_read(tmp_path: Path) -> None:
    """Sixty million rows in some kilobytes, and a file above max_bytes, cost no memory."""
    write(tmp_path, "GOOD", bars())
    table = pa.table({"timestamp": pa.array(DAYS[:1]).take(pa.array(np.zeros(3_000_000, int)))})
    table = table.append_column("close", pa.array(np.full(3_000_000, 1.0)))
    with pq.ParquetWriter(tmp_path / "BOMB_1D.parquet", table.schema, compression="zstd") as out:
        for _ in range(20):
            out.write_table(table)
    (tmp_path / "HUGE_1D.parquet").write_bytes(b"PAR1" * 1_000_000)
    del table
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reading = source(tmp_path, max_bytes=2_000_000).read()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
    assert "BOMB_1D.parquet has 60,000,000 rows, more than max_rows" in str(reading.problem)
    assert "HUGE_1D.parquet has 4,000,000 bytes, more than max_bytes" in str(reading.problem)
    assert set(reading.frame["symbol"]) == {"GOOD"}


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A link to a file elsewhere is not followed; one within the folder is."""
    inside, outside = tmp_path / "cache", tmp_path / "elsewhere"
    inside.mkdir()
    outside.mkdir()
    (inside / "data").mkdir()
    (inside / "OUT_1D.parquet").symlink_to(write(outside, "SECRET", bars()))
    (inside / "IN_1D.parquet").symlink_to(write(inside / "data", "IN", bars()))
    reading = source(inside).read()
    assert set(reading.frame["symbol"]) == {"IN"}
    assert "OUT_1D.parquet is a link that leads out" in str(reading.problem)


def test_a_pipe_hangs_nobody(tmp_path: Path) -> None:
    """A named pipe among the files is refused, not waited for."""
    os.mkfifo(tmp_path / "PIPE_1D.parquet")
    write(tmp_path, "GOOD", bars())
    assert "PIPE_1D.parquet is no regular file" in str(source(tmp_path).read().problem)


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 in a file's name become `?`, in the symbol and in the problem."""
    write(tmp_path, "GOOD", bars())
    os.rename(tmp_path / "GOOD_1D.parquet", os.fsencode(tmp_path) + b"/B\xff_1D.parquet")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/X\xff_1D.parquet")).touch()
    reading = source(tmp_path).read()
    assert set(reading.frame["symbol"]) == {"B?"}
    assert "X?_1D.parquet" in str(reading.problem)


def test_two_files_of_one_symbol(tmp_path: Path) -> None:
    """The first counts, the second is told."""
    write(tmp_path, "A", bars())
    bars(last=70).to_parquet(tmp_path / "A.parquet")
    reading = source(tmp_path).read()
    assert len(reading.frame) == len(DAYS)
    assert "A is in" in str(reading.problem)


def test_bars_that_cannot_be_are_left_out_and_counted(tmp_path: Path) -> None:
    """A missing close, a negative one, infinity, and a bar of next year: four bars less, told."""
    frame = bars()
    frame.iloc[0, 3], frame.iloc[1, 3], frame.iloc[2, 3] = np.nan, -5.0, np.inf
    days = [*DAYS[:-1], pd.Timestamp("2026-11-18T05:00Z")]
    frame.index = pd.DatetimeIndex(days).rename("timestamp")
    write(tmp_path, "A", frame)
    reading = source(tmp_path).read()
    assert len(reading.frame) == len(DAYS) - 4
    assert "3 of 12 bars without a time or a close above 0 left out" in str(reading.problem)
    assert "1 of 12 bars later than now left out" in str(reading.problem)


def test_a_folder_of_bars_is_recognized(tmp_path: Path) -> None:
    """By the columns of a file; other parquet, text and no file are not recognized."""
    write(tmp_path, "SPY", bars())
    assert "1 parquet files of bars" in str(ParquetSource.recognizes(tmp_path))
    for number, spoil in enumerate((no_close, text, emptied, no_times)):
        folder = tmp_path / str(number)
        folder.mkdir()
        spoil(write(folder, "A", bars()))
        assert ParquetSource.recognizes(folder) is None
    assert ParquetSource.recognizes(tmp_path / "missing") is None


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"max_bytes": 0}, "max_bytes"),
        ({"max_rows": -1}, "max_rows"),
        ({"every_seconds": 0.0}, "every_seconds"),
        ({"columns": ()}, "columns"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"calendar": "NYSE2"}, "calendar"),
    ],
)
def test_wrong_options_are_refused(tmp_path: Path, options: dict[str, object], key: str) -> None:
    """The message starts with the key."""
    with pytest.raises(ConfigError, match=f"^{key}: "):
        source(tmp_path, **options)
