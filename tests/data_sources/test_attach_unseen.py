"""`--attach` on logs that nobody has seen: real ones, varied in all that may differ between logs.

Right is a line that is one event, of its own system and kind, at its own time: as its system's
dialect reads the line in the log as it really is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources import Catalog, JsonlSource, attach
from data_sources.lines.infer import infer
from tests.data_sources.unseen import (
    CHANGES,
    SHIFT,
    Change,
    Unseen,
    numbered,
    parsed,
    real_logs,
    told,
)
from tests.examples import examples

Row = tuple[str, str, pd.Timestamp | None]
Truth = list[tuple[str, list[bytes], dict[int, Row]]]
"""Name, lines and rows of real logs."""
LEAST_RIGHT_RATIO = 0.95
MOST_LINES = 25


def rows(frame: pd.DataFrame, offsets: dict[int, int]) -> Iterator[tuple[int, Row]]:
    """The number of a real line, and the system, kind and time it was given."""
    places = map(offsets.get, frame["raw_offset"])
    columns = (frame[name] for name in ("system", "kind", "ts_event"))
    for number, system, kind, at in zip(places, *columns, strict=True):
        if number is not None:
            yield number, (str(system), str(kind), None if pd.isna(at) else at)


def attached(folder: Path, log: Unseen) -> dict[int, Row]:
    """What becomes of a log in a folder of its own that is attached."""
    offsets = log.write(folder)
    sources = Catalog.from_specs(attach(folder).sources())
    return {n: row for each in sources.values() for n, row in rows(each.read().frame, offsets)}


@pytest.fixture(scope="module")
def truth(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> Truth:
    """Name, lines and rows of every real log, read by its own dialect as it is."""
    found = []
    for number, (dialect, path, lines) in enumerate(real_logs(realdata, MOST_LINES)):
        folder = tmp_path_factory.mktemp("real") / str(number)
        log = Unseen(path.name, numbered(lines))
        offsets = log.write(folder)
        reading = JsonlSource(folder / path.name, dialect=dialect).read()
        found.append((f"{dialect}: {path.name}", lines, dict(rows(reading.frame, offsets))))
    return found


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_a_changed_log_is_read_as_the_real_one(
    truth: Truth, tmp_path: Path, change: Change
) -> None:
    """At least 95 % of the lines of all real logs keep system, kind and time, whatever changed."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for number, (name, lines, expected) in enumerate(truth):
        log = change(lines, Random(number))
        found = attached(tmp_path / str(number), log)
        for line, (system, kind, at) in expected.items():
            moved = at + SHIFT if log.shifted and at is not None else at
            good = found.get(line) == (system, kind, moved)
            (right if good else wrong)[name] += 1
    total = right.total() + wrong.total()
    assert total > 700
    assert right.total() / total >= LEAST_RIGHT_RATIO, wrong


def test_all_logs_in_one_folder_under_names_that_say_nothing(truth: Truth, tmp_path: Path) -> None:
    """Of five systems' logs side by side at least 95 % of the lines keep system, kind and time."""
    offsets = {
        f"{number:03}.jsonl": Unseen(f"{number:03}.jsonl", numbered(lines)).write(tmp_path)
        for number, (_, lines, _) in enumerate(truth)
    }
    found: dict[tuple[str, int], Row] = {}
    for each in Catalog.from_specs(attach(tmp_path).sources()).values():
        frame = each.read().frame
        for file, part in frame.groupby(frame["raw_generation"].astype(str).str[:9]):
            found |= {(str(file), n): row for n, row in rows(part, offsets[str(file)])}
    expected = {
        (f"{number:03}.jsonl", line): row
        for number, (_, _, known) in enumerate(truth)
        for line, row in known.items()
    }
    right = sum(found.get(place) == row for place, row in expected.items())
    assert right / len(expected) >= LEAST_RIGHT_RATIO


@examples(10)
@given(st.data())
def test_any_mixture_of_changes_is_recognized(truth: Truth, data: st.DataObject) -> None:
    """Lines of any real log in any order, with any keys added and any bad lines between them, are
    still told by the same dialect; with nothing else in the log it is always sure.
    """
    name, lines, _ = data.draw(st.sampled_from(truth))
    added = data.draw(st.dictionaries(st.text(max_size=6), st.none() | st.integers(), max_size=3))
    shuffled = data.draw(st.permutations([line for line in lines if parsed(line)]))
    changed = [told({**added, **(parsed(line) or {})}) for line in shuffled]
    bad = data.draw(st.lists(st.binary(max_size=20).map(lambda b: b"!" + b), max_size=5))
    for line in bad:
        changed.insert(data.draw(st.integers(0, len(changed))), line.replace(b"\n", b""))
    guess = infer(changed)
    assert guess.dialect == name.partition(":")[0]
    assert guess.sure_ratio > 0.5


def test_heartbeats_of_a_stranger_do_not_outvote_a_bot(
    truth: Truth,
) -> None:
    """Many lines of one shape that tells of no trading count for two, not for as many."""
    beat = told({"hb": 1, "pid": 4242, "uptime": 12.5})
    for name, lines, _ in truth:
        guess = infer([beat] * 190 + lines[:10])
        if len([line for line in lines[:10] if parsed(line)]) >= 2:
            assert guess.dialect == name.partition(":")[0], name


def test_a_stranger_that_trades_is_not_taken_for_a_system() -> None:
    """Where the other lines are orders of somebody else, two lines of ours decide nothing."""
    order = {
        "ts": 1756757303,
        "event": "NEW",
        "clOrdID": "a",
        "symbol": "X",
        "side": "BUY",
        "qty": 1,
    }
    orders = [told(order | {"clOrdID": f"a{n}", "ts": order["ts"] + n}) for n in range(40)]
    ours = json.dumps({"event_code": "ORDER.ACK", "ts_ns": 1756757303115233280}).encode()
    guess = infer([ours, *orders, ours])
    assert guess.dialect == "generic"


def test_a_long_log_is_told_by_its_end_too(tmp_path: Path) -> None:
    """A megabyte of strangers' lines does not hide what follows; the lines are whole ones."""
    beat = told({"hb": 1, "pid": 4242, "note": "x" * 200})
    ours = told({"event_code": "ORDER.ACK", "ts_ns": 1756757303115233280, "details": {}})
    (tmp_path / "a.jsonl").write_bytes(b"\n".join([*[beat] * 6_000, *[ours] * 400, b""]))
    (mapped,) = attach(tmp_path).found
    assert mapped.dialect == "aurora"
    assert mapped.guess.lines == mapped.guess.usable == 200
