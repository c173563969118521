"""A dialect may take text lines, look into texts, name duplicates, and set test rows apart."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas import isna

from data_sources import DialectError, JsonlSource
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.repeat import REMEMBERED
from tests.data_sources.good_lines import write

SMALL = """\
name = "small"

[record]
time = ["when", "@found.at"]
code = ["what"]
details = ["@record"]
text_lines = true

[[record.texts]]
keys = ["note", "@text"]
pattern = '(?P<sym>[A-Z]{3}) at (?P<at>\\d{10})'

[[record.texts]]
keys = ["@text"]
pattern = 'of (?P<sym>[A-Z]{3})'

[columns.symbol]
from = ["@found.sym"]

[[duplicates]]
when = { kind = "order.filled", again = true }
same = ["id", "details.size.q"]
within_seconds = 1.5

[[rules]]
when = { what = "FILL", id = "test*" }
then = { kind = "order.filled", test = true }

[[rules]]
when = { what = "FILL" }
then = { kind = "order.filled" }
"""


def dialect_file(folder: Path, text: str = SMALL) -> Path:
    path = folder / "small.toml"
    path.write_text(text)
    return path


def source(folder: Path, *lines: Any) -> JsonlSource:
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    write(folder / "logs/a.jsonl", *raw)
    return JsonlSource(folder / "logs", dialect=str(dialect_file(folder)))


def fill(at: float, **more: Any) -> dict[str, Any]:
    return {"what": "FILL", "when": at, "id": "a", "again": True, "size": {"q": 1}, **more}


def test_what_texts_hold(tmp_path: Path) -> None:
    """Named groups are found in JSON texts and in lines of text; the first pattern wins."""
    lines = [
        {"note": "bought XYZ at 1756757303"},
        b"sold ABC at 1756757304 of DEF",
        b"nothing of GHI",
        {"note": "nothing of JKL", "when": 1756757305},
        {"note": 5},
    ]
    frame = source(tmp_path, *lines).read().frame
    assert frame["symbol"].astype("str").fillna("-").tolist() == ["XYZ", "ABC", "GHI", "-", "-"]
    times = frame["ts_event"]
    seconds = [None if isna(time) else time.timestamp() for time in times]
    assert seconds == [1756757303, 1756757304, None, 1756757305, None]
    assert "@found" not in "".join(frame["attributes"])


def test_rows_of_tests_are_kept_apart(tmp_path: Path) -> None:
    """A rule with `test = true` keeps the line, with its kind behind `telemetry.test.`."""
    frame = source(tmp_path, fill(1756757303, id="test-1"), fill(1756757303)).read().frame
    assert frame["kind"].tolist() == ["telemetry.test.order.filled", "order.filled"]


def test_duplicates_agree_in_all_and_lie_near(tmp_path: Path) -> None:
    """Same values within the time are told once; other values, times, conditions are not."""
    t = 1756757303
    lines = [
        fill(t), fill(t + 1.5), fill(t + 1.6), fill(t + 1.7, id="b"),
        fill(t + 1.7, size={"q": 2}), fill(t + 1.7, again=False), fill(t + 1.7, when=None),
        fill(t + 1.0),
    ]  # fmt: skip
    reading = source(tmp_path, *lines).read()
    assert reading.counts.duplicates == 2
    assert reading.counts.balanced
    offsets = reading.frame["raw_offset"].tolist()
    assert len(offsets) == len(lines) - 2
    found = source(tmp_path, *lines).read().frame["ts_event"]
    assert found.iloc[1].timestamp() == pytest.approx(t + 1.6)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from("ab")), min_size=1, max_size=12),
    st.integers(20, 200),
)
def test_any_cut_of_reading_gives_the_same(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[int, str]], limit: int
) -> None:
    """Read at once, piece by piece, or by a new process for each piece: the same events remain."""
    folder = tmp_path_factory.mktemp("cut")
    lines = [fill(1756757303 + seconds, id=name) for seconds, name in told]
    whole = source(folder, *lines).read()
    origin = JsonlSource(folder / "logs", dialect=str(folder / "small.toml"))
    offsets: list[int] = []
    cursor = None
    for _ in range(200):
        reading = origin.read(cursor, limit_bytes=limit)
        offsets += reading.frame["raw_offset"].tolist()
        if not reading.more:
            break
        cursor = json.loads(json.dumps(reading.cursor))
        origin = JsonlSource(folder / "logs", dialect=str(folder / "small.toml"))
    assert offsets == whole.frame["raw_offset"].tolist()
    assert reading.counts.duplicates == whole.counts.duplicates


def test_what_is_remembered_stays_small(tmp_path: Path) -> None:
    """However many events may be told twice, the cursor remembers the last of them only."""
    reading = source(
        tmp_path, *[fill(1756757303 + n, id=str(n)) for n in range(3 * REMEMBERED)]
    ).read()
    assert len(reading.cursor["told"]) == REMEMBERED


WRONG = [
    ("text_lines = true", 'text_lines = "yes"', r":7: record\.text_lines: .*true or false"),
    ("(?P<sym>[A-Z]{3}) at", "(?P<sym>[A-Z]{3} at", r":11: .*pattern: is no regular expression"),
    ("of (?P<sym>[A-Z]{3})", "of [A-Z]{3}", r":15: record\.texts\[1\]\.pattern: must have named"),
    ('keys = ["note", "@text"]', 'key = "note"', r":10: record\.texts\[0\]\.key: .*'keys'"),
    ("within_seconds = 1.5", "within_seconds = 0", r":23: duplicates\[0\]\.within_seconds: was 0"),
    ("within_seconds = 1.5", "within_seconds = 1\nremembered = 0", r":24: .*was 0; .*at least 1"),
    ("within_seconds = 1.5", "within_seconds = 1\nremembered = 2.5", r"a whole number"),
    ("within_seconds = 1.5", "within_seconds = 3600", r"must be above 0, at most 60"),
    ('kind = "order.filled", again', 'kind = "order.fill", again', r":21: .*'order\.filled'"),
    ('same = ["id", "details.size.q"]', "same = []", r":22: duplicates\[0\]\.same: .*at least one"),
    ("test = true", "test = 1", r":27: rules\[0\]\.then\.test: was 1; it must be true or false"),
    ("[[duplicates]]", "[[duplicate]]", r":20: duplicate: .*Did you mean 'duplicates'"),
]


@pytest.mark.parametrize(("good", "bad", "message"), WRONG)
def test_a_wrong_table_is_refused(tmp_path: Path, good: str, bad: str, message: str) -> None:
    """A mistake is refused by file, line and key, with what is allowed."""
    assert good in SMALL
    with pytest.raises(DialectError) as refused:
        load_dialect(dialect_file(tmp_path, SMALL.replace(good, bad)))
    assert re.search(message, str(refused.value)), str(refused.value)
