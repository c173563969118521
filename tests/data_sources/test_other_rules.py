"""What an older version took a log for is looked at once more, and kept where nothing is better."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from data_sources import JsonlSource
from tests.data_sources.good_lines import write
from tests.data_sources.strange_log import told

SECOND = 1_755_000_000
WORDS = ("order_submitted", "order_accepted", "order_filled")


def stranger(number: int) -> dict[str, Any]:
    """A line in the envelope of RICK's Arena, with words that it never says."""
    fields = {"order_id": f"o{number // 3}", "symbol": "ES", "side": "buy", "qty": 2}
    return {"source": "bot", "type": WORDS[number % 3], "payload": fields, "ts": SECOND + number}


def own(number: int) -> dict[str, Any]:
    """A line of RICK's Arena."""
    payload = {"order_id": f"p{number}", "instrument": "EUR_USD", "side": "BUY", "units": 1}
    return {"source": "oanda", "type": "oco_placed", "payload": payload, "ts": SECOND + number}


def idle(number: int) -> dict[str, Any]:
    """A line that tells of no trading."""
    return {"level": "INFO", "msg": "beat", "time": SECOND + number}


def kept_as(folder: Path, dialect: str, *, rules: int | None = None) -> dict[str, Any]:
    """The cursor of a log that was read to its end in a dialect, found by other rules."""
    cursor = json.loads(json.dumps(JsonlSource(folder, dialect=dialect).read().cursor))
    cursor.pop("rules")
    return cursor if rules is None else {**cursor, "rules": rules}


@pytest.mark.parametrize("rules", [None, -1])
def test_a_strangers_log_is_no_longer_taken_for_a_known_systems(
    tmp_path: Path, rules: int | None
) -> None:
    """Its next lines are read by their own words; what was read before is not read again."""
    log = tmp_path / "bot.jsonl"
    write(log, *told([stranger(n) for n in range(12)]))
    cursor = kept_as(tmp_path, "rick", rules=rules)
    source = JsonlSource(tmp_path)
    assert source.read(cursor).frame.empty
    write(log, *told([stranger(n) for n in range(12, 15)]))
    reading = source.read()

    assert source.speaks == "guessed"
    kinds = reading.frame["kind"].astype(str).tolist()
    assert kinds == ["order.submitted", "order.accepted", "order.filled"]
    assert reading.counts.accepted == 15
    after = JsonlSource(tmp_path)
    after.read(json.loads(json.dumps(reading.cursor)))
    assert after.speaks == "guessed"


@pytest.mark.parametrize("line", [own, idle])
def test_what_nothing_contradicts_is_kept(tmp_path: Path, line: Any) -> None:
    """Lines of the system itself, and idle ones, leave the dialect as it was."""
    write(tmp_path / "bot.jsonl", *told([line(n) for n in range(12)]))
    source = JsonlSource(tmp_path)
    source.read(kept_as(tmp_path, "rick"))
    assert source.speaks == "rick"


def test_one_file_that_speaks_it_speaks_for_it(tmp_path: Path) -> None:
    """A folder of several bots stays what one of them says it is."""
    write(tmp_path / "own.jsonl", *told([own(n) for n in range(2)]))
    write(tmp_path / "other.jsonl", *told([stranger(n) for n in range(60)]))
    source = JsonlSource(tmp_path)
    source.read(kept_as(tmp_path, "rick"))
    assert source.speaks == "rick"


def test_what_these_rules_found_is_not_looked_at_again(tmp_path: Path) -> None:
    """Neither is a dialect that the configuration names, whatever the lines look like."""
    write(tmp_path / "bot.jsonl", *told([stranger(n) for n in range(12)]))
    cursor = JsonlSource(tmp_path, dialect="rick").read().cursor
    source = JsonlSource(tmp_path)
    source.read(json.loads(json.dumps(cursor)))
    assert source.speaks == "rick"
    named = JsonlSource(tmp_path, dialect="rick")
    named.read(kept_as(tmp_path, "rick"))
    assert named.speaks == "rick"


def test_a_known_systems_log_that_was_not_known_is(tmp_path: Path) -> None:
    """What was read as anybody's lines is read in the dialect that these rules find."""
    write(tmp_path / "bot.jsonl", *told([own(n) for n in range(12)]))
    source = JsonlSource(tmp_path)
    source.read(kept_as(tmp_path, "generic"))
    assert source.speaks == "rick"
    gone = tmp_path / "gone"
    gone.mkdir()
    cursor = kept_as(tmp_path, "generic")
    empty = JsonlSource(gone)
    empty.read(cursor)
    assert empty.speaks == "generic"
