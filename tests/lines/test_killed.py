"""A real collector is killed again and again; the sum is exact."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.lines.follower import numbers

ROOT = Path(__file__).resolve().parents[2]
AHEAD = 12_000
WRITER = """
import gzip, os, random, sys, time
folder, seed, stop = sys.argv[1], int(sys.argv[2]), sys.argv[3]
dice, number, part, packed = random.Random(seed), 0, 0, []
path = f"{folder}/a.jsonl"
stream = open(path, "ab", buffering=0)
began = time.monotonic()
while not os.path.exists(stop):
    # On a machine that is slow the collector must not fall behind by more and more files.
    if number >= int(open(stop + ".room").read()):
        time.sleep(0.01)
        continue
    for _ in range(50):
        line = b'{"seq":%d,"pad":"%s"}\\n' % (number, b"x" * dice.randrange(200))
        cut = dice.randrange(len(line))
        stream.write(line[:cut])
        stream.write(line[cut:])
        number += 1
    time.sleep(max(0, number / 5000 - (time.monotonic() - began)))
    if number % 1500 == 0:
        part += 1
        os.rename(path, f"{path}.{part}")
        stream.close()
        stream = open(path, "ab", buffering=0)
        packed.append(f"{path}.{part}")
        if len(packed) > 2:
            old = packed.pop(0)
            with gzip.open(old + ".gz", "wb", compresslevel=1) as out, open(old, "rb") as source:
                out.write(source.read())
            os.unlink(old)
print(number)
"""


def collect(folder: Path, state: Path) -> subprocess.Popen[bytes]:
    """Start a collector process."""
    script = Path(__file__).with_name("collector.py")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, str(script), str(folder), str(state)], env=environment)


def committed(state: Path) -> int:
    """How many lines the collector has committed so far."""
    if not state.exists():
        return 0
    with closing(sqlite3.connect(state, timeout=30)) as store:
        try:
            return int(store.execute("SELECT max(rowid) FROM lines").fetchone()[0] or 0)
        except sqlite3.OperationalError:
            return 0


def give_room(stop: Path, done: int) -> None:
    """Let the writer be so many lines ahead, and no more."""
    room = stop.with_name("room.new")
    room.write_text(str(done + AHEAD))
    room.replace(f"{stop}.room")


def kill_and_count(tmp_path: Path, kills: int, seed: int) -> None:
    """Kill the collector `kills` times under 5,000 lines a second, then let it finish."""
    folder, state, stop = tmp_path / "logs", tmp_path / "state.sqlite", tmp_path / "stop"
    folder.mkdir()
    dice = random.Random(seed)
    give_room(stop, 0)
    script = [sys.executable, "-c", WRITER, str(folder), str(seed), str(stop)]
    writer = subprocess.Popen(script, stdout=subprocess.PIPE)
    collector = None
    try:
        for _ in range(kills):
            collector = collect(folder, state)
            before, until = committed(state), time.monotonic() + 60
            give_room(stop, before)
            while committed(state) == before and time.monotonic() < until:
                time.sleep(0.02)
            time.sleep(dice.random() * 0.15)
            collector.send_signal(signal.SIGKILL)
            collector.wait()
        stop.touch()
        answer, _ = writer.communicate(timeout=60)
        written = int(answer)
        collector = collect(folder, state)
        until = time.monotonic() + 60
        while committed(state) < written and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(0.5)
    finally:
        for process in (writer, collector):
            if process is not None and process.poll() is None:
                process.kill()
                process.communicate()
    with closing(sqlite3.connect(state)) as store:
        given = numbers([line for (line,) in store.execute("SELECT line FROM lines")])
        places = store.execute("SELECT DISTINCT generation, offset FROM lines").fetchall()
    assert len(given) == len(set(given)), "a line was counted twice"
    assert sorted(given) == list(range(written)), "a line is missing"
    assert len(places) == written, "generation and offset name one line"


@pytest.mark.timeout(180)
def test_twenty_kills_cost_and_double_nothing(tmp_path: Path) -> None:
    """T47: 20 times SIGKILL at random moments, with rotation and compression: exact."""
    kill_and_count(tmp_path, 20, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(2, 7))
def test_a_hundred_kills_cost_and_double_nothing(tmp_path: Path, seed: int) -> None:
    """T47: five runs of a hundred, each exact."""
    kill_and_count(tmp_path, 100, seed)


def test_the_tailer_alone_loads_no_heavy_library() -> None:
    """A collector is up at once: what follows files needs neither pandas nor numpy."""
    script = (
        "import sys; import tests.lines.collector; "
        "print(sorted({'pandas', 'numpy', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
