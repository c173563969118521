"""`--explain FILE[:N]`: how a line is read, field by field."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from data_sources import JsonlSource, OriginError, explain
from data_sources.lines.explain import explain_text
from tests.data_sources.good_lines import NOW_NS, good, write


def test_the_third_line_of_the_real_session(realdata: Path) -> None:
    """The submit of the real session: its kind by a rule, its effect by details.close."""
    path = realdata / "aurora/tmp_debug_cancel/aurora_events.jsonl"
    rows = {column: (value, rule) for column, value, rule in explain(path, 3)}
    assert rows["ts_event"] == ("2025-09-01T20:08:23.117239040Z", "ts_ns = 1756757303117239040")
    assert rows["code"] == ("ORDER.SUBMIT", "event_code")
    assert rows["position_effect"] == ("open", "details.close")
    kind, rule = rows["kind"]
    assert kind == "order.submitted"
    assert rule.startswith("rule aurora.toml:")
    assert rule.endswith("code = ORDER.SUBMIT|ORDER.SUBMITTED")
    text = explain_text(path, 3)
    assert "read in the dialect aurora (guessed: aurora recognizes 100%" in text
    assert "line 3, offset 531:" in text
    assert "\n  ignored: order_type" in text


def test_every_key_is_told_of_once(tmp_path: Path) -> None:
    """A key gave a column, or stands in attributes alone, or is ignored: never two of these."""
    details = b'{"reason": "R", "spread_bps": 2, "note": "n"}'
    line = b'{"event_code": "RISK.DENY", "ts_ns": 1, "order_type": "x", "details": %s}' % details
    path = write(tmp_path / "a.jsonl", line.replace(b'"ts_ns": 1', b'"ts_ns": %d' % NOW_NS))
    text = explain_text(path, 1, dialect="aurora").partition("\n\n")[2].partition("\n")[2]
    assert "3 keys, as they stand" in text
    assert "\n  in attributes alone: details.spread_bps, details.note\n" in text
    assert "\n  ignored: order_type" in text
    for key in "ts_ns", "event_code", "details.reason", "details.note", "order_type":
        assert text.count(key) == 1, key


def test_explaining_agrees_with_reading(realdata: Path) -> None:
    """What explain says of every real line is what the source reads there."""
    columns = ["kind", "code", "side", "reason", "client_order_id", "route", "position_effect"]
    for file in sorted((realdata / "aurora").rglob("*.jsonl")):
        frame = JsonlSource(file, dialect="aurora").read().frame
        for number, row in enumerate(frame[columns].itertuples(index=False), start=1):
            told = {column: value for column, value, _ in explain(file, number, "aurora")}
            read = {c: v for c, v in zip(columns, row, strict=True) if isinstance(v, str)}
            assert {c: told[c] for c in columns if c in told} == read, (file, number)


def test_a_quarantined_line_says_why_and_where(tmp_path: Path) -> None:
    """A bad line is explained by its reason and offset."""
    path = write(tmp_path / "a.jsonl", good(1), b'{"a": NaN}')
    assert explain(path, 2, "aurora") == [
        ("quarantine", "non_finite: NaN is no JSON number", f"line 2, offset {len(good(1)) + 1}")
    ]
    assert "quarantined: non_finite" in explain_text(path, 2)


def test_without_a_number_the_first_lines(tmp_path: Path) -> None:
    """Without a line number the first five lines are explained."""
    path = write(tmp_path / "a.jsonl", *[good(number) for number in range(9)])
    assert explain_text(path).count("order.denied") == 5


def test_hostile_text_cannot_steer_a_terminal(tmp_path: Path) -> None:
    """Escape sequences in a log are printed as escapes."""
    evil = rb'{"event_code": "RISK.DENY", "details": {"reason": "\u001b[31mred\u202e"}}'
    path = write(tmp_path / "a.jsonl", evil, b"\x1b[2J raw")
    text = explain_text(path, dialect="aurora")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert r"\x1b[31mred\u202e" in text


def test_a_compressed_file_and_a_missing_line(tmp_path: Path) -> None:
    """A .gz is explained like a plain file; a line that is not there is refused by name."""
    path = tmp_path / "a.jsonl.gz"
    with gzip.open(path, "wb") as file:
        file.write(good(1) + b"\n")
    assert explain(path, 1, "aurora")[1][:2] == ("kind", "order.denied")
    with pytest.raises(OriginError, match="fewer than 2 lines"):
        explain(path, 2)
    with pytest.raises(OriginError, match="cannot be read"):
        explain(tmp_path / "nowhere.jsonl", 1)
