"""A JSON line stays one behind the words that a collector of logs puts before it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data_sources import JsonlSource
from data_sources.lines.prefixed import parse_prefixed
from data_sources.lines.strict import BadLineError

RECORD = {
    "event_type": "ORDER.SUBMITTED",
    "timestamp": "2025-03-04T05:06:07Z",
    "details": {"b": "}{"},
}
LINE = json.dumps(RECORD).encode()
BEFORE = [
    b"Mar 04 05:06:08 host unit[12]: ",
    b"Mar  4 05:06:08 host unit: ",
    b"2025-03-04T05:06:08.123456789Z ",
    b"2025-03-04T05:06:08+0000 host unit[12]: ",
    b"2025-03-04T05:06:08,5+01:00 ",
    b"engine-1  | ",
]


@pytest.mark.parametrize("before", [b"", *BEFORE])
def test_what_stands_before_is_left_out(before: bytes) -> None:
    """Of journald in both forms, Docker and Kubernetes with their stamps, Compose with its bar."""
    assert parse_prefixed(before + LINE) == RECORD


@pytest.mark.parametrize(
    "line",
    [
        b"order " + LINE,
        b"Mar 04 05:06:08 " + LINE[:-5],
        b"Mar 04 05:06:08 host unit[12]: said " + LINE,
        b"engine-1  | [1, 2]",
        b"| " + LINE,
        b"Mar 04 05:06:08 host unit[12]: ",
        b"2025-03-04T05:06:08" + b"Z" * 5_000 + LINE,
        b"Mar 04 05:06:08 " + b"a" * 100_000 + b" ",
    ],
)
def test_nothing_else_is_taken_for_a_line(line: bytes) -> None:
    """Other words, a torn object, a list or no object stay a bad line, however long."""
    with pytest.raises(BadLineError):
        parse_prefixed(line)


@pytest.mark.parametrize("many", [1, 400])
def test_a_log_of_such_lines_is_read_as_the_bot_wrote_it(tmp_path: Path, many: int) -> None:
    """The same events as without the words before, also in a long log beside bare lines."""
    (tmp_path / "bare.jsonl").write_bytes((LINE + b"\n") * many * len(BEFORE))
    lines = [before + LINE + b"\n" for before in BEFORE]
    (tmp_path / "kept.jsonl").write_bytes(b"".join(lines * many))
    bare, kept = (
        JsonlSource(tmp_path / name, dialect="aurora").read()
        for name in ("bare.jsonl", "kept.jsonl")
    )
    assert kept.counts.accepted == bare.counts.accepted == many * len(BEFORE)
    columns = ["ts_event", "kind", "code"]
    assert kept.frame[columns].equals(bare.frame[columns])
    assert json.loads(kept.frame["attributes"].iloc[0]) == json.loads(
        bare.frame["attributes"].iloc[0]
    )
