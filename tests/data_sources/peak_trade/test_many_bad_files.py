"""Many bad files: the problem says how many, and each of them can be found."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.keeper import Keeper
from desk.origin import origin
from desk.store import Store
from tests.data_sources.peak_trade.run_files import runs_of, write_run
from tests.data_sources.peak_trade.test_sessions import AT, session, source_of, write


def bad_files(root: Path, number: int) -> None:
    for each in range(number):
        (root / f"bad{each:05}.json").write_text(f'{{"torn": {each}')


@pytest.mark.parametrize("number", [3, 4, 40])
def test_each_bad_session_file_is_in_the_quarantine(tmp_path: Path, number: int) -> None:
    """From the fourth on the problem counts them; what the API lists is all of them, once."""
    root = tmp_path / "sessions"
    write(root, "good.json", session())
    bad_files(root, number)
    bot = origin("sessions", source_of(root))
    keeper = Keeper(Store(tmp_path / "state"))
    for _ in range(2):
        bot.take(bot.source.read(), AT)
        assert keeper.commit([bot])
    rows = keeper.quarantine([bot], 200)
    row = bot.row(AT)
    keeper.close()
    begin = f"{number} of {number + 1} files cannot be used, each is in /api/quarantine: "
    assert row["problem"].startswith(begin) == (number > 3)
    assert row["problem"].endswith(f" and {number - 3} more") == (number > 3)
    assert row["quarantined"] == {"bad_file": number}
    assert sorted(each["file"] for each in rows) == [f"bad{each:05}.json" for each in range(number)]


def test_of_more_bad_files_than_are_kept_the_newest_are_told(tmp_path: Path) -> None:
    """A thousand rows, all of them counted, and the problem says that there are more."""
    bad_files(tmp_path, 1_002)
    reading = source_of(tmp_path).read()
    assert reading.problem is not None
    told = "1,002 of 1,002 files cannot be used, the newest 1,000 are in /api/quarantine: "
    assert reading.problem.startswith(told)
    assert reading.counts.quarantined == {"bad_file": 1_002}
    names = [line.file for line in reading.quarantined]
    assert names == [f"bad{each:05}.json" for each in range(2, 1_002)]


@pytest.mark.parametrize("number", [3, 4])
def test_runs_that_cannot_be_read_are_counted_and_are_rows(tmp_path: Path, number: int) -> None:
    """Each is a row of `runs` that says why; from the fourth on the problem counts them."""
    write_run(tmp_path, "good")
    for each in range(number):
        folder = write_run(tmp_path, f"bad{each}")
        (folder / "meta.json").write_text('{"torn')
    reading = runs_of(tmp_path).read()
    assert reading.problem is not None
    told = f"{number} of {number + 1} runs cannot be read whole, `detail` of each says why: run bad"
    assert reading.problem.startswith(told) == (number > 3)
    why = reading.frame.set_index("run_id")["detail"]
    assert all("meta.json is no whole JSON" in why[f"bad{each}"] for each in range(number))
