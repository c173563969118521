"""The last lines set aside: of each source its own, with when they were read."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from data_sources.jsonl import JsonlSource
from data_sources.reading import Counts, Quarantined, Reading
from desk.keeper import Keeper
from desk.origin import Origin, origin
from desk.set_aside import KEPT
from desk.store import Store

NOW = 1_756_757_303_000_000_000
SECOND = 1_000_000_000


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    return Keeper(Store(tmp_path / "state"))


def log(tmp_path: Path, name: str) -> Origin:
    path = tmp_path / f"{name}.jsonl"
    return origin(name, JsonlSource(str(path), dialect="aurora", clock=lambda: NOW))


def bad(bot: Origin, lines: int, now_ns: int, reason: str = "bad") -> None:
    """Let a log have so many bad lines more."""
    with Path(bot.place).open("a") as more:
        more.write("".join(f"{{{reason} {n}\n" for n in range(lines)))
    bot.take(bot.source.read(), now_ns)


def test_a_noisy_source_pushes_nobody_out(tmp_path: Path, keeper: Keeper) -> None:
    """A thousand are kept of each source: the one line of another can still be seen."""
    quiet, noisy = log(tmp_path, "quiet"), log(tmp_path, "noisy")
    bad(quiet, 1, NOW)
    assert keeper.commit([quiet, noisy])
    for part in range(4):
        bad(noisy, 400, NOW + part * SECOND)
        assert keeper.commit([quiet, noisy])
    (line,) = keeper.quarantine([quiet], 1000)
    assert (line["source"], line["head"], line["offset"]) == ("quiet", "{bad 0", 0)
    kept = keeper.quarantine([noisy], 10_000)
    assert len(kept) == KEPT
    assert kept[0]["offset"] > kept[-1]["offset"]
    assert noisy.row(NOW)["quarantined"] == {"malformed": 1600}
    assert len(keeper.quarantine([quiet, noisy], 10_000)) == KEPT + 1
    keeper.close()


def test_each_line_says_when_it_was_read(tmp_path: Path, keeper: Keeper) -> None:
    """The newest first over all sources, whether they are in a commit yet or not."""
    one, two = log(tmp_path, "one"), log(tmp_path, "two")
    bad(one, 1, NOW)
    assert keeper.commit([one, two])
    bad(two, 1, NOW + SECOND)
    bad(one, 1, NOW + 2 * SECOND)
    rows = keeper.quarantine([one, two], 10)
    assert [(row["source"], row["ts_received"]) for row in rows] == [
        ("one", "2025-09-01T20:08:25Z"),
        ("two", "2025-09-01T20:08:24Z"),
        ("one", "2025-09-01T20:08:23Z"),
    ]
    keeper.close()


def test_the_row_of_a_source_tells_the_last_bad_line(tmp_path: Path, keeper: Keeper) -> None:
    """How many, why the last and when, also after a restart."""
    bot = log(tmp_path, "bot")
    bad(bot, 3, NOW)
    said = "3 lines set aside (last: malformed, 2025-09-01 20:08:23 UTC)"
    assert bot.row(NOW)["warnings"] == [said]
    assert keeper.commit([bot])
    again = log(tmp_path, "bot")
    assert list(keeper.restore([again])) == []
    again.take(again.source.read(again.cursor), NOW + 60 * SECOND)
    assert again.row(NOW)["warnings"] == [said]
    keeper.close()


def polled() -> Origin:
    """A source whose every reading lists all that is wrong, as that of runs does."""
    source: Any = SimpleNamespace(kind="runs", path="runs", frame_name="runs")
    source.stale_after_seconds = 10.0
    return origin("runs", source)


def listing(*heads: str) -> Reading:
    lines = [Quarantined("malformed", "a", "a", 0, 9, head) for head in heads]
    counts = Counts(lines_in=len(lines), quarantined={"malformed": len(lines)})
    return Reading(pd.DataFrame(), {}, state="ok", counts=counts, quarantined=tuple(lines))


def test_what_a_state_lists_each_time_is_kept_once(keeper: Keeper) -> None:
    """A bad line that stands in a file is one line, however often the file is read."""
    runs = polled()
    for now_ns in (NOW, NOW + SECOND):
        runs.take(listing("{x", "{y"), now_ns)
        assert keeper.commit([runs])
    again = polled()
    assert list(keeper.restore([again])) == []
    again.take(listing("{x", "{y", "{z"), NOW + 2 * SECOND)
    assert keeper.commit([again])
    assert [row["head"] for row in keeper.quarantine([again], 10)] == ["{z", "{y", "{x"]
    keeper.close()


def test_lines_that_cannot_be_kept_do_not_pile_up(tmp_path: Path) -> None:
    """Without a disk to write to, memory holds as many as the ring would."""
    bot = log(tmp_path, "bot")
    for _ in range(3):
        bad(bot, 700, NOW)
    assert len(bot.set_aside.waiting) == KEPT
