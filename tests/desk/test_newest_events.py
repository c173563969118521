"""Which events are the newest depends on their times alone, not on how they were kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.jsonl import JsonlSource
from desk import event_table, history
from desk.desk import Desk
from tests.desk.test_of_session import at, fill

Start = Callable[..., Desk]
DATED = {"timestamp": "2025-10-16T12:00:00+00:00", "level": "INFO", "text": "dated", "source": "s"}
UNDATED = {"timestamp": "09:15:01", "narration": "undated", "event_type": "STATUS"}


def table(folder: Path, *lines: dict[str, Any]) -> pa.Table:
    file = folder / "narration.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    frame = JsonlSource(file, dialect="rick", name="rick").read().frame
    assert len(frame) == len(lines)
    return event_table.table_of([frame])


def test_a_line_without_a_time_pushes_nothing_out(tmp_path: Path) -> None:
    """In one commit with the dated line, after it or before it, in a file or not yet."""
    dated, undated = table(tmp_path, DATED), table(tmp_path, UNDATED)
    name, _, _, ends_ns = history.write(tmp_path, dated)
    other, _, _, none = history.write(tmp_path, undated)
    assert none is None
    kept = [
        ([], [table(tmp_path, DATED, UNDATED)]),
        ([], [dated, undated]),
        ([], [undated, dated]),
        ([(tmp_path / name, ends_ns)], [undated]),
        ([(tmp_path / name, ends_ns), (tmp_path / other, None)], []),
    ]
    for files, recent in kept:
        assert history.query(files, recent, limit=1)["text"].tolist() == ["dated"]
        assert history.query(files, recent, limit=2)["text"].tolist() == ["undated", "dated"]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return event_table.frame_of(table(tmp_path_factory.mktemp("one"), DATED))


@given(
    st.lists(st.lists(st.integers(0, 30) | st.none(), max_size=6), max_size=5), st.integers(1, 9)
)
def test_however_the_rows_were_committed(
    one: pd.DataFrame, commits: list[list[int | None]], limit: int
) -> None:
    """The newest rows of all, ascending, those without a time first and last in priority."""
    start = pd.Timestamp("2025-10-16", tz="UTC")
    recent = []
    for seconds in filter(None, commits):
        times = [pd.NaT if s is None else start + pd.Timedelta(seconds=s) for s in seconds]
        rows = pd.concat([one] * len(seconds), ignore_index=True)
        dated = pd.array(times, dtype="datetime64[ns, UTC]")
        recent.append(event_table.table_of([rows.assign(ts_event=dated)]))
    found = history.query([], recent, limit=limit)["ts_event"]
    told = [s for seconds in commits for s in seconds]
    first = sorted((s for s in told if s is not None), reverse=True)[:limit]
    missing = min(limit - len(first), told.count(None))
    assert found.isna().sum() == missing
    assert found.isna().to_numpy()[:missing].all()
    assert [(ts - start).seconds for ts in found.dropna()] == first[::-1]


@pytest.mark.parametrize(("first", "second"), [((1, 2, 3), (4, 7, 9)), ((4, 7, 9), (1, 2, 3))])
def test_the_newest_of_several_sources(
    start: Start, first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    """Whichever source was read first, and however few are asked for."""
    desk = start(
        first=("peak_trade", [fill("a", each) for each in first], None),
        second=("peak_trade", [fill("a", each) for each in second], None),
    )
    for limit, seconds in ((1, [9]), (2, [7, 9]), (4, [3, 4, 7, 9])):
        found = desk.frame("events", limit=limit)["ts_event"]
        assert found.tolist() == [pd.Timestamp(at(each)) for each in seconds]
