"""What every kind of source keeps, whatever it reads: held against a real origin of each."""

from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd
import pytest

from data_sources import EVENT_COLUMNS, Reading, discover
from data_sources.columns import (
    CATEGORY_COLUMNS,
    INTEGER_COLUMNS,
    NUMBER_COLUMNS,
    TEXT_COLUMNS,
    TIME_COLUMNS,
)
from data_sources.frames import FRAMES, TIME, TRACE
from data_sources.reading import STATES
from data_sources.registry import Source
from tests.contract.conftest import ORIGINS
from tests.contract.origin import Follower, Origin

Make = Callable[[], Source]
EVENT_DTYPES = {
    **dict.fromkeys(TIME_COLUMNS, TIME),
    **dict.fromkeys(CATEGORY_COLUMNS, "category"),
    **dict.fromkeys(NUMBER_COLUMNS, "float64"),
    **dict.fromkeys(TEXT_COLUMNS, "str"),
    **dict.fromkeys(INTEGER_COLUMNS, "int64"),
}


@pytest.fixture
def stream(origin: Origin) -> Origin:
    """The origin, where it is a stream."""
    if origin.tell is None:
        pytest.skip("a state is given whole at each read: nothing is resumed")
    return origin


def agreed(reading: Reading, frame_name: str) -> None:
    """A reading has the columns and types that every page knows, and what it counts adds up."""
    for name, frame in {**reading.frames, frame_name: reading.frame}.items():
        given = {str(column): str(dtype) for column, dtype in frame.dtypes.items()}
        wanted = EVENT_DTYPES if name == "events" else _with_trace(name, given)
        assert {column: given.get(column) for column in wanted} == wanted, name
        if name == "events":
            assert tuple(frame.columns) == EVENT_COLUMNS
        assert frame["source"].notna().all(), name
    assert reading.state in STATES
    assert reading.problem is None or reading.problem.strip()
    assert reading.counts.balanced
    assert reading.as_of is None or str(reading.as_of.tz) == "UTC"
    assert json.loads(json.dumps(reading.cursor)) == reading.cursor


def test_no_origin_is_of_a_kind_that_is_gone() -> None:
    """Every kind has its origin here, and every origin its kind."""
    assert set(ORIGINS) == set(discover()), (
        "tests/contract/conftest.py names one origin for each kind of discover()"
    )


def test_a_reading_is_as_agreed(kind: str, origin: Origin, make: Make) -> None:
    """Columns, types, times in UTC nanoseconds, counts that add up, a cursor that is JSON."""
    source = make()
    frame_name = discover()[kind].frame_name  # type: ignore[attr-defined]
    follower = Follower(origin, source).until_ok()
    agreed(follower.reading, frame_name)
    agreed(source.read(), frame_name)
    assert follower.reading.problem is None
    if origin.tell is not None:
        assert follower.reading.counts.accepted == origin.rows
    assert (source.kind, source.name.strip() != "") == (kind, True)
    for frame in follower.frames:
        assert set(frame["source"].astype(str)) <= {source.name}


def test_closing_twice_is_fine(origin: Origin, make: Make) -> None:
    """Before the first read, after it, twice: nothing is raised."""
    make().close()
    source = make()
    Follower(origin, source).until_ok()
    source.close()
    source.close()


def test_a_cursor_is_taken_by_another_process(origin: Origin, make: Make) -> None:
    """A new source goes on from the JSON of the cursor of one that was closed."""
    first = make()
    before = Follower(origin, first).until_ok().reading
    first.close()
    cursor = json.loads(json.dumps(before.cursor))
    after = Follower(origin, make(), cursor).until(lambda f: f.reading.state == "ok").reading
    assert after.counts.balanced
    if origin.tell is None:
        pd.testing.assert_frame_equal(
            after.frame.drop(columns=_moments(after.frame)),
            before.frame.drop(columns=_moments(before.frame)),
        )


def test_a_stream_is_resumed_without_loss_or_doubles(stream: Origin, make: Make) -> None:
    """What came while nobody read is given once, and nothing from before comes again."""
    assert stream.tell is not None
    first = make()
    heard = Follower(stream, first).until(lambda f: set(f.told) == {0, 1, 2})
    assert heard.told == [0, 1, 2]
    cursor = json.loads(json.dumps(heard.reading.cursor))
    first.close()
    stream.tell(3)
    stream.tell(4)
    resumed = Follower(stream, make(), cursor).until(lambda f: 4 in f.told)
    assert resumed.told == [3, 4]
    assert resumed.reading.counts.balanced
    stream.tell(5)
    assert resumed.until(lambda f: 5 in f.told).told == [3, 4, 5]


def test_an_origin_that_vanishes_is_a_state(kind: str, origin: Origin, make: Make) -> None:
    """It is told with a sentence, no exception; what it last said keeps its shape."""
    source = make()
    follower = Follower(origin, source).until_ok()
    origin.vanish()
    follower.until(lambda f: f.reading.state != "ok")
    agreed(follower.reading, discover()[kind].frame_name)  # type: ignore[attr-defined]
    assert follower.reading.problem
    origin.come_back()
    follower.until(lambda f: f.reading.state == "ok")
    assert follower.reading.problem is None
    agreed(follower.reading, discover()[kind].frame_name)  # type: ignore[attr-defined]
    if origin.tell is not None:
        told = len(follower.told)
        origin.tell(9)
        assert follower.until(lambda f: 9 in f.told).told[told:] == [9]


def test_an_origin_that_was_never_there_is_a_state(origin: Origin, make: Make) -> None:
    """A source may be made before its origin: it waits, and reads it once it is there."""
    origin.vanish()
    follower = Follower(origin, make())
    assert follower.reading.state != "ok"
    assert follower.reading.counts.balanced
    origin.come_back()
    follower.until(lambda f: f.reading.state == "ok")


def _with_trace(name: str, given: dict[str, str]) -> dict[str, str]:
    """Columns and types of a frame; a line and a file stand there only where rows come of them."""
    lines = {column for column in TRACE if column.startswith("raw_") and column not in given}
    return {**{c: dtype for c, dtype in TRACE.items() if c not in lines}, **FRAMES[name]}


def _moments(frame: pd.DataFrame) -> list[str]:
    """Columns that tell when we looked, or how long an answer took."""
    return [name for name in ("as_of", "since", "latency_seconds", "detail") if name in frame]
