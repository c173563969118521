"""At a chosen moment the sources are told as they were then, with the ages of then."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pytest

from data_sources.frames import shaped
from data_sources.jsonl import JsonlSource
from data_sources.reading import Reading
from desk.desk import Desk
from desk.origin import origin
from tests.desk.small_desk import accepted, wait_for

SECOND = 10**9
START = 1_756_728_000 * SECOND
NOW = START + 600 * SECOND


class Bell:
    """A polled source that tells the state it is given."""

    kind: ClassVar = "bell"
    frame_name: ClassVar = "services"
    stale_after_seconds = 30.0
    every_seconds = 0.02
    path = "bell"

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self.state = "ok"
        self._now_ns = now_ns

    def read(self) -> Reading:
        frame = shaped("services", [{"name": "bell", "state": self.state}], source="bell")
        problem = None if self.state == "ok" else "nobody answers; start it"
        as_of = pd.Timestamp(self._now_ns(), unit="ns", tz="UTC")
        return Reading(frame, {}, as_of=as_of, state=self.state, problem=problem)

    def close(self) -> None:
        """Nothing is open."""


def line(seconds: float) -> str:
    stamp = START + round(seconds * SECOND)
    return json.dumps({"event_code": "HEALTH.OK", "ts_ns": stamp, "details": {}}) + "\n"


@pytest.fixture
def clock() -> list[int]:
    return [NOW]


@pytest.fixture
def bell(clock: list[int]) -> Bell:
    return Bell(lambda: clock[0])


@pytest.fixture
def desk(tmp_path: Path, clock: list[int], bell: Bell) -> Iterator[Desk]:
    """One log with lines at 0, 5 and 300 s, one with a line at 400 s alone, and a bell."""
    origins = []
    for name, moments in (("aurora", (0, 5, 300)), ("late", (400,))):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "aurora_events.jsonl").write_text("".join(map(line, moments)))
        source = JsonlSource(str(folder), dialect="aurora", name=name, clock=lambda: clock[0])
        origins.append(origin(name, source))
    origins.append(origin("bell", bell))
    desk = Desk(origins, state_dir=tmp_path / "state", now_ns=lambda: clock[0])
    desk.start()
    wait_for(lambda: accepted(desk) == 3 and desk.sources()[1]["accepted"] == 1)
    wait_for(lambda: desk.sources()[2]["received_ms"] is not None)
    yield desk
    desk.stop()


def at(desk: Desk, seconds: float) -> dict[str, dict[str, Any]]:
    moment = pd.Timestamp(START + round(seconds * SECOND), unit="ns", tz="UTC")
    return {row["name"]: row for row in desk.view(at=moment).sources}


def test_an_age_is_that_of_the_moment_and_never_negative(desk: Desk) -> None:
    """Seven seconds after the start the newest of the lines so far is two seconds old."""
    row = at(desk, 7)["aurora"]
    assert (row["age_seconds"], row["state"]) == (2.0, "ok")
    assert row["received_ms"] == (START + 5 * SECOND) // 10**6
    assert pd.Timestamp(row["newest_ts_event"]).value == START + 5 * SECOND
    for seconds in (0, 4, 6, 299, 301, 599):
        for row in at(desk, seconds).values():
            assert row["age_seconds"] is None or row["age_seconds"] >= 0


def test_a_silence_of_then_is_told_though_the_source_lives_now(desk: Desk) -> None:
    """Between its lines the source had been stale, as long as it was."""
    row = at(desk, 200)["aurora"]
    assert (row["age_seconds"], row["state"]) == (195.0, "stale")
    assert at(desk, 300.5)["aurora"]["state"] == "ok"


def test_a_source_without_lines_by_then_waits(desk: Desk) -> None:
    """What had told nothing is neither ok nor of any age."""
    row = at(desk, 399)["late"]
    assert (row["state"], row["age_seconds"], row["newest_ts_event"]) == ("waiting", None, None)
    assert at(desk, 401)["late"]["state"] == "ok"


def test_a_polled_source_is_told_as_it_was_said_last(
    desk: Desk, clock: list[int], bell: Bell
) -> None:
    """It was down for a minute: then, and only then; before the desk began nobody knows."""
    clock[0] = NOW + 60 * SECOND
    bell.state = "down"
    wait_for(lambda: desk.sources()[2]["state"] == "down")
    clock[0] = NOW + 120 * SECOND
    bell.state = "ok"
    wait_for(lambda: desk.sources()[2]["state"] == "ok")
    clock[0] = NOW + 180 * SECOND
    assert at(desk, 590)["bell"]["state"] == "unknown"
    assert at(desk, 630)["bell"]["state"] == "ok"
    row = at(desk, 690)["bell"]
    assert (row["state"], row["problem"]) == ("down", "nobody answers; start it")
    assert at(desk, 750)["bell"]["problem"] is None


def test_a_moment_to_come_is_now_and_later(desk: Desk) -> None:
    """Ages go on to the moment asked for; nothing of it is known yet."""
    row = at(desk, 700)["late"]
    assert (row["age_seconds"], row["state"]) == (300.0, "stale")


def test_the_newest_moment_of_an_old_log_finds_it_fresh(desk: Desk) -> None:
    """`at=last` is the moment of the last line: its source had just told it."""
    rows = {row["name"]: row for row in desk.view(at="last").sources}
    assert (rows["late"]["age_seconds"], rows["late"]["state"]) == (0.0, "ok")
    assert (rows["aurora"]["age_seconds"], rows["aurora"]["state"]) == (100.0, "stale")
