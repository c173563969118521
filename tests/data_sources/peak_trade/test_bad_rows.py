"""Rows of a run's table and lines of its alerts that are set aside: each with where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.lines.raw import escaped
from data_sources.reading import Quarantined
from data_sources.run_folders.alerts import ALERT_BYTES
from desk.keeper import Keeper
from desk.origin import Origin, origin
from desk.store import Store
from tests.data_sources.peak_trade.run_files import HEADER, RUN, STEPS, runs_of, write_run
from tests.examples import examples

LINES = STEPS.splitlines(keepends=True)
FILE = f"{RUN}/events.csv"
NOW = 1_768_500_180_000_000_000

ODD = st.sampled_from(
    [
        b"x,y", b"x", b"3,4", b'9,"never closed', b"\xff\xfe\0,", "\u20ac,1".encode(),
        b'"a""b",c', b'a"b,"c', b" z ,", b"x,y,", b"1" + b"," * 15, "é".encode() * 99,
    ]
)  # fmt: skip
NEUTRAL = st.sampled_from([b"", b" \t", b',2026-01-15T18:05:00Z,1,,,,,,,,,,,"a\nb",1', b"," * 14])


def where(line: bytes, offset: int) -> Quarantined:
    """How a bad row of the one run is told."""
    row = line.rstrip(b"\r")
    return Quarantined("bad_row", FILE, FILE, offset, len(row), escaped(row[:256]))


@examples(10)
@given(
    rows=st.lists(st.tuples(st.booleans(), ODD, NEUTRAL), max_size=5),
    end=st.sampled_from([b"\n", b"\r\n"]),
    pieces=st.booleans(),
)
def test_each_bad_row_is_told_where_it_stands(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[bool, bytes, bytes]],
    end: bytes,
    pieces: bool,
) -> None:
    """Among good, blank and quoted rows; read in one piece or as it grows: file, byte, head."""
    root = tmp_path_factory.mktemp("runs")
    file = write_run(root) / "events.csv"
    source, expected = runs_of(root), []
    source.read()
    for is_bad, odd, neutral in rows:
        line = odd if is_bad else neutral
        if is_bad:
            expected.append(where(line, file.stat().st_size))
        with file.open("ab") as stream:
            stream.write(line + end)
        if pieces:
            source.read()
    reading = source.read()
    assert list(reading.quarantined) == expected
    assert reading.counts.quarantined.get("bad_row", 0) == len(expected)
    assert runs_of(root).read().quarantined == reading.quarantined


def test_a_thousand_of_more_are_kept_the_newest(tmp_path: Path) -> None:
    """All are counted."""
    giant = "y" * 300_000
    write_run(tmp_path, csv=HEADER + "".join(f"{n}\n" for n in range(1_200)) + giant + "\n")
    reading = runs_of(tmp_path).read()
    assert reading.counts.quarantined == {"bad_row": 1_201}
    heads = [line.head for line in reading.quarantined]
    assert heads == [*(str(n) for n in range(201, 1_200)), giant[:256]]
    assert reading.quarantined[-1].length == len(giant)


def test_the_desk_tells_each_once(tmp_path: Path) -> None:
    """Polled again and again, and read anew when the table was replaced: one row each."""
    keeper = Keeper(Store(tmp_path / "state"))
    file = write_run(tmp_path / "runs", csv=HEADER + LINES[0] + "x,y\n") / "events.csv"
    bot = origin("runs", runs_of(tmp_path / "runs"))
    for _ in range(3):
        bot.take(bot.source.read(), NOW)
        assert keeper.commit([bot])
    with file.open("a") as stream:
        stream.write(LINES[1] + "z\n")
    bot.take(bot.source.read(), NOW)
    file.write_bytes(file.read_bytes())
    bot.take(bot.source.read(), NOW)
    at = len(HEADER + LINES[0])
    assert told(keeper, bot) == [(at + 4 + len(LINES[1]), "z"), (at, "x,y")]
    keeper.close()


def told(keeper: Keeper, bot: Origin) -> list[tuple[int, str]]:
    rows = keeper.quarantine([bot], 100)
    assert {(row["reason"], row["file"]) for row in rows} == {("bad_row", FILE)}
    return [(row["offset"], row["head"]) for row in rows]


def test_a_bad_alert_of_a_long_file_stays_where_it_is(tmp_path: Path) -> None:
    """Of a file of which the end alone is read, a line is told with its place in the file, once."""
    good = '{"rule_id": "r", "message": "%s"}' % ("m" * 30_000)
    file = write_run(tmp_path, alerts=[*[good] * 90, "{torn", good]) / "alerts.jsonl"
    source = runs_of(tmp_path)
    assert file.stat().st_size > ALERT_BYTES
    (bad,) = source.read().quarantined
    assert (bad.reason, bad.offset, bad.head) == ("malformed", 90 * (len(good) + 1), "{torn")
    with file.open("a") as stream:
        stream.write(good + "\n")
    assert source.read().quarantined == (bad,)
