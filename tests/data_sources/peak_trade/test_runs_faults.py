"""Run folders that are torn, hostile, huge or gone: each costs itself alone, and says why."""

from __future__ import annotations

import json
import os
import resource
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data_sources.peak_trade.run_files import (
    HEADER,
    RUN,
    STEPS,
    as_parquet,
    meta,
    runs_of,
    write_run,
)
from tests.examples import examples


def test_half_a_meta_keeps_what_was_known(tmp_path: Path) -> None:
    """While the runner rewrites meta.json the run stays, with the reason; then it is finished."""
    path = write_run(tmp_path) / "meta.json"
    source = runs_of(tmp_path)
    source.read()
    whole = json.dumps(meta(ended_at="2026-01-15T18:02:30+00:00"))
    for half in b"", whole.encode()[:40], whole.encode()[:-1]:
        path.write_bytes(half)
        reading = source.read()
        assert reading.state == "degraded"
        assert f"run {RUN}: meta.json" in str(reading.problem)
        assert reading.frame.iloc[0][["state", "equity"]].tolist() == ["active", 1002.0]
        assert "stale when it is silent for more than 75 min" in reading.frame.iloc[0]["detail"]
    path.write_text(whole)
    reading = source.read()
    assert (reading.state, reading.frame.iloc[0]["state"]) == ("ok", "finished")


def test_a_first_meta_that_is_half_is_unreadable_until_it_is_whole(tmp_path: Path) -> None:
    """A run whose meta.json was never whole goes by its folder's name."""
    (tmp_path / "young").mkdir()
    (tmp_path / "young/meta.json").write_bytes(b'{"run_id": "yo')
    source = runs_of(tmp_path)
    row = source.read().frame.iloc[0]
    assert (row["run_id"], row["state"]) == ("young", "unreadable")
    assert "no whole JSON" in row["detail"]
    (tmp_path / "young/meta.json").write_text(json.dumps(meta("young")))
    assert source.read().frame.iloc[0]["state"] == "empty"


@pytest.mark.parametrize("keep", [0, 3, 100, -1])
def test_a_parquet_that_is_being_rewritten_keeps_its_last_steps(tmp_path: Path, keep: int) -> None:
    """The runner rewrites the whole file: half of it keeps the old numbers and says so."""
    path = as_parquet(write_run(tmp_path, csv=None))
    source = runs_of(tmp_path)
    source.read()
    path.write_bytes(path.read_bytes()[:keep])
    reading = source.read()
    assert reading.frame.iloc[0]["equity"] == 1002.0
    assert "events.parquet is no whole parquet file" in str(reading.problem)
    as_parquet(path.parent, HEADER + STEPS.replace("1002.0", "1010.0"))
    assert source.read().frame.iloc[0]["equity"] == 1010.0
    fresh = runs_of(tmp_path)
    path.write_bytes(b"PAR1")
    assert fresh.read().frame.iloc[0]["state"] == "unreadable"


