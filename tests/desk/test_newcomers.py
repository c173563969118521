"""A desk over an attached folder: what appears while it runs is a source like the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk import newcomers
from desk.attachment import Attachment
from desk.desk import Desk
from desk.newcomers import Newcomers
from desk.origin import Origin
from tests.data_sources.good_lines import good, write
from tests.data_sources.peak_trade.run_files import write_run
from tests.desk.small_desk import wait_for

NARRATED = b'{"timestamp": "2025-10-13T21:06:15", "level": "INFO", "text": "t", "source": "s"}'


def desk_over(folder: Path, state: Path) -> Desk:
    attachment = Attachment([folder], state)
    return Desk(attachment.origins(), state_dir=state, newcomers=attachment.newcomers)


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(newcomers, "PAUSE_SECONDS", 0.05)
    (tmp_path / "logs").mkdir()
    yield tmp_path / "logs"


def accepted(desk: Desk) -> dict[str, int]:
    return {row["name"]: row["accepted"] for row in desk.sources()}


def test_an_empty_folder_fills_while_the_desk_runs(logs: Path, tmp_path: Path) -> None:
    """The first system is read by the waiting source, the second by a new one; runs are told."""
    desk = desk_over(logs, tmp_path / "state")
    desk.start()
    try:
        assert [row["state"] for row in desk.sources()] == ["waiting"]
        write(logs / "aurora_events.jsonl", good(1))
        wait_for(lambda: accepted(desk) == {"logs": 1})
        write(logs / "narration.jsonl", NARRATED, NARRATED)
        wait_for(lambda: accepted(desk) == {"logs": 1, "logs_rick": 2})
        events = desk.frame("events")
        assert set(zip(events["source"], events["system"], strict=True)) == {
            ("logs", "aurora"),
            ("logs_rick", "rick"),
        }
        assert desk.frame("narration", source="logs_rick")["told_total"].tolist() == [2]
        # In one step: folders that are made within each other trip watchdog's own threads.
        write_run(tmp_path / "live_runs")
        (tmp_path / "live_runs").rename(logs / "live_runs")
        wait_for(lambda: len(desk.frame("runs")) == 1)
        write(logs / "aurora_events.jsonl", good(2))
        wait_for(lambda: accepted(desk)["logs"] == 2)
    finally:
        desk.stop()


def test_what_came_later_is_kept_over_a_restart(logs: Path, tmp_path: Path) -> None:
    """Attached again, the folder gives the same events, each once."""
    write(logs / "aurora_events.jsonl", good(1))
    write(logs / "narration.jsonl", NARRATED)
    first = desk_over(logs, tmp_path / "state")
    first.start()
    try:
        wait_for(lambda: accepted(first) == {"logs_aurora": 1, "logs_rick": 1})
        write(logs / "more_narration.jsonl", NARRATED)
        write(logs / "more_aurora.jsonl", good(5), good(6))
        wait_for(lambda: accepted(first) == {"logs_aurora": 3, "logs_rick": 2})
    finally:
        first.stop()
    again = desk_over(logs, tmp_path / "state")
    again.start()
    try:
        wait_for(lambda: accepted(again) == {"logs_aurora": 3, "logs_rick": 2})
        assert len(again.frame("events")) == 5
        write(logs / "more_aurora.jsonl", good(7))
        wait_for(lambda: accepted(again)["logs_aurora"] == 4)
        assert len(again.frame("events")) == 6
    finally:
        again.stop()


def test_a_look_that_fails_is_not_the_last() -> None:
    """An error of one look is logged, and the next one finds what there is."""
    found = Origin("a", "jsonl", "k", "p", source=None)  # type: ignore[arg-type]
    answers: list[object] = [OSError("gone"), [found]]
    taken: list[Origin] = []

    def look() -> list[Origin]:
        answer = answers.pop(0) if answers else []
        if isinstance(answer, OSError):
            raise answer
        return answer  # type: ignore[return-value]

    looking = Newcomers(look, taken.append)
    looking.start()
    try:
        wait_for(lambda: taken == [found])
    finally:
        looking.stop()
