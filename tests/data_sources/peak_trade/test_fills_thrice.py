"""The runner writes each fill into three files of a session, without a time: it counts once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources import DialectError, JsonlSource
from data_sources.dialects.dialect import read_dialect

START = 1_740_000_000.5
FILES = ("bridge_fill_ledger.jsonl", "simulated_fill_trace.jsonl", "simulated_fills.jsonl")


def fill(cycle: Any, name: str = "", **changed: Any) -> dict[str, Any]:
    own = {"cycle_id": f"c{cycle}", "cycle_index": cycle, "session_id": "s", "side": "BUY"}
    own |= {"fill_id": name or f"fill_{cycle}", "fill_price": "20.5", "quantity": "0.3"}
    return own | {"instrument_id": "AB-C", "fee": "0.01", "intent_id": f"i{cycle}"} | changed


def tick(number: int) -> dict[str, Any]:
    own = {"sequence": number, "event_ts_unix": START + number, "mark_price_field": "markPx"}
    return own | {"mark_px": 20.0 + number}


def write(path: Path, *records: dict[str, Any]) -> None:
    with path.open("a") as stream:
        stream.write("".join(json.dumps(each) + "\n" for each in records))


def session(folder: Path, *fills: dict[str, Any], ticks: int = 9) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "market_data_sequence.jsonl", *map(tick, range(1, ticks + 1)))
    for name in FILES:
        write(folder / name, *fills)
    return folder


def fills_of(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["kind"] == "order.filled"]


def cycles(frame: pd.DataFrame) -> list[float | None]:
    """The cycle that the time of each fill is of; None where it has no time."""
    times = fills_of(frame)["ts_event"]
    return [None if pd.isna(each) else each.timestamp() - START for each in times]


def test_a_fill_counts_once_and_has_the_time_of_its_cycle(tmp_path: Path) -> None:
    """Two fills in three files: two events at the ticks of cycles 2 and 7, four duplicates."""
    reading = JsonlSource(session(tmp_path, fill(2), fill(7)), dialect="peak_trade").read()
    assert cycles(reading.frame) == [2, 7]
    assert reading.counts.duplicates == 4
    assert reading.counts.balanced
    assert fills_of(reading.frame)["quantity"].tolist() == [0.3, 0.3]


def test_what_comes_later_is_known_again(tmp_path: Path) -> None:
    """A copy that is written after a restart is a duplicate too: what was told is in the cursor."""
    session(tmp_path)
    write(tmp_path / FILES[0], fill(3))
    first = JsonlSource(tmp_path, dialect="peak_trade").read()
    write(tmp_path / FILES[1], fill(3), fill(4))
    again = JsonlSource(tmp_path, dialect="peak_trade").read(json.loads(json.dumps(first.cursor)))
    assert (cycles(first.frame), cycles(again.frame)) == ([3], [4])
    assert again.counts.duplicates == 1


def test_without_a_clock_it_still_counts_once(tmp_path: Path) -> None:
    """No market data beside the fills: an id is enough to know a fill again, a time is none."""
    for name in FILES:
        write(tmp_path / name, fill(1), fill(2))
    reading = JsonlSource(tmp_path, dialect="peak_trade").read()
    assert cycles(reading.frame) == [None, None]
    assert (reading.counts.duplicates, reading.counts.untimed) == (4, 2)


@pytest.mark.parametrize("cycle", [0, -1, 99, True, "4", 2.5, None, 10**12])
def test_a_number_that_names_no_line_gives_no_time(tmp_path: Path, cycle: Any) -> None:
    """A cycle that the clock has no line of, or that is no number: the fill counts, untimed."""
    reading = JsonlSource(session(tmp_path, fill(cycle, "f")), dialect="peak_trade").read()
    assert cycles(reading.frame) == [None]


def test_other_sessions_and_fills_without_an_id_stay_apart(tmp_path: Path) -> None:
    """The same id in another folder is another fill; without an id nothing proves a copy."""
    for name in "a", "b":
        session(tmp_path / name, fill(1, "f"))
    write(tmp_path / "a" / FILES[0], fill(2, fill_id=None), fill(3, fill_id=None))
    reading = JsonlSource(tmp_path, dialect="peak_trade").read()
    assert sorted(cycles(reading.frame), key=str) == [1, 1, 2, 3]
    assert reading.counts.duplicates == 4


def test_its_own_time_goes_before_that_of_the_cycle(tmp_path: Path) -> None:
    """A fill that names when it happened is of then."""
    own = fill(2, event_time_unix=START + 2.25)
    reading = JsonlSource(session(tmp_path, own), dialect="peak_trade").read()
    assert cycles(reading.frame) == [2.25]


def test_the_real_probe(realdata: Path) -> None:
    """The one fill of the probe is of the tick of cycle 4, as the files with a line a cycle are."""
    frame = JsonlSource(realdata / "peak_trade/probe_forced", dialect="peak_trade").read().frame
    assert fills_of(frame)["ts_event"].tolist() == [pd.Timestamp("2023-11-14T22:15:04Z")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('few = ["../b.jsonl"]\nnumbers = ["n"]', r"record\.clock\.few\[0\]: was '\.\./b\.jsonl'"),
        ('few = ["b.jsonl"]', r"record\.clock\.numbers: was None"),
        ('numbers = ["n"]', r"record\.clock\.few: was None"),
        ("[[duplicates]]\nby_id = true\nwithin_seconds = 1", r"within_seconds: cannot stand"),
        ("[[duplicates]]\nby_id = 1", r"duplicates\[0\]\.by_id: was 1; it must be true or false"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """By file, line and key, with what is allowed."""
    head = 'name = "x"\n[record]\ntime = ["t"]\ncode = ["c"]\n'
    clock = '[record.clock]\nfile = "a.jsonl"\nof = ["c.jsonl"]\ntime = ["t"]\n'
    more = 'same = ["id"]\nwhen = { kind = "order.filled" }\n' if "duplicates" in text else ""
    (tmp_path / "x.toml").write_text(f"{head}{clock}{text}\n{more}")
    with pytest.raises(DialectError, match=message):
        read_dialect(tmp_path / "x.toml")
