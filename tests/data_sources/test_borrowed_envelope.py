"""Bots that write their lines as a known system does, with words that it never says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data_sources import JsonlSource, attach
from data_sources.lines.guess import guess
from data_sources.lines.infer import infer
from ledger import order_lives
from tests.data_sources.good_lines import write
from tests.data_sources.strange_log import NOW_NS, told

SECOND = 1_755_000_000
WORDS = ("order_submitted", "order_accepted", "order_filled")


def arena(number: int, word: str, **fields: Any) -> dict[str, Any]:
    """Return a line in the envelope of RICK's Arena."""
    return {"source": "bot", "type": word, "payload": fields, "ts": SECOND + number}


def telemetry(number: int, word: str, **fields: Any) -> dict[str, Any]:
    """Return a line in the envelope of Peak_Trade's telemetry."""
    head = {"ts": SECOND + number, "session_id": "s", "symbol": "ES", "kind": word}
    return {**head, "payload": fields}


def narration(number: int, word: str, **fields: Any) -> dict[str, Any]:
    """Return a line in the envelope of RICK's narration, which takes any word for a story."""
    head = {"timestamp": SECOND + number, "event_type": word.upper(), "symbol": "ES"}
    return {**head, "venue": "sim", "details": fields}


def logged(number: int, word: str, **fields: Any) -> dict[str, Any]:
    """Return a line as Quantum Trader's backend logs, with an event for a message."""
    head = {"timestamp": SECOND + number, "level": "INFO", "logger": "bot", "message": word}
    return {**head, "module": "orders", **fields}


@pytest.mark.parametrize("line", [arena, telemetry, narration, logged])
def test_the_words_decide_not_the_envelope(tmp_path: Path, line: Any) -> None:
    """Every order is counted with its size, and the mapping says why it is no known system's."""
    lines = [
        line(n, WORDS[n % 3], order_id=f"o{n // 3}", symbol="ES", side="buy", qty=2)
        for n in range(12)
    ]
    write(tmp_path / "bot.jsonl", *told(lines))
    orders = order_lives(JsonlSource(tmp_path, dialect="auto").read().frame)
    assert orders["status"].astype(str).tolist() == ["filled"] * 4
    assert orders["order_quantity"].tolist() == [2.0] * 4
    mapping = attach(tmp_path)
    assert [each.dialect for each in mapping.found] == ["auto"]
    assert "their usual names tell more" in mapping.text()


def test_a_known_system_keeps_its_lines() -> None:
    """Half of the events known are enough, and so are few where a guess knows no more."""
    placed = arena(0, "oco_placed", order_id="paper-oanda-1", instrument="EUR_USD", side="BUY")
    strange = [arena(n, "margin_call", account="x") for n in range(1, 9)]
    assert infer(told([placed, *strange])).dialect == "rick"
    own = [arena(n, "oco_placed", order_id=f"p{n}", side="BUY", units=1) for n in range(6)]
    new = [arena(n, "order_submitted", order_id=f"p{n}", side="BUY", units=1) for n in range(6)]
    assert infer(told([*own, *new])).dialect == "rick"


def test_orders_without_an_id_are_told_by_their_place(tmp_path: Path) -> None:
    """Nobody can be sure of them; a part does not hold what was ordered, and counts no order."""
    words = ("NEW", "PARTIALLY_FILLED", "FILLED")
    lines = [
        {"ts": SECOND + n, "state": words[n % 3], "symbol": "7203", "qty": 100, "price": 9.5}
        for n in range(9)
    ]
    mapping = guess(told(lines), now_ns=NOW_NS)
    assert mapping.sure_ratio <= 0.5
    write(tmp_path / "bot.jsonl", *told(lines))
    orders = order_lives(JsonlSource(tmp_path, dialect="auto").read().frame)
    assert orders["status"].astype(str).tolist() == ["filled"] * 3
    assert orders["filled_quantity"].tolist() == [100.0] * 3
    assert set(orders["symbol"].astype(str)) == {"7203"}


def test_what_most_programs_log_is_nobodys() -> None:
    """A line that says in which function and line it was written is not Quantum Trader's."""
    own = [logged(n, f"cycle {n} done") for n in range(3)]
    assert infer(told(own)).dialect == "quantum_trader"
    others = [line | {"function": "run", "line": 33} for line in own]
    assert infer(told(others)).dialect == "generic"
