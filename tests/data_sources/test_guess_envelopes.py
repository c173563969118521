"""What collectors and brokers put around a line is seen through: its orders count."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data_sources import JsonlSource

Told = dict[str, Any]
WORDS = ("order_submitted", "order_accepted", "order_filled")
KINDS = ["order.submitted", "order.accepted", "order.filled"]


def order(number: int, word: str) -> Told:
    """Return what a bot says of an order."""
    own = {"order_id": f"o{number // 3}", "symbol": "BTCUSDT", "side": "buy"}
    return {"event": word, **own, "qty": 1.0, "price": 100.0}


ENVELOPES: dict[str, Callable[[Told, str, float], Told]] = {
    "google cloud": lambda told, at, _: {"timestamp": at, "severity": "INFO", "jsonPayload": told},
    "elasticsearch": lambda told, at, _: {"_index": "i", "_source": {"@timestamp": at, **told}},
    "serilog": lambda told, at, _: {"Timestamp": at, "Level": "Debug", "Properties": told},
    "update": lambda told, at, _: {"ts": at, "order_update": told},
    "unusual": lambda told, at, _: {"ts": at, "snapshot": told},
    "mongo": lambda told, at, _: {"_id": {"$oid": "5f"}, "ts": {"$date": at}, **told},
    "loguru": lambda told, at, epoch: {
        "text": "x", "record": {"extra": told, "time": {"repr": at, "timestamp": epoch}},
    },
}  # fmt: skip


@pytest.mark.parametrize("envelope", ENVELOPES)
def test_orders_in_an_envelope_count_with_their_times(tmp_path: Path, envelope: str) -> None:
    """Its name need not be known for what happened, where nothing else of the line tells it."""
    log = tmp_path / "bot.jsonl"
    with log.open("w") as file:
        for number in range(30):
            at, epoch = f"2026-11-20T10:00:{number:02}+00:00", 1_795_168_800.0 + number
            told = ENVELOPES[envelope](order(number, WORDS[number % 3]), at, epoch)
            file.write(json.dumps(told) + "\n")
    frame = JsonlSource(log, dialect="auto").read().frame

    assert frame["kind"].tolist() == KINDS * 10
    seconds = frame["ts_event"].astype("int64") // 10**9
    assert seconds.tolist() == [1_795_168_800 + number for number in range(30)]


def test_how_something_began_is_not_what_the_line_says(tmp_path: Path) -> None:
    """The order that opened a trade long ago is no order of the line that tells of the trade."""
    log = tmp_path / "bot.jsonl"
    inner = order(0, "order_filled") | {"timestamp": "2026-11-19T10:00:00+00:00"}
    lines = [{"ts": f"2026-11-20T10:00:0{n}+00:00", "entry_order": inner, "x": n} for n in range(9)]
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    frame = JsonlSource(log, dialect="auto").read().frame

    assert not frame["kind"].astype(str).str.startswith("order.").any()
