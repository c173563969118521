"""The clock: one sick source disturbs nobody, and nothing that was in hand is lost."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pandas as pd

from data_sources.jsonl import JsonlSource
from data_sources.reading import Reading
from demo.write import generate
from desk.desk import Desk
from desk.origin import origin
from tests.desk.small_desk import accepted, small_desk, totals, wait_for


class Stumbling(JsonlSource):
    """A log whose third read fails after it had taken its bytes."""

    reads = 0

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 100_000) -> Reading:
        reading = super().read(cursor, limit_bytes=100_000)
        self.reads += 1
        if self.reads == 3:
            raise RuntimeError("stumbled")
        return reading


def test_a_read_that_fails_is_late_not_lost(tmp_path: Path) -> None:
    """What a failed read had in hand is read again; its neighbors never notice."""
    logs = {name: tmp_path / name for name in ("sick", "well")}
    for seed, folder in enumerate(logs.values()):
        generate(folder, 3_000, seed=seed)
    sick = Stumbling(str(logs["sick"]), dialect="aurora", name="sick")
    well = JsonlSource(str(logs["well"]), dialect="aurora", name="well")
    desk = Desk([origin("sick", sick), origin("well", well)], state_dir=tmp_path / "state")
    desk.start()
    try:
        lines = {
            name: sum(path.read_bytes().count(b"\n") for path in folder.rglob("*.jsonl"))
            for name, folder in logs.items()
        }
        wait_for(lambda: desk.sources()[1]["accepted"] == lines["well"])
        wait_for(lambda: desk.sources()[0]["state"] == "unreadable")
        wait_for(lambda: desk.sources()[0]["accepted"] == lines["sick"])
        wait_for(lambda: desk.sources()[0]["state"] != "unreadable")
        assert len(desk.frame("events", limit=100_000, source="sick")) == lines["sick"]
    finally:
        desk.stop()


def test_viewers_hear_of_a_line_and_see_it(tmp_path: Path) -> None:
    """A line that is appended reaches a subscriber, and the picture of that version has it."""
    logs = tmp_path / "logs"
    logs.mkdir()
    heard: list[int] = []
    desk = small_desk(logs, tmp_path / "state")
    leave = desk.subscribe(heard.append)
    desk.start()
    try:
        wait_for(lambda: not desk.not_ready())
        with (logs / "aurora_events.jsonl").open("a") as out:
            line = {"event_code": "RISK.DENY", "ts_ns": time.time_ns(), "details": {"reason": "X"}}
            out.write(json.dumps(line) + "\n")
        wait_for(lambda: "order.denied" in {key.partition("/")[0] for key in totals(desk)})
        assert heard == sorted(heard)
        assert desk.view(300.0).tally["n"].sum() == 1
        leave()
        said = len(heard)
        time.sleep(1.2)
        assert len(heard) == said
    finally:
        desk.stop()


def test_the_same_picture_is_taken_once(tmp_path: Path) -> None:
    """Everyone who asks for the same window at the same version gets the same object."""
    desk = small_desk(tmp_path / "logs", tmp_path / "state")
    try:
        assert desk.view(300.0) is desk.view(300.0)
        assert desk.view(300.0) is not desk.view(60.0)
    finally:
        desk.stop()


def test_frames_have_their_names_and_times(tmp_path: Path) -> None:
    """Frames ascend in time and are narrowed by limit, times and symbol; each row has its line."""
    logs = tmp_path / "logs"
    generate(logs, 2_000, seed=4)
    desk = small_desk(logs, tmp_path / "state")
    desk.start()
    try:
        wait_for(lambda: not desk.not_ready() and accepted(desk))
        for name in desk.frames():
            frame = desk.frame(name, limit=10)
            assert len(frame) <= 10
        events = desk.frame("events", limit=500)
        assert len(events) == 500
        assert events["ts_event"].is_monotonic_increasing
        middle = pd.Timestamp(events["ts_event"].iloc[250])
        late = desk.frame("events", limit=10_000, since=middle)
        assert (late["ts_event"] >= middle).all()
        assert len(late) >= 250
        symbol = str(events["symbol"].dropna().iloc[0])
        assert set(desk.frame("events", limit=50, symbol=symbol)["symbol"].astype(str)) == {symbol}
        some = events.iloc[7]
        raw = desk.raw_line(some["raw_generation"], int(some["raw_offset"]), "aurora")
        assert raw is not None
        assert str(some["code"]).split(".")[0] in raw
    finally:
        desk.stop()
