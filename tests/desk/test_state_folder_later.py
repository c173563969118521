"""A state folder that cannot be written at the start: the desk runs, and takes it later."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from demo.write import generate
from desk.commit import Commit
from desk.keeper import Keeper
from desk.store import Store
from tests.desk.small_desk import accepted, fill, small_desk, totals, wait_for
from web.promised.aurora import health


def remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


def lines_of(logs: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in logs.rglob("*.jsonl"))


def kept_of(state: Path, gone: Path, key: str) -> dict[str, int]:
    """What a desk whose logs are gone knows from its state folder."""
    desk = small_desk(gone, state)
    desk.origins[0].key = key
    desk.start()
    try:
        wait_for(lambda: not desk.not_ready())
        return totals(desk)
    finally:
        desk.stop()


def test_a_start_on_a_full_disk(tmp_path: Path, small_disk: Path) -> None:
    """T44: with no room for the first file the desk runs and says so; with room all is kept."""
    logs, state = tmp_path / "logs", small_disk / "state"
    generate(logs, 1_000, seed=2)
    filler = fill(small_disk)
    desk = small_desk(logs, state)
    (said,) = desk.notices()
    assert "cannot be written" in said
    assert "not kept" in said
    desk.start()
    try:
        wait_for(lambda: accepted(desk) == lines_of(logs))
        assert len(desk.frame("events", limit=5)) == 5
        assert desk.view().desk["notices"] == [said]
        told = health(desk.sources(), not_kept=desk.not_kept())
        assert (told["status"], told["checkpoint_problem"]) == ("degraded", said)
        filler.unlink()
        wait_for(lambda: not desk.notices())
        assert desk.not_kept() is None
        before = totals(desk)
    finally:
        desk.stop()
    assert kept_of(state, tmp_path / "gone", desk.origins[0].key) == before


@pytest.mark.parametrize("used", [False, True], ids=["new", "used"])
def test_a_start_on_a_read_only_volume(tmp_path: Path, small_disk: Path, used: bool) -> None:
    """T45: what was kept there is read, what is new is held, and kept once it can be written."""
    logs, state = tmp_path / "logs", small_disk / "state"
    generate(logs, 1_000, seed=2)
    whole = lines_of(logs)
    if used:
        desk = small_desk(logs, state)
        desk.start()
        wait_for(lambda: accepted(desk) == whole)
        desk.stop()
        shutil.rmtree(logs)
        generate(logs / "more", 500, seed=3)
        whole += lines_of(logs)
    remount(small_disk, "ro")
    desk = small_desk(logs, state)
    assert "cannot be written" in desk.notices()[0]
    desk.start()
    try:
        wait_for(lambda: accepted(desk) == whole)
        before = totals(desk)
        remount(small_disk, "rw")
        wait_for(lambda: not desk.notices())
        assert totals(desk) == before
    finally:
        desk.stop()
    assert kept_of(state, tmp_path / "gone", desk.origins[0].key) == before


def test_a_folder_that_turns_out_to_hold_more_is_left_as_it_is(
    tmp_path: Path, small_disk: Path
) -> None:
    """What was not readable at the start is not overwritten later: a restart takes it up."""
    other = Store(tmp_path / "other")
    other.commit(Commit(cursors={"log": {"offset": 7}}))
    other.close()
    remount(small_disk, "ro")
    store = Store(small_disk / "state")
    keeper = Keeper(store)
    assert store.cursor("log") is None
    remount(small_disk, "rw")
    shutil.copytree(tmp_path / "other", small_disk / "state")
    assert not keeper.commit([])
    assert "start Deskwatch again" in str(keeper.trouble)
    keeper.close()
    again = Store(small_disk / "state")
    assert again.cursor("log") == {"offset": 7}
    again.close()


def test_a_place_that_can_never_be_a_folder_is_refused(tmp_path: Path) -> None:
    """A file where the folder should be is a mistake, which no waiting mends."""
    (tmp_path / "state").write_text("a file")
    with pytest.raises(OSError, match="state"):
        Store(tmp_path / "state")
