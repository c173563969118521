"""An attached folder after a restart: the same sources, whatever has moved in since."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desk import newcomers
from desk.attachment import Attachment
from desk.desk import Desk
from tests.data_sources.good_lines import good, write
from tests.data_sources.peak_trade.run_files import write_run
from tests.desk.small_desk import wait_for
from tests.desk.test_newcomers import NARRATED, accepted, desk_over


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(newcomers, "PAUSE_SECONDS", 0.05)
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs"


@contextmanager
def running(logs: Path) -> Iterator[Desk]:
    desk = desk_over(logs, logs.parent / "state")
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()


def counts(desk: Desk) -> Callable[[dict[str, int]], None]:
    return lambda expected: wait_for(lambda: accepted(desk) == expected)


def told(desk: Desk) -> Counter[tuple[str, str]]:
    """(source, system) → events in history."""
    events = desk.frame("events")
    return Counter(zip(events["source"], events["system"], strict=True))


def read_bytes(desk: Desk) -> dict[str, int]:
    return {row["name"]: row["bytes_read"] for row in desk.sources()}


def test_a_second_system_renames_nothing(logs: Path) -> None:
    """Nothing is read again, and the history of rotated parts that are gone stays."""
    history = {("logs", "aurora"): 3, ("logs_rick", "rick"): 1}
    write(logs / "aurora_events.jsonl", good(1), good(2))
    with running(logs) as desk:
        counts(desk)({"logs": 2})
        (logs / "aurora_events.jsonl").rename(logs / "aurora_events.jsonl.1")
        write(logs / "aurora_events.jsonl", good(3))
        write(logs / "narration.jsonl", NARRATED)
        counts(desk)({"logs": 3, "logs_rick": 1})
        wait_for(lambda: told(desk) == history)
        keys, before = [origin.key for origin in desk.origins], read_bytes(desk)
    (logs / "aurora_events.jsonl.1").unlink()  # as a bot deletes its rotated parts
    with running(logs) as desk:
        wait_for(lambda: not desk.not_ready())
        counts(desk)({"logs": 3, "logs_rick": 1})
        assert [origin.key for origin in desk.origins] == keys
        assert told(desk) == history
        assert read_bytes(desk) == before
        write(logs / "aurora_events.jsonl", good(4))
        write(logs / "narration.jsonl", NARRATED.replace(b'"t"', b'"u"'))
        counts(desk)({"logs": 4, "logs_rick": 2})


def test_a_folder_that_was_empty_goes_on(logs: Path) -> None:
    """Its source waited without a dialect: what it read then is not read again under another."""
    history = {("logs", "aurora"): 2, ("run_2_rick", "rick"): 1}
    with running(logs) as desk:
        write(logs / "aurora_events.jsonl", good(1))
        counts(desk)({"logs": 1})
        write(logs / "run_2/aurora_events.jsonl", good(2))
        write(logs / "run_2/narration.jsonl", NARRATED)
        counts(desk)({"logs": 2, "run_2_rick": 1})
        wait_for(lambda: told(desk) == history)
    with running(logs) as desk:
        counts(desk)({"logs": 2, "run_2_rick": 1})
        assert told(desk) == history


def test_what_appears_while_nobody_looks(logs: Path) -> None:
    """A system and runs that came between two runs of the desk are newcomers to what it knew."""
    write(logs / "aurora_events.jsonl", good(1))
    with running(logs) as desk:
        counts(desk)({"logs": 1})
        wait_for((logs.parent / "state" / "attached.json").exists)
    write(logs / "narration.jsonl", NARRATED)
    write_run(logs / "live_runs")
    with running(logs) as desk:
        wait_for(lambda: accepted(desk).get("logs_rick") == 1)
        assert accepted(desk)["logs"] == 1
        wait_for(lambda: len(desk.frame("runs")) == 1)


def test_what_joined_a_source_stays_with_it(logs: Path) -> None:
    """Further logs of a system in a mixed folder are named among its source's files."""
    write(logs / "aurora_events.jsonl", good(1))
    write(logs / "narration.jsonl", NARRATED)
    state = logs.parent / "state"
    state.mkdir()
    first = Attachment([logs], state)
    write(logs / "more.jsonl", good(2))
    assert first.newcomers() == []
    again = Attachment([logs], state)
    assert "logs_aurora" in again.text()
    assert "(aurora_events.jsonl, more.jsonl) → dialect aurora" in again.text()
    assert [origin.key for origin in again.origins()] == [origin.key for origin in first.origins()]


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"x": 1}', '{"FOLDER": {"a": {"kind": "gone", "path": "FOLDER"}}}']
)
def test_a_memory_that_cannot_be_used(
    logs: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told, and the folder looked at anew."""
    write(logs / "aurora_events.jsonl", good(1))
    state = logs.parent / "state"
    state.mkdir()
    (state / "attached.json").write_text(text.replace("FOLDER", str(logs)))
    attachment = Attachment([logs], state)
    assert [origin.name for origin in attachment.origins()] == ["logs"]
    attachment.newcomers()
    assert list(json.loads((state / "attached.json").read_text())[str(logs)]) == ["logs"]
    assert text.startswith('{"FOLDER') or "cannot be used" in caplog.text


def test_other_folders_are_remembered_too(logs: Path) -> None:
    """What another folder was, attached with the same state folder, is not forgotten."""
    state = logs.parent / "state"
    state.mkdir()
    other = logs.parent / "other"
    for folder in (logs, other):
        write(folder / "aurora_events.jsonl", good(1))
        Attachment([folder], state).newcomers()
    assert set(json.loads((state / "attached.json").read_text())) == {str(logs), str(other)}
