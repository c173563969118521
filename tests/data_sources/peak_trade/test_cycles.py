"""Files with a line a cycle and no times: line i happened when line i of the clock file did."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources import DialectError, JsonlSource
from data_sources.dialects.dialect import load_dialect, read_dialect
from data_sources.dialects.event_frames import frame_of

START = 1_785_699_709


def clock_line(number: int, skew: float = -0.25) -> str:
    at = START + 2 * number
    record = {"sequence": number + 1, "event_ts_unix": at, "receive_ts_unix": at + skew}
    return json.dumps(record | {"mark_px": 1.0 + number, "mark_price_field": "markPx"}) + "\n"


def cycle_line(number: int) -> str:
    record = {"cycle_id": f"c{number}", "session_id": "s", "equity": str(number)}
    return json.dumps(record | {"peak_equity": "9", "drawdown": "0.1"}) + "\n"


def seconds(frame: pd.DataFrame, kind: str) -> list[float]:
    """Times of the events of a kind, in cycles since the start; −1 where there is none."""
    found = frame[frame["kind"] == kind]["ts_event"]
    return [-1 if pd.isna(t) else (t.timestamp() - START) / 2 for t in found]


def test_the_real_session(realdata: Path) -> None:
    """80 cycles: every per-cycle line has the time of its tick, the one line without is counted."""
    reading = JsonlSource(realdata / "peak_trade/smoke", dialect="peak_trade").read()
    events = reading.frame
    assert (len(events), reading.counts.untimed) == (908, 1)
    ticks = events[events["kind"] == "telemetry.market_data"]
    assert (ticks["price"].iloc[0], ticks["price"].iloc[-1]) == (1875.22, 1876.01)
    assert (events["kind"] == "heartbeat").sum() == 27
    for kind in "equity", "risk.decision", "position", "telemetry.regime", "telemetry.intent":
        own = events[events["kind"] == kind]
        assert own["ts_event"].tolist() == ticks["ts_event"].tolist(), kind
    decisions = events[events["kind"] == "risk.decision"]
    assert set(decisions["decision"]) == {"block"}
    assert set(decisions["reason"]) == {"WARMUP_OR_REGIME_INCOMPLETE"}


def test_a_negative_skew_is_a_number_and_no_latency(realdata: Path) -> None:
    """The bot receives before the exchange sends in all 80 ticks: median −0.165 s, none dropped."""
    events = JsonlSource(realdata / "peak_trade/smoke", dialect="peak_trade").read().frame
    ticks = events[events["kind"] == "telemetry.market_data"]
    assert ((ticks["value"] < 0).sum(), len(ticks)) == (80, 80)
    assert ticks["value"].median() == pytest.approx(-0.1652, abs=1e-4)
    assert events["latency_seconds"].isna().all()


def test_the_probe(realdata: Path) -> None:
    """The only fill and the only position, with the drawdown as a number below zero."""
    events = JsonlSource(realdata / "peak_trade/probe_forced", dialect="peak_trade").read().frame
    dialect = load_dialect("peak_trade")
    fill = events[events["kind"] == "order.filled"].iloc[0]
    assert (fill["side"], fill["quantity"], fill["price"]) == ("buy", 0.14, 3550.355)
    position = frame_of(events, dialect, "positions").iloc[0]
    assert (position["position_side"], position["quantity"]) == ("long", 0.14)
    assert position["entry_price"] == 3550.355
    equity = frame_of(events, dialect, "equity")
    assert equity["drawdown_ratio"].round(6).tolist() == [0.0, 0.0, 0.0, -0.004972]
    assert equity["ts_event"].notna().all()


@pytest.mark.parametrize("packed", [(), ("market_data_sequence.jsonl",), ("equity_curve.jsonl",)])
def test_compressed_files_join_too(tmp_path: Path, packed: tuple[str, ...]) -> None:
    """Either side may be compressed."""
    files = {
        "market_data_sequence.jsonl": "".join(map(clock_line, range(5))),
        "equity_curve.jsonl": "".join(map(cycle_line, range(5))),
    }
    for name, text in files.items():
        if name in packed:
            (tmp_path / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
        else:
            (tmp_path / name).write_text(text)
    frame = JsonlSource(tmp_path, dialect="peak_trade").read().frame
    assert seconds(frame, "equity") == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("name", ["market_data_sequence.jsonl.gz", "market_data_sequence.jsonl"])
def test_a_clock_that_cannot_be_read_costs_the_times_alone(tmp_path: Path, name: str) -> None:
    """A broken archive, noise or a folder in place of the clock: the lines count, without times."""
    packed = bytearray(gzip.compress("".join(map(clock_line, range(5))).encode()))
    packed[20:40] = b"\xff" * 20
    (tmp_path / name).write_bytes(bytes(packed))
    (tmp_path / "equity_curve.jsonl").write_text("".join(map(cycle_line, range(3))))
    reading = JsonlSource(tmp_path, dialect="peak_trade").read()
    assert seconds(reading.frame, "equity") == [-1, -1, -1]
    assert reading.counts.untimed == 3
    (tmp_path / name).unlink()
    (tmp_path / "market_data_sequence.jsonl").mkdir()
    again = JsonlSource(tmp_path, dialect="peak_trade").read()
    assert seconds(again.frame, "equity") == [-1, -1, -1]


def test_bad_lines_keep_their_number_and_folders_apart(tmp_path: Path) -> None:
    """A bad line is a cycle too; each folder has its own clock; without one there is no time."""
    for folder, skip in ("a", 0), ("b", 1), ("c", 2):
        (tmp_path / folder).mkdir()
        lines = [cycle_line(n) for n in range(3)]
        lines[1] = "{bad\n"
        (tmp_path / folder / "equity_curve.jsonl").write_text("".join(lines))
        if skip < 2:
            clock = [clock_line(n + 10 * skip) for n in range(3)]
            clock[0] = "\n" if skip else clock[0]
            (tmp_path / folder / "market_data_sequence.jsonl").write_text("".join(clock))
    reading = JsonlSource(tmp_path, dialect="peak_trade").read()
    frame = reading.frame
    own = {
        folder: seconds(frame[frame["raw_generation"].str.startswith(folder)], "equity")
        for folder in "abc"
    }
    assert own == {"a": [0, 2], "b": [-1, 12], "c": [-1, -1]}
    assert reading.counts.untimed == 3
    assert reading.counts.quarantined == {"malformed": 3}


def test_after_a_restart_lines_are_counted_on(tmp_path: Path) -> None:
    """A new process that goes on from a cursor counts the lines that it does not read again."""
    clock, cycles = tmp_path / "market_data_sequence.jsonl", tmp_path / "equity_curve.jsonl"
    clock.write_text("".join(map(clock_line, range(9))))
    cycles.write_text("".join(map(cycle_line, range(4))))
    cursor = JsonlSource(tmp_path, dialect="peak_trade").read().cursor
    with cycles.open("a") as stream:
        stream.write("".join(map(cycle_line, range(4, 6))))
    reading = JsonlSource(tmp_path, dialect="peak_trade").read(json.loads(json.dumps(cursor)))
    assert seconds(reading.frame, "equity") == [4, 5]


@settings(max_examples=25)
@given(sizes=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 160)), min_size=1, max_size=8))
def test_however_it_is_written_the_join_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[tuple[int, int]]
) -> None:
    """Written bit by bit, the clock ahead of the cycles: each line has the time of its number."""
    folder = tmp_path_factory.mktemp("cycles")
    clock, cycles = folder / "market_data_sequence.jsonl", folder / "equity_curve.jsonl"
    text = "".join(map(cycle_line, range(12)))
    source = JsonlSource(folder, dialect="peak_trade")
    written, found = 0, []
    clock.write_text("".join(map(clock_line, range(12))))
    for lines, rest in [*sizes, (12, 0)]:
        end = min(len(text), written + lines * len(cycle_line(0)) + rest)
        end = len(text) if lines == 12 else end
        with cycles.open("a") as stream:
            stream.write(text[written:end])
        written = end
        source.wake()
        found += seconds(source.read().frame, "equity")
    assert found == list(np.arange(12.0))
    source.close()
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('file = "../x.jsonl"', r"record\.clock\.file: was '\.\./x\.jsonl'"),
        ('file = "x.jsonl"\nextra = 1', r"record\.clock\.extra: unknown key"),
        ('file = "x.jsonl"\nof = [".y"]', r"record\.clock\.of\[0\]: was '\.y'"),
        ("", r"record\.clock\.file: was None"),
    ],
)
def test_a_wrong_clock_table_is_refused(tmp_path: Path, table: str, message: str) -> None:
    """By file, line and key, with what is allowed; names of files never lead elsewhere."""
    of = "" if "of =" in table else 'of = ["y.jsonl"]\n'
    text = f'name = "x"\n[record]\ntime = ["t"]\ncode = ["c"]\n[record.clock]\n{table}\n'
    (tmp_path / "x.toml").write_text(text + of + 'time = ["t"]\n')
    with pytest.raises(DialectError, match=message):
        read_dialect(tmp_path / "x.toml")
