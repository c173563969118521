"""What RICK tells again and again is one row of the narration; every line stays an event."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from data_sources import JsonlSource
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.dialects.retold import SAME, collapsed
from tests.data_sources.good_lines import write

RICK = load_dialect("rick")
SUPERVISOR = "rick/narration/narration_supervisor_20251013.jsonl"
LOST = "Hive Mind connection lost, attempting to reconnect"
HEALTHY = "System health check: All components operational, uptime"


def narrated(path: Path) -> pd.DataFrame:
    return frame_of(JsonlSource(path, dialect="rick").read().frame, RICK, "narration")


def hive(second: int, symbol: str, consensus: str = "buy", kind: str = "HIVE_ANALYSIS") -> bytes:
    details = {"symbol": symbol, "consensus": consensus, "confidence": 0.6, "profit_atr": second}
    at = f"2025-10-16T12:{second // 60:02d}:{second % 60:02d}+00:00"
    line = {"timestamp": at, "event_type": kind, "symbol": symbol, "venue": "hive"}
    return json.dumps(line | {"details": details}).encode()


def test_the_lost_connection_is_four_rows_of_seventy_lines(realdata: Path) -> None:
    """70 lines of a lost connection are 4 rows: it was cut 3 times by a stopped process."""
    told = narrated(realdata / SUPERVISOR)
    lost = told[told["text"] == LOST]
    assert lost["told_total"].tolist() == [13, 2, 1, 54]
    stopped = told[told["text"].str.startswith("Dashboard process stopped")]
    assert stopped["told_total"].tolist() == [1, 1, 1]


def test_health_checks_are_one_row_although_their_uptime_grows(realdata: Path) -> None:
    """241 health checks of two runs of the supervisor are a row for each stretch of them."""
    told = narrated(realdata / SUPERVISOR)
    checks = told[told["text"].str.startswith(HEALTHY)]
    assert checks["told_total"].tolist() == [2, 1, 11, 227]
    last = checks.iloc[-1]
    assert last["text"].endswith("uptime 0h 2m 33s")
    assert last["ts_event"] == pd.Timestamp("2025-10-14T02:18:31.381987Z")
    assert last["ts_last_told"] == pd.Timestamp("2025-10-14T11:42:19.617118Z")


def test_nothing_is_lost(realdata: Path) -> None:
    """All 325 lines are events, and the rows say together that they were told 325 times."""
    reading = JsonlSource(realdata / SUPERVISOR, dialect="rick").read()
    assert len(reading.frame) == reading.counts.lines_in == reading.counts.accepted == 325
    told = frame_of(reading.frame, RICK, "narration")
    assert int(told["told_total"].sum()) == 325
    assert len(told) == 22
    assert told["ts_last_told"].is_monotonic_increasing
    assert (told["ts_last_told"] >= told["ts_event"]).all()


def test_what_is_told_once_says_so(realdata: Path) -> None:
    """Orders never become one, however alike: each of the Arena's was told once."""
    told = narrated(realdata / "rick/arena")
    assert told["told_total"].tolist() == [1] * 5
    assert told["ts_last_told"].tolist() == told["ts_event"].tolist()


def test_two_positions_in_turn(tmp_path: Path) -> None:
    """The hive speaks of two positions in turn: one row for each, until its last time."""
    symbols = ["EUR_USD", "USD_CAD"]
    lines = [hive(5 * n, symbols[n % 2]) for n in range(40)]
    told = narrated(write(tmp_path / "narration.jsonl", *lines))
    assert told["symbol"].tolist() == symbols
    assert told["told_total"].tolist() == [20, 20]
    assert told["ts_event"].dt.second.tolist() == [0, 5]
    ends = [pd.Timestamp("2025-10-16T12:03:10Z"), pd.Timestamp("2025-10-16T12:03:15Z")]
    assert told["ts_last_told"].tolist() == ends


def test_another_opinion_and_a_trade_begin_anew(tmp_path: Path) -> None:
    """Another consensus is another row; a close of the position ends what was said of it alone."""
    lines = [
        hive(0, "EUR_USD"), hive(5, "USD_CAD"), hive(10, "EUR_USD"), hive(15, "EUR_USD", "sell"),
        hive(20, "EUR_USD", kind="TRADE_CLOSED"), hive(25, "EUR_USD", "sell"), hive(30, "USD_CAD"),
    ]  # fmt: skip
    told = narrated(write(tmp_path / "narration.jsonl", *lines))
    rows = list(zip(told["kind"], told["symbol"], told["told_total"], strict=True))
    assert rows == [
        ("HIVE_ANALYSIS", "EUR_USD", 2),
        ("HIVE_ANALYSIS", "EUR_USD", 1),
        ("TRADE_CLOSED", "EUR_USD", 1),
        ("HIVE_ANALYSIS", "EUR_USD", 1),
        ("HIVE_ANALYSIS", "USD_CAD", 2),
    ]


def test_lines_without_a_time_collapse_too(tmp_path: Path) -> None:
    """A line with a time of day alone has no time until which it was told, but a count."""
    line = {"timestamp": "09:15:01", "narration": "All quiet", "event_type": "STATUS"}
    told = narrated(write(tmp_path / "narration.jsonl", *[json.dumps(line).encode()] * 3))
    assert told["told_total"].tolist() == [3]
    assert told["ts_last_told"].isna().all()


ROWS = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from("xyz"), st.sampled_from((True, True, False)))
)


@given(ROWS)
def test_each_voice_alone_is_collapsed_as_neighbors_are(given_rows: list[Any]) -> None:
    """For any telling, the rows of one symbol are its lines with equal neighbors put together."""
    rows: list[dict[str, Any]] = []
    for number, (symbol, text, chatter) in enumerate(given_rows):
        row = {"symbol": symbol, "kind": "k", "text": text, "ts_event": number}
        rows.append(row | ({SAME: text} if chatter else {}))
    made = collapsed(rows)
    for symbol in "AB":
        own = [row for row in rows if row["symbol"] == symbol]
        groups = groupby(own, lambda row: row.get(SAME) or row["ts_event"])
        runs = [(len(run), run[0]["ts_event"], run[-1]["ts_event"]) for _, each in groups
                if (run := list(each))]  # fmt: skip
        found = [
            (row["told_total"], row["ts_event"], row["ts_last_told"])
            for row in made
            if row["symbol"] == symbol
        ]
        assert found == runs
    assert [row["ts_last_told"] for row in made] == sorted(row["ts_last_told"] for row in made)
