"""Orders as bots write them that Deskwatch has never seen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

T0_NS = 1_756_757_303_000_000_000
NOW_NS = T0_NS + 3_600_000_000_000


def told(records: list[dict[str, Any]]) -> list[bytes]:
    """The records as lines without their newlines."""
    return [json.dumps(record).encode() for record in records]


def lives(orders: int = 6) -> Iterator[dict[str, Any]]:
    """Orders in words of our own: all are accepted; every third is filled, canceled, rejected."""
    for number in range(orders):
        at, order = T0_NS + number * 10**9, f"ord-{number}"
        side, size = ("buy", "sell")[number % 2], 2 + number
        step = {"order": order}
        new = {"symbol": f"ES{number % 3}", "side": side, "quantity": size, "price": 10.25 + number}
        yield {"word": "submitted", "at": at, **step, **new}
        ack_ns = (20 + 7 * number) * 10**6
        if number % 3 == 2:
            yield {"word": "rejected", "at": at + ack_ns, **step, "reason": "no margin"}
            continue
        yield {"word": "accepted", "at": at + ack_ns, **step, "latency": ack_ns}
        if number % 3 == 1:
            yield {"word": "canceled", "at": at + 10**8, **step}
        else:
            yield {"word": "filled", "at": at + 10**8, **step, "quantity": size, "price": 10.25}


def renamed(
    record: Mapping[str, Any], names: Mapping[str, str], words: Mapping[str, str]
) -> dict[str, Any]:
    """The record as a stranger writes it; names maps our keys to his, words our words."""
    return {names[key]: words.get(str(value), value) for key, value in record.items()}
