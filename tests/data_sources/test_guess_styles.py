"""Logs as the usual libraries write them: their times, their events, or what is not known."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from data_sources import JsonlSource, attach
from data_sources.guessing.order_words import meaning
from data_sources.lines.guess import Guessed, guess
from data_sources.lines.timestamps import BadTimeError, epoch_ns
from data_sources.lines.transforms import side
from ledger import order_lives
from tests.data_sources.good_lines import write
from tests.data_sources.strange_log import NOW_NS, told

SECOND = 1_755_000_000
MOMENT = dt.datetime.fromtimestamp(SECOND, dt.UTC)


def guessed(*records: dict[str, Any]) -> Guessed:
    return guess(told(list(records)), now_ns=NOW_NS)


def choices(mapping: Guessed) -> dict[str, str]:
    return {each.role: each.path for each in mapping.choices}


@pytest.mark.parametrize(
    ("text", "naive"),
    [
        (f"{MOMENT:%Y%m%d-%H:%M:%S}.250", False),  # FIX
        (f"{MOMENT:%Y%m%dT%H%M%S}.250Z", False),
        (f"{MOMENT:%Y%m%dT%H%M%S},25", True),
        (f"{MOMENT:%Y/%m/%d %H:%M:%S}.250", True),  # Go
        (f"{MOMENT:%Y/%m/%d %H:%M:%S}.250+00:00", False),
        (f"{MOMENT:%Y-%m-%d %H:%M:%S},250", True),  # Python
    ],
)
def test_times_as_logs_write_them(text: str, naive: bool) -> None:
    """FIX is UTC by its own rule; the others are of the source's zone where they name none."""
    assert epoch_ns(text) == (SECOND * 10**9 + 250_000_000, naive)


@pytest.mark.parametrize(
    "text",
    [
        "20250931-14:13:20", "20250821-141320", "2025/08/21-14:13:20", "20250821 14:13:20",
        "2025/0821 14:13:20", "20250821-14:1320", "20250821-14:13:20Z",
    ],
)  # fmt: skip
def test_what_no_log_writes_is_no_time(text: str) -> None:
    """A shape that is neither is set aside, not read as if it were."""
    with pytest.raises(BadTimeError):
        epoch_ns(text)


def pino(number: int, message: str, **more: Any) -> dict[str, Any]:
    head = {"level": 30, "time": SECOND * 1000 + number, "pid": 1, "msg": message}
    return {**head, "orderId": f"p{number // 3}", "sym": "SOL-USD", "amount": "1.5", **more}


def test_a_message_that_names_the_event(tmp_path: Path) -> None:
    """pino, bunyan and python-json-logger have the event in their message; it stays the text."""
    words = ["order sent", "order ack", "order fill"]
    lines = [pino(number, words[number % 3]) for number in range(9)]
    lines += [pino(9 + number, f"connected to feed {number}") for number in range(6)]
    mapping = guessed(*lines)
    assert choices(mapping)["code"] == choices(mapping)["text"] == "msg"
    assert 0.4 < mapping.sure_ratio < 0.6  # its name does not say that it is a code
    write(tmp_path / "pino.jsonl", *told(lines))
    frame = JsonlSource(tmp_path, dialect="auto").read().frame
    orders = order_lives(frame)
    assert orders["status"].astype(str).tolist() == ["filled"] * 3
    assert orders["filled_quantity"].tolist() == [1.5] * 3
    assert frame["text"].tolist() == [line["msg"] for line in lines]


def test_few_usual_messages_among_many_are_no_events() -> None:
    """Of a log that only now and then says a word of trading nothing is counted."""
    mapping = guessed(*[pino(n, "filled" if n == 0 else f"tick {n}") for n in range(12)])
    assert not mapping.is_useful


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("asctime", f"{MOMENT:%Y-%m-%d %H:%M:%S},250"),
        ("when", SECOND * 10**6 + 250_000),
        ("TransactTime", f"{MOMENT:%Y%m%d-%H:%M:%S}.250"),
    ],
)
def test_a_time_is_found_where_nothing_is_counted(tmp_path: Path, key: str, value: Any) -> None:
    """A log without a word of trading has its times all the same, and it is said that they are."""
    lines = [{key: value, "what": word, "px": 1.5} for word in ("quote", "book", "quote")]
    write(tmp_path / "b.jsonl", *told(lines))
    frame = JsonlSource(tmp_path, dialect="auto").read().frame
    assert frame["ts_event"].astype("int64").tolist() == [SECOND * 10**9 + 250_000_000] * 3
    assert set(frame["kind"]) == {"other"}
    told_of = attach(tmp_path).text()
    assert "but their time is found" in told_of
    assert f"time ← {key}" in told_of


def test_the_date_of_another_thing_is_no_time_of_a_line() -> None:
    """When a trade was opened is not when its closing was told."""
    lines = [{"kind": "exit", "open_date": f"2025-08-0{n} 10:00:00"} for n in range(1, 6)]
    assert "time" not in choices(guessed(*lines))
    assert not guessed(*lines).is_better


def test_each_execution_called_a_fill(tmp_path: Path) -> None:
    """Where a part has no word of its own, an order is filled when its fills add up to it."""
    head = {"order_id": "a", "symbol": "ES"}
    lines = [
        {"ts": SECOND, "event": "order_sent", "qty": 3, **head},
        {"ts": SECOND + 1, "event": "order_fill", "fill_qty": 1, "fill_px": 10.0, **head},
        {"ts": SECOND + 2, "event": "order_fill", "fill_qty": 2, "fill_px": 13.0, **head},
    ]
    write(tmp_path / "c.jsonl", *told(lines))
    (row,) = order_lives(JsonlSource(tmp_path, dialect="auto").read().frame).to_dict("records")
    assert (row["status"], row["filled_quantity"]) == ("filled", 3.0)
    assert row["average_fill_price"] == pytest.approx(12.0)


def test_sides_that_say_more_and_words_that_hold_a_side() -> None:
    """A short sale is a sale; `BuyOrderCreatedEvent` tells what `order_created` tells."""
    assert [side(t) for t in ("SELL_SHORT", "Side.BUY_TO_COVER", "sell_to_open")] == [
        "sell", "buy", "sell",
    ]  # fmt: skip
    assert meaning("BuyOrderCreatedEvent") == "order.submitted"
    assert meaning("limit_order_rejected") == "order.rejected"
    assert meaning("SELL") is None
