"""Many files of a price cache are read side by side, into one piece of memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources.parquet import ParquetSource
from data_sources.parquet_room import joined, rows_promised
from tests.data_sources.price_files import DAYS, bars, write

NOW = pd.Timestamp("2025-11-19", tz="UTC").timestamp()


def source(path: Path, **options: object) -> ParquetSource:
    return ParquetSource(path, name="prices", now=lambda: NOW, **options)  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.sampled_from(["good", "hole", "no volume", "unsorted", "cut off", "other case"]),
        min_size=2,
        max_size=12,
    )
)
def test_a_folder_is_its_files(tmp_path_factory, kinds: list[str]) -> None:
    """Whatever some files lack, the frame is that of each file by itself, one after the other."""
    folder = tmp_path_factory.mktemp("prices")
    files = []
    for number, kind in enumerate(kinds):
        frame = bars(last=100.0 + number, days=DAYS[: len(DAYS) - number % 4])
        if kind == "hole":
            frame.iloc[3, frame.columns.get_loc("close")] = np.nan
        elif kind == "no volume":
            frame = frame.drop(columns="volume")
        elif kind == "unsorted":
            frame = frame.iloc[::-1]
        elif kind == "other case":
            frame = frame.rename(columns=str.title)
        file = write(folder, f"S{number:02d}", frame)
        if kind == "cut off":
            file.write_bytes(file.read_bytes()[:-20])
        files.append(file)
    whole = source(folder).read()
    alone = [source(file).read() for file in files]
    frames = [each.frame for each in alone if len(each.frame)]
    if frames:
        expected = pd.concat(frames, ignore_index=True)
        pd.testing.assert_frame_equal(whole.frame, expected)
    assert len(whole.frame) == sum(map(len, frames))
    assert (whole.state == "degraded") == ("cut off" in kinds and bool(frames))


def test_one_of_many_that_changed(tmp_path: Path) -> None:
    """After one of twelve files changed the frame has its new bars, and the others' as before."""
    for number in range(12):
        write(tmp_path, f"S{number:02d}", bars(last=100.0 + number))
    reader = source(tmp_path)
    before = reader.read().frame
    write(tmp_path, "S05", bars(last=500.0, days=DAYS[:-1]))
    after = reader.read().frame
    assert after["close"][after["symbol"] == "S05"].iloc[-1] == 500.0
    for number in set(range(12)) - {5}:
        one = f"S{number:02d}"
        pd.testing.assert_frame_equal(
            before[before["symbol"] == one].reset_index(drop=True),
            after[after["symbol"] == one].reset_index(drop=True),
        )


def test_arrays_that_lie_together_are_not_copied() -> None:
    """Neighbors in one memory are joined where they are; others are put together elsewhere."""
    room = np.arange(10.0)
    together = joined([room[2:5], room[5:9]])
    assert np.shares_memory(together, room)
    assert together.tolist() == room[2:9].tolist()
    for parts in ([room[5:9], room[2:5]], [room[2:5], room[6:9]], [room[2:5], np.ones(2)]):
        apart = joined(parts)
        assert not np.shares_memory(apart, room)
        assert apart.tolist() == np.concatenate(parts).tolist()


def test_what_a_footer_promises(tmp_path: Path) -> None:
    """The rows of a good file; none of a text, of a folder and of nothing."""
    text = tmp_path / "text.parquet"
    text.write_text("no parquet at all, but long enough to have a footer")
    assert rows_promised(write(tmp_path, "SPY", bars())) == len(DAYS)
    assert [rows_promised(each) for each in (text, tmp_path, tmp_path / "none")] == [0, 0, 0]
