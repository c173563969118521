"""How bad a line is, told by its level, where nothing else tells what it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data_sources import JsonlSource
from data_sources.lines.guess import guess
from tests.data_sources.good_lines import write
from tests.data_sources.strange_log import NOW_NS, told

SECOND = 1_755_000_000


@pytest.mark.parametrize(
    ("key", "fine", "bad"),
    [("level", "INFO", "ERROR"), ("severity", "info", "fatal"), ("level", 30, 50)],
)
def test_what_is_logged_as_an_error_is_one(tmp_path: Path, key: str, fine: Any, bad: Any) -> None:
    """A line of an unknown event is an error by its level; an order stays an order."""
    order = {"client_order_id": "a", "symbol": "ES", "side": "buy", "qty": 1}
    lines = [
        {"ts": SECOND, key: fine, "event": "scan_done", "pairs": 3},
        {"ts": SECOND + 1, key: bad, "event": "scan_broken", "msg": "no book"},
        {"ts": SECOND + 2, key: bad, "event": "order_rejected", **order},
    ]
    write(tmp_path / "bot.jsonl", *told(lines))
    frame = JsonlSource(tmp_path, dialect="auto").read().frame
    assert frame["kind"].astype(str).tolist() == ["other", "error", "order.rejected"]
    assert frame["text"].astype(str).tolist()[1] == "no book"


def test_a_level_of_another_thing_is_none() -> None:
    """A grid's level, or a leverage, says nothing of errors."""
    lines = [{"ts": SECOND + n, "level": 50 + n, "event": "order_filled"} for n in range(3)]
    assert '"error"' not in guess(told(lines), now_ns=NOW_NS).toml()
