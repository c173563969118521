"""A restart, orderly or not, loses nothing and counts nothing twice."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from data_sources.jsonl import JsonlSource
from demo.write import generate
from desk.store import StateLockedError
from ledger import Ledger
from tests.desk.small_desk import accepted, small_desk, totals, wait_for

ROOT = Path(__file__).parents[2]


def told_at_once(logs: Path) -> dict[str, int]:
    """What a ledger makes of the whole log, read once from start to end."""
    source, ledger = JsonlSource(str(logs), dialect="aurora", name="aurora"), Ledger()
    while True:
        reading = source.read()
        ledger.fold(reading.frame)
        if not reading.more:
            break
    source.close()
    tally = ledger.view(window_seconds=None).tally
    sums = tally.groupby(["what", "position_effect"], observed=True, dropna=False)["n"].sum()
    return {f"{what}/{effect}": int(n) for (what, effect), n in sums.items()}


def test_status_of_everything_survives_without_the_logs(tmp_path: Path) -> None:
    """After a restart the totals are answered from the state folder: the logs may be gone."""
    logs, state = tmp_path / "logs", tmp_path / "state"
    written = generate(logs, 6_000, seed=5)
    desk = small_desk(logs, state)
    desk.start()
    lines = sum(path.read_bytes().count(b"\n") for path in logs.rglob("*.jsonl"))
    wait_for(lambda: accepted(desk) == lines)
    before, orders = totals(desk), len(desk.frame("orders", limit=100_000))
    events = desk.frame("events", limit=100_000)
    assert desk.view().desk["resumed"] is False
    desk.stop()
    shutil.rmtree(logs)

    again = small_desk(logs, state)
    again.start()
    try:
        wait_for(lambda: not again.not_ready())
        assert totals(again) == before
        assert again.view().desk["resumed"] is True
        assert len(again.frame("orders", limit=100_000)) == orders
        assert len(again.frame("events", limit=100_000)) == len(events) == lines
        assert accepted(again) == lines
        assert written.written is not None
    finally:
        again.stop()


def test_a_second_process_is_kept_out(tmp_path: Path) -> None:
    """Two desks on one state folder would count twice: the second is refused and told why."""
    first = small_desk(tmp_path / "logs", tmp_path / "state")
    try:
        with pytest.raises(StateLockedError, match="--state-dir"):
            small_desk(tmp_path / "logs", tmp_path / "state")
    finally:
        first.stop()


def run_killed(tmp_path: Path, kills: int) -> None:
    """Write a log slowly while a desk on it is killed again and again, then compare the sums."""
    logs, state = tmp_path / "logs", tmp_path / "state"
    logs.mkdir()
    made = tmp_path / "made"
    generate(made, 12_000, seed=9, rate=2_000)
    ready = threading.Event()
    writer = threading.Thread(target=_copy_slowly, args=(made, logs, ready))
    writer.start()
    dice = random.Random(1)
    for _ in range(kills):
        with _process(logs, state) as process:
            time.sleep(dice.uniform(0.0, 0.5))
            process.send_signal(signal.SIGKILL)
    ready.set()
    writer.join()
    desk = small_desk(logs, state)
    desk.start()
    try:
        lines = sum(path.read_bytes().count(b"\n") for path in logs.rglob("*.jsonl"))
        wait_for(lambda: accepted(desk) >= lines)
        row = desk.sources()[0]
        assert row["lines_in"] == row["accepted"] + row["duplicates"] + row["blank"]
        assert accepted(desk) == lines
        assert totals(desk) == told_at_once(logs)
    finally:
        desk.stop()


def _process(logs: Path, state: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.desk.small_desk", str(logs), str(state)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def _copy_slowly(made: Path, logs: Path, hurry: threading.Event) -> None:
    """Append what was made to the log folder, a few lines at a time and sometimes half a line."""
    pieces = []
    for file in sorted(made.rglob("*.jsonl")):
        target = logs / file.relative_to(made)
        target.parent.mkdir(parents=True, exist_ok=True)
        data = file.read_bytes()
        step = max(997, len(data) // 60)
        pieces += [(at, target, data[at : at + step]) for at in range(0, len(data), step)]
    for _, target, piece in sorted(pieces, key=lambda piece: piece[0]):
        with target.open("ab") as out:
            out.write(piece)
        hurry.wait(0.02)


def test_killed_five_times_the_sums_are_exact(tmp_path: Path) -> None:
    """SIGKILL at random moments while lines arrive: every line counts exactly once."""
    run_killed(tmp_path, kills=5)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_killed_a_hundred_times_the_sums_are_exact(tmp_path: Path) -> None:
    """A hundred SIGKILLs at random moments: every line counts exactly once."""
    run_killed(tmp_path, kills=100)
