"""A sick state folder is said, survived, and mended by itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from demo.write import generate
from tests.desk.small_desk import accepted, fill, small_desk, totals, wait_for


def _torn(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:1500])


def _nul(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def _foreign(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE cursors (something TEXT)")
    database.close()


@pytest.mark.parametrize("damage", [_torn, _nul, _foreign], ids=["torn", "nul", "foreign"])
def test_a_damaged_state_file_is_set_aside_and_built_again(tmp_path: Path, damage) -> None:
    """The damaged file is kept under another name; the logs are read again; everyone is told."""
    logs, state = tmp_path / "logs", tmp_path / "state"
    generate(logs, 2_000, seed=2)
    lines = sum(path.read_bytes().count(b"\n") for path in logs.rglob("*.jsonl"))
    desk = small_desk(logs, state)
    desk.start()
    wait_for(lambda: accepted(desk) == lines)
    before = totals(desk)
    desk.stop()
    damage(state / "desk.sqlite3")

    again = small_desk(logs, state)
    again.start()
    try:
        wait_for(lambda: accepted(again) == lines)
        assert totals(again) == before
        assert any("set aside" in notice for notice in again.notices())
        assert list(state.glob("desk.sqlite3.corrupt-*"))
        assert list(state.glob("history.corrupt-*"))
    finally:
        again.stop()


def test_a_damaged_history_file_is_set_aside_and_read_again(tmp_path: Path) -> None:
    """A torn history file is kept under another name, and the logs are read again."""
    logs, state = tmp_path / "logs", tmp_path / "state"
    generate(logs, 70_000, seed=2)
    lines = sum(path.read_bytes().count(b"\n") for path in logs.rglob("*.jsonl"))
    desk = small_desk(logs, state)
    desk.start()
    wait_for(lambda: accepted(desk) == lines, 60)
    before = totals(desk)
    desk.stop()
    file = next((state / "history").iterdir())
    data = bytearray(file.read_bytes())
    data[len(data) // 3 : len(data) // 3 + 2_000] = bytes(2_000)
    file.write_bytes(data)

    again = small_desk(logs, state)
    again.start()
    try:
        wait_for(lambda: accepted(again) == lines, 60)
        assert totals(again) == before
        assert any("could not be read" in notice for notice in again.notices())
        assert list(state.glob("events-*.corrupt-*"))
    finally:
        again.stop()


def test_a_full_disk_stops_the_keeping_not_the_reading(tmp_path: Path, small_disk: Path) -> None:
    """T44: with a full disk the counts go on and the desk says so; with room again all is kept."""
    logs, state = tmp_path / "logs", small_disk / "state"
    generate(logs, 500, seed=2)
    desk = small_desk(logs, state)
    desk.start()
    try:
        wait_for(lambda: accepted(desk) > 0)
        filler = fill(small_disk)
        generate(logs / "more", 8_000, seed=3)
        lines = sum(path.read_bytes().count(b"\n") for path in logs.rglob("*.jsonl"))
        wait_for(lambda: accepted(desk) == lines)
        wait_for(lambda: any("cannot be written" in notice for notice in desk.notices()))
        filler.unlink()
        wait_for(lambda: not desk.notices())
        before = totals(desk)
    finally:
        desk.stop()
    again = small_desk(tmp_path / "gone", state)
    again.origins[0].key = desk.origins[0].key
    again.start()
    try:
        wait_for(lambda: not again.not_ready())
        assert totals(again) == before
    finally:
        again.stop()


def test_a_folder_that_is_removed_while_it_runs_is_told(tmp_path: Path) -> None:
    """Reading goes on, a notice says what is lost; put back, all is kept again."""
    logs, state = tmp_path / "logs", tmp_path / "state"
    generate(logs, 300, seed=2)
    desk = small_desk(logs, state)
    desk.start()
    try:
        wait_for(lambda: accepted(desk) == 300)
        state.rename(tmp_path / "elsewhere")
        wait_for(lambda: any("removed or replaced" in notice for notice in desk.notices()))
        (tmp_path / "elsewhere").rename(state)
        wait_for(lambda: not any("removed or replaced" in notice for notice in desk.notices()))
    finally:
        desk.stop()
