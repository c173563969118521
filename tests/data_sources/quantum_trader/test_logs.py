"""Quantum Trader's backend logs: decisions inside messages, and lines of plain text between."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pandas as pd
import pytest

from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.lines.explain import explain
from tests.data_sources.quantum_trader.lines import log, read, written
from tests.lines.odd_lines import BAD_LINES
from tests.lines.test_decode_ways import assert_same

ALLOWED = (
    "[ALLOWED] NMRUSDT SELL (conf=0.46 >= 0.38) - Regime: TRENDING | Vol: NORMAL | Policy: ENFORCED"
)
BLOCKED = (
    "[BLOCKED] BLOCKED by policy: WUSDT BUY (conf=0.23) - Below min_confidence=0.38 | "
    "Regime: TRENDING"
)
TEXT = [
    "2025-11-30 11:20:00,125 - backend.main - WARNING - no key \u0393\u00e5\u00c6 set",
    "Traceback (most recent call last):",
    '  File "C:\\quantum_trader\\backend\\main.py", line 1493, in lifespan',
    "UnicodeEncodeError: 'charmap' codec can't encode character",
    "[1] + 2, 3",
    "12345678901234567890123 rows",
    "NaN",
    "null",
]


def test_decisions_in_messages(tmp_path: Path) -> None:
    """A decision told in a message is a decision: symbol, side, confidence, and why it was."""
    frame = read(written(tmp_path / "b.jsonl", log("INFO", ALLOWED), log("INFO", BLOCKED))).frame
    assert frame["kind"].tolist() == ["risk.decision", "risk.decision"]
    assert frame["decision"].tolist() == ["allow", "block"]
    assert frame["symbol"].tolist() == ["NMRUSDT", "WUSDT"]
    assert frame["side"].tolist() == ["sell", "buy"]
    assert frame["confidence_ratio"].tolist() == [0.46, 0.23]
    assert pd.isna(frame["reason"].iloc[0])
    assert frame["reason"].iloc[1] == "Below min_confidence"
    assert frame["text"].tolist() == [ALLOWED, BLOCKED]
    decisions = frame_of(frame, load_dialect("quantum_trader"), "decisions")
    assert decisions["decision"].tolist() == ["allow", "block"]
    assert set(decisions["gate"]) == {"policy_filter"}


def test_decisions_in_lines_of_text(tmp_path: Path) -> None:
    """The same decision printed as text says the same, and its time is that of the line."""
    line = f"2025-11-30 11:20:00,125 INFO {BLOCKED}"
    frame = read(written(tmp_path / "b.jsonl", line)).frame
    row = frame.iloc[0]
    assert (row["kind"], row["decision"], row["symbol"]) == ("risk.decision", "block", "WUSDT")
    assert row["ts_event"] == pd.Timestamp("2025-11-30T11:20:00.125Z")


def test_lines_of_text_are_events(tmp_path: Path) -> None:
    """Text between JSON lines is accepted, with time and level where it has them."""
    reading = read(written(tmp_path / "b.jsonl", log("INFO", "up"), *TEXT, ""))
    counts = reading.counts
    assert (counts.lines_in, counts.accepted, counts.blank) == (10, 9, 1)
    assert counts.balanced
    assert counts.untimed == 7
    frame = reading.frame
    assert set(frame["kind"]) == {"telemetry.log"}
    assert frame["code"].tolist()[:2] == ["INFO", "WARNING"]
    assert frame["text"].tolist()[1:] == [line.strip() for line in TEXT]
    assert json.loads(frame["attributes"].iloc[2]) == {"@text": TEXT[1]}
    assert frame["ts_event"].iloc[1] == pd.Timestamp("2025-11-30T11:20:00.125Z")


def test_the_proportions_of_the_startup_log(tmp_path: Path) -> None:
    """248 JSON lines, 1,830 lines of text and 5 blank ones: 2,078 events, none lost or refused."""
    lines = [log("INFO", f"cycle {n}") for n in range(248)] + 1_830 * [TEXT[1]] + 5 * [""]
    random.Random(3).shuffle(lines)
    counts = read(written(tmp_path / "b.jsonl", *lines)).counts
    assert (counts.lines_in, counts.accepted, counts.blank) == (2_083, 2_078, 5)
    assert counts.quarantined == {}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"timestamp": "2025-11-30T11:24:41Z", "level": "IN', "malformed"),
        (b'{"level": "INFO", "level": "INFO", "message": "x"}', "dup_key"),
        (b'{"x": NaN}', "non_finite"),
        (b"caf\xe9", "utf8"),
        (b"a\x00b", "nul"),
    ],
)
def test_torn_json_is_no_text(tmp_path: Path, line: bytes, reason: str) -> None:
    """A line that begins like an object, or is no text at all, is set aside with its reason."""
    path = tmp_path / "b.jsonl"
    path.write_bytes(line + b"\n" + json.dumps(log("INFO", "up")).encode() + b"\n")
    reading = read(path)
    assert reading.counts.quarantined == {reason: 1}
    assert reading.counts.accepted == 1


def test_a_log_in_utf16_is_told_so(tmp_path: Path) -> None:
    """A log that a shell redirected as UTF-16 is no text that we can read, and says so."""
    path = tmp_path / "b.jsonl"
    path.write_bytes("PASS one\n".encode("utf-16"))
    reading = read(path)
    assert reading.state == "bad_payload"
    assert "UTF-16" in str(reading.problem)


def test_errors_are_errors(tmp_path: Path) -> None:
    """ERROR and CRITICAL, in JSON and in text, are rows of the frame of errors."""
    lines = [
        log("ERROR", "Job raised", exception={"type": "CancelledError", "message": ""}),
        log("WARNING", "slow"),
        "2025-11-30T11:20:00Z CRITICAL no exchange",
    ]
    frame = read(written(tmp_path / "b.jsonl", *lines)).frame
    assert frame["kind"].tolist() == ["error", "telemetry.log", "error"]
    errors = frame_of(frame, load_dialect("quantum_trader"), "errors")
    assert errors["kind"].tolist() == ["CancelledError", "CRITICAL"]
    assert errors["text"].tolist() == ["Job raised", lines[2]]


def test_both_ways_agree_on_mixed_lines() -> None:
    """Fast and strict decoding agree on JSON, text and bad lines, in any mix."""
    dialect = load_dialect("quantum_trader")
    good = [
        json.dumps(log(level, text)) for level in ("INFO", "ERROR") for text in (ALLOWED, BLOCKED)
    ]
    lines = [line.encode() for line in (*good, *TEXT)] + BAD_LINES
    rng = random.Random(11)
    for _ in range(10):
        assert_same(dialect, b"\n".join(rng.choices(lines, k=60)) + b"\n")


def test_explain_says_how_text_is_read(tmp_path: Path) -> None:
    """A line of text is explained like any other."""
    path = written(tmp_path / "b.jsonl", *TEXT)
    told = {column: (value, how) for column, value, how in explain(path, 1, "quantum_trader")}
    assert told["kind"][0] == "telemetry.log"
    assert told["code"] == ("WARNING", "@found.level")
    assert told["ts_event"][0] == "2025-11-30T11:20:00.125000000Z"