def test_a_parquet_of_300_million_rows_is_refused_unread(tmp_path: Path) -> None:
    """A small file that unpacks to gigabytes is told by its own row count; memory stays flat."""
    folder = write_run(tmp_path, csv=None)
    table = pa.table({"equity": pa.DictionaryArray.from_arrays(np.zeros(2_000_000, "i4"), [1.5])})
    pq.write_table(table, folder / "events.parquet", compression="zstd")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    row = runs_of(tmp_path).read().frame.iloc[0]
    assert row["state"] == "unreadable"
    assert "2000000 rows" in row["detail"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


BAD_ROWS = [
    (b"x,y\n", "empty", 1, 3),
    (b"3,2026-01-15T18:03:00+00:00,oops,1,,,,,,,,,,,\n", "active", 0, 4),
    (b"\xff\xfe\0,\n3,2026-01-15T18:03:00+00:00,7,1,,,,,,,,,,,\n", "active", 1, 4),
]


@pytest.mark.parametrize(
    ("added", "_state", "bad", "steps"), BAD_ROWS, ids=["short", "text", "bytes"]
)
def test_a_bad_row_costs_itself_alone(
    tmp_path: Path, added: bytes, _state: str, bad: int, steps: int
) -> None:
    """Rows of another width are counted and left out; a value that is no number is missing."""
    path = write_run(tmp_path)
    (path / "events.csv").write_bytes((HEADER + STEPS).encode() + added)
    reading = runs_of(tmp_path).read()
    assert (reading.counts.accepted, reading.counts.quarantined.get("bad_row", 0)) == (steps, bad)
    assert reading.counts.balanced
    assert reading.frame.iloc[0]["orders"] == 2


def test_steps_that_are_written_out_of_order(tmp_path: Path) -> None:
    """Totals follow the steps' numbers: a late row changes nothing but its own place."""
    lines = STEPS.splitlines(keepends=True)
    path = write_run(tmp_path, csv=HEADER + lines[0] + lines[2])
    source = runs_of(tmp_path)
    source.read()
    with (path / "events.csv").open("a") as stream:
        stream.write(lines[1])
    row = source.read().frame.iloc[0]
    assert (row["equity"], row["orders"]) == (1002.0, 2)
    assert row["drawdown_ratio"] == pytest.approx(-3 / 1005)


def test_a_csv_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    """Truncated, copied over, or another file under the name: old steps are not counted twice."""
    path = write_run(tmp_path) / "events.csv"
    source = runs_of(tmp_path)
    for text in (
        HEADER + STEPS.splitlines(keepends=True)[0],
        HEADER + STEPS.replace("1005.0", "2000.0"),
        HEADER
        + STEPS
        + STEPS.replace("\n1,", "\n4,").replace("\n2,", "\n5,").replace("0,", "3,", 1),
    ):
        path.write_text(text)
        assert source.read().counts.accepted == text.count("\n") - 1


HOSTILE = [
    ("a\nb", "newline"),
    ("<img src=x onerror=alert(1)>", "markup"),
    ("x" * 255, "long"),
    ("..\\..\\x", "backslashes"),
    ("\u202egnp.exe", "direction"),
    (b"\xff\xfe".decode("utf-8", "surrogateescape"), "bytes"),
    (" ", "blank"),
]


@pytest.mark.parametrize(("name", "_what"), HOSTILE, ids=[what for _, what in HOSTILE])
def test_a_hostile_folder_name_harms_nobody(tmp_path: Path, name: str, _what: str) -> None:
    """It is one printable label of one run, and its neighbours are read as ever."""
    write_run(tmp_path, "neighbour")
    write_run(tmp_path, "../../etc/passwd\n" + "y" * 9_000, folder=name)
    (tmp_path / (name[:200] + "2")).mkdir()
    (tmp_path / (name[:200] + "2") / "meta.json").write_bytes(b"{")
    reading = runs_of(tmp_path).read()
    assert len(reading.frame) == 3
    assert reading.frame.set_index("run_id")["state"]["neighbour"] == "active"
    for word in [*reading.frame["run_id"], str(reading.problem)]:
        assert word.isprintable()
        assert len(word) <= 1_000
        word.encode("utf-8")


def test_links_pipes_and_folders_in_place_of_files(tmp_path: Path) -> None:
    """Nothing outside is read, nothing waits: a pipe for events, links to other places."""
    secret = tmp_path / "secret.csv"
    secret.write_text(HEADER + STEPS)
    write_run(tmp_path / "elsewhere", "linked")
    root = tmp_path / "runs"
    os.mkfifo(write_run(root, "pipe", csv=None) / "events.csv")
    (write_run(root, "link", csv=None) / "events.csv").symlink_to(secret)
    (write_run(root, "folder", csv=None) / "events.parquet").mkdir()
    (root / "linked").symlink_to(tmp_path / "elsewhere/linked")
    reading = runs_of(root).read()
    states = reading.frame.set_index("run_id")["state"].to_dict()
    assert states == {"pipe": "unreadable", "link": "unreadable", "folder": "unreadable"}
    assert "not a file" in str(reading.problem)


def test_a_folder_that_vanishes_between_two_looks(tmp_path: Path) -> None:
    """Whatever goes while it is read is simply gone; a missing root is waited for."""
    source = runs_of(tmp_path / "runs")
    assert source.read().state == "waiting"
    path = write_run(tmp_path / "runs")
    other = write_run(tmp_path / "runs", "other")
    assert len(source.read().frame) == 2
    (path / "events.csv").unlink()
    reading = source.read()
    gone = reading.frame.set_index("run_id").loc[RUN]
    assert (gone["equity"], gone["detail"]) == (
        1002.0,
        "its events file is gone; stale when it is silent for more than 75 min",
    )
    for file in path.iterdir():
        file.unlink()
    path.rmdir()
    assert source.read().frame["run_id"].tolist() == ["other"]
    for file in other.iterdir():
        file.unlink()
    reading = source.read()
    assert (reading.state, len(reading.frame), len(reading.frames["equity"])) == ("waiting", 0, 0)


def test_two_folders_with_one_id_are_two_runs(tmp_path: Path) -> None:
    """A copied folder is not taken for the run: the folder named like the id keeps it."""
    write_run(tmp_path)
    write_run(tmp_path, folder="a_copy")
    names = set(runs_of(tmp_path).read().frame["run_id"])
    assert names == {RUN, f"a_copy (copy of {RUN})"}


def test_more_runs_than_are_read(tmp_path: Path) -> None:
    """The newest are read, and the source says that there are more."""
    for number in range(4):
        path = write_run(tmp_path, f"run_{number}") / "meta.json"
        os.utime(path, (1_700_000_000 + number,) * 2)
    reading = runs_of(tmp_path, runs_max=2).read()
    assert set(reading.frame["run_id"]) == {"run_3", "run_2"}
    assert (reading.state, str(reading.problem)[:6]) == ("degraded", "4 runs")


@examples(13)
@given(cuts=st.lists(st.integers(0, len(HEADER + STEPS)), max_size=5))
def test_however_it_is_appended_the_totals_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    """Read after any part was written, in the end every step is counted once."""
    root = tmp_path_factory.mktemp("runs")
    path = write_run(root, csv="") / "events.csv"
    source = runs_of(root)
    text = HEADER + STEPS
    for cut in [*sorted(cuts), len(text)]:
        with path.open("a") as stream:
            stream.write(text[path.stat().st_size : cut])
        reading = source.read()
    row = reading.frame.iloc[0]
    assert (reading.counts.accepted, row["orders"], row["blocked"]) == (3, 2, 1)
    assert row["drawdown_ratio"] == pytest.approx(-3 / 1005)
    assert not pd.isna(row["ts_last_event"])
