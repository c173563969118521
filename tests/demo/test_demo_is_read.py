"""The demo's lines are read by the same adapter that reads the real bot's."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from data_sources import KINDS, JsonlSource
from demo.aurora import AuroraBot
from demo.folder import Folder
from demo.write import generate

START = 1_795_249_759_606_926_592


def read_all(source: JsonlSource):
    """Read until nothing is left; gives the frames together and the last reading."""
    frames = []
    while True:
        reading = source.read()
        frames.append(reading.frame)
        if not reading.more:
            return frames, reading


@pytest.mark.parametrize("name", ["session", "one.jsonl"])
def test_good_lines_are_accepted_with_an_agreed_kind(tmp_path: Path, name: str) -> None:
    """Every good line is accepted, and 99.9 % have a kind that says more than `other` may."""
    generate(tmp_path / name, 20_000, start_ns=START)

    frames, reading = read_all(JsonlSource(tmp_path / name, dialect="aurora"))
    kinds = Counter(kind for frame in frames for kind in frame["kind"])

    assert reading.counts.balanced
    assert reading.counts.accepted + reading.counts.duplicates >= 0.999 * 20_000
    agreed = sum(n for kind, n in kinds.items() if kind in KINDS or kind.startswith("telemetry."))
    assert agreed == sum(kinds.values())


def test_each_bad_line_costs_exactly_one(tmp_path: Path) -> None:
    """As many lines are set aside as bad ones were written, and no good one with them.

    A line of NUL bytes alone, as a power cut leaves it, is a blank one.
    """
    made = generate(tmp_path / "dirty", 8_000, start_ns=START, bad_ratio=0.05)

    _, reading = read_all(JsonlSource(tmp_path / "dirty", dialect="aurora"))

    assert made.written.bad > 200
    quarantined = sum(reading.counts.quarantined.values())
    assert quarantined + reading.counts.blank == made.written.bad
    assert quarantined > reading.counts.blank
    assert reading.counts.accepted + reading.counts.duplicates == made.written.lines


def test_rotated_sessions_are_read_once(tmp_path: Path) -> None:
    """Rename, create and compress under the reader's eyes: every line once, none lost."""
    bot = AuroraBot(Random(7), start_ns=START)
    folder = Folder(tmp_path, start_ns=START, rotate_every_seconds=7.0)
    source = JsonlSource(tmp_path, dialect="aurora")
    for step in range(1, 241):
        folder.write(bot.until(step / 4))
        source.wake()
        read_all(source)
    folder.close()
    source.wake()
    _, reading = read_all(source)

    assert folder.written.rotations == 8
    assert reading.counts.accepted + reading.counts.duplicates == folder.written.lines
    assert reading.counts.balanced


def test_the_dialect_is_recognized(tmp_path: Path) -> None:
    """Without being told, the reader finds that the demo speaks Aurora's dialect."""
    generate(tmp_path / "session", 2_000, start_ns=START)
    source = JsonlSource(tmp_path / "session")

    source.read()

    assert source.speaks == "aurora"
