"""What every built-in dialect keeps: agreed kinds, right times, and no line harms another."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from data_sources import EVENT_COLUMNS, KINDS, JsonlSource, Reading
from data_sources.dialects.dialect import built_in
from data_sources.dialects.event_frames import frame_of, frames_of
from data_sources.frames import FRAMES
from data_sources.lines.explain import explain
from tests.contract.samples import SAMPLES, Sample

FACTS = ["ts_event", "kind", "code", "symbol", "side", "quantity", "price", "client_order_id"]
HOSTILE = (
    b"{",
    b"}",
    b"[1, 2]",
    b'"only a text"',
    b"null",
    b"\xff\xfe\x00",
    b'{"a": ' * 2_000,
    b"[" * 20_000,
    b'{"a": NaN}',
    b'{"a": 1} {"b": 2}',
    b'{"a": "\xc3\x28"}',
    b'{"a": "' + b"x" * (2 << 20) + b'"}',
)
ODD = {
    "zz_unknown": {"deep": [{"deeper": None}], "number": 1e300},
    "__proto__": [],
    "\u2028": "<script>alert(1)</script>",
}


@pytest.fixture(params=built_in())
def dialect(request: pytest.FixtureRequest) -> str:
    """Each dialect that comes with Deskwatch."""
    found: str = request.param
    assert found in SAMPLES, (
        f"the dialect {found!r} has no lines here: add a sample to tests/contract/samples.py"
    )
    return found


@pytest.fixture
def sample(dialect: str) -> Sample:
    """Its lines."""
    return SAMPLES[dialect]


def read(path: Path, dialect: str, sample: Sample) -> tuple[pd.DataFrame, Reading]:
    """All events there, and the last reading."""
    source = JsonlSource(
        path, dialect=dialect, timezone=sample.timezone, clock=lambda: sample.last_ns
    )
    frames, more = [], True
    while more:
        reading = source.read()
        frames.append(reading.frame)
        more = reading.more
    source.close()
    return pd.concat(frames, ignore_index=True), reading


def files(path: Path) -> list[Path]:
    """The logs there."""
    return [path] if path.is_file() else sorted(path.rglob("*.jsonl"))


def facts(frame: pd.DataFrame) -> Counter[tuple[object, ...]]:
    """What the rows say, however often, in whatever order."""
    rows = frame[FACTS].astype(object).where(frame[FACTS].notna(), None)
    return Counter(rows.itertuples(index=False, name=None))


def test_no_sample_is_of_a_dialect_that_is_gone() -> None:
    """Every dialect has its lines here, and all lines their dialect."""
    assert set(SAMPLES) == set(built_in()), "tests/contract/samples.py has one for each dialect"


def test_a_sample_reads_with_agreed_kinds(tmp_path: Path, dialect: str, sample: Sample) -> None:
    """Every whole line is accepted, of a kind that all pages know; the system's are there."""
    frame, reading = read(sample.write(tmp_path), dialect, sample)
    kinds = set(frame["kind"].dropna())
    assert tuple(frame.columns) == EVENT_COLUMNS
    assert (reading.state, reading.problem) == ("ok", None)
    assert reading.counts.balanced
    assert reading.counts.quarantined == ({"malformed": sample.torn} if sample.torn else {})
    assert len(frame) == reading.counts.accepted >= 20
    assert {kind for kind in kinds - KINDS if not kind.startswith("telemetry.")} == set()
    assert sample.kinds <= kinds
    assert frame["kind"].notna().all()


def test_times_are_those_of_the_bot(tmp_path: Path, dialect: str, sample: Sample) -> None:
    """No time is a zone, a thousandfold or a day off: each is of the hour of the writing."""
    frame, reading = read(sample.write(tmp_path), dialect, sample)
    times = frame["ts_event"].dropna()
    assert len(times) == len(frame) - reading.counts.untimed
    assert len(times) > len(frame) / 2
    assert times.min() >= pd.Timestamp(sample.first_ns, tz="UTC")
    assert times.max() <= pd.Timestamp(sample.last_ns, tz="UTC")
    assert reading.as_of == times.max()


def test_frames_of_a_sample_are_as_agreed(tmp_path: Path, dialect: str, sample: Sample) -> None:
    """Whatever else a dialect makes of events has the columns and types of its frame."""
    path = sample.write(tmp_path)
    source = JsonlSource(path, dialect=dialect, timezone=sample.timezone)
    events, _ = read(path, dialect, sample)
    spoken = source.spoken
    assert spoken is not None
    for name in frames_of(spoken):
        frame = frame_of(events, spoken, name)
        given = {column: str(dtype) for column, dtype in frame.dtypes.items()}
        assert {column: given[column] for column in FRAMES[name]} == FRAMES[name], name


def test_keys_that_nobody_knows_change_nothing(
    tmp_path: Path, dialect: str, sample: Sample
) -> None:
    """Each line with strange keys beside its own says the same as without them."""
    path = sample.write(tmp_path)
    plain, _ = read(path, dialect, sample)
    for file in files(path):
        lines = file.read_bytes().splitlines()
        file.write_bytes(b"".join(_with_odd_keys(line) + b"\n" for line in lines))
    odd, reading = read(path, dialect, sample)
    assert sum(reading.counts.quarantined.values()) == sample.torn
    assert facts(odd) == facts(plain)


def test_a_hostile_line_costs_itself_alone(tmp_path: Path, dialect: str, sample: Sample) -> None:
    """Between the good lines of each file stand bad ones of all sorts: the good are all there."""
    path = sample.write(tmp_path)
    plain, before = read(path, dialect, sample)
    logs = files(path)
    for file in logs:
        lines = file.read_bytes().splitlines(keepends=True)
        middle = len(lines) // 2
        bad = [line + b"\n" for line in HOSTILE]
        file.write_bytes(b"".join([*bad, *lines[:middle], *bad, *lines[middle:]]))
    dirty, after = read(path, dialect, sample)
    more = 2 * len(HOSTILE) * len(logs)
    assert after.counts.balanced
    assert after.counts.lines_in == before.counts.lines_in + more
    assert facts(plain) - facts(dirty) == Counter()
    assert len(dirty) - len(plain) + sum(after.counts.quarantined.values()) == more + sample.torn
    assert after.counts.quarantined["oversize"] == 2 * len(logs)
    assert after.counts.duplicates == before.counts.duplicates


def test_what_a_line_says_can_be_explained(tmp_path: Path, dialect: str, sample: Sample) -> None:
    """The first line of each log is told field by field, with its kind."""
    path = sample.write(tmp_path)
    frame, _ = read(path, dialect, sample)
    told = explain(str(files(path)[0]), 1, dialect=dialect)
    assert any(str(kind) in str(told) for kind in frame["kind"].unique())


def _with_odd_keys(line: bytes) -> bytes:
    try:
        record = json.loads(line)
    except ValueError:
        return line
    return json.dumps(record | ODD).encode() if isinstance(record, dict) else line
