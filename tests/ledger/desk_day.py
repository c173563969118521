"""A day at a desk, made up: order lives with and without ids, in several sessions, as events."""

from __future__ import annotations

import random
from typing import Any

MS = 1_000_000
START = 1_756_757_303_000_000_000


def day(seed: int, orders: int = 60, sessions: int = 2) -> list[dict[str, Any]]:
    """Return events sorted by time; ids are sometimes missing, answers sometimes never come."""
    rng = random.Random(seed)
    rows: list[dict[str, Any]] = []
    for session in range(sessions):
        ts = START + rng.randrange(1000) * MS
        for number in range(orders):
            ts += rng.randrange(1, 4000) * MS
            rows += _one(rng, ts, f"s{session}", f"{session}-{number}")
    rows.sort(key=lambda row: row["ts_event"])
    for number, row in enumerate(rows):
        row["raw_offset"] = 100 * number
    return rows


def _one(rng: random.Random, ts: int, session: str, name: str) -> list[dict[str, Any]]:
    base: dict[str, Any] = {"session_id": session, "position_effect": "open"}
    if rng.random() < 0.2:
        base["position_effect"] = "close"
    named = {"client_order_id": name} if rng.random() < 0.5 else {}
    story = [(0, {"kind": "order.submitted", "quantity": 2.0, **named})]
    if rng.random() < 0.3:
        story.insert(0, (-3, {"kind": "route.decided", "route": rng.choice(["maker", "taker"])}))
    if rng.random() < 0.2:
        why = {"reason": "WHY_NEGATIVE_EDGE"}
        story = [(0, {"kind": "order.skipped", **why}), (1, {"kind": "order.denied", **why})]
        return [{**base, "ts_event": ts + ms * MS, **event} for ms, event in story]
    answer = rng.random()
    ack = rng.randrange(1, 900)
    if answer < 0.1:
        pass  # nobody ever answers
    elif answer < 0.2:
        story.append((ack, {"kind": "order.rejected", "reason": "WHY_CONN_ERR", **named}))
    else:
        learned = {"client_order_id": name}
        story.append((ack, {"kind": "order.accepted", **learned}))
        end = rng.random()
        later = ack + rng.randrange(1, 20_000)
        if end < 0.3:
            fill = {"quantity": 1.0, "price": 10.0, **learned}
            story.append((later, {"kind": "order.partially_filled", **fill}))
            later += rng.randrange(1, 5_000)
        if end < 0.6:
            fill = {"quantity": 1.0, "price": 12.0, **(learned if rng.random() < 0.6 else {})}
            story.append((later, {"kind": "order.filled", **fill}))
        elif end < 0.85:
            story.append((later, {"kind": "order.canceled"}))
    return [{**base, "ts_event": ts + ms * MS, **event} for ms, event in story]
