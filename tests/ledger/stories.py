"""Stories of one source, made up: sessions that share ids, take turns, overlap."""

from __future__ import annotations

import random
from typing import Any

S = 1_000_000_000
START = 1_756_757_303 * S
Row = dict[str, Any]

KINDS = (
    "submitted",
    "accepted",
    "partially_filled",
    "filled",
    "canceled",
    "rejected",
    "denied",
    "expired",
    "skipped",
    "route",
)
_words = {
    "client_order_id": (None, "1", "1", "2", "3"),
    "venue_order_id": (None, None, "v1", "v2"),
    "symbol": (None, "X", "Y"),
    "side": (None, "buy", "sell"),
    "route": (None, "maker", "taker"),
    "reason": (None, "WHY_A", "WHY_B"),
    "position_effect": ("open", "open", "close"),
    "decision": (None, None, "accepted"),
    "quantity": (None, 1.0, 2.0),
    "price": (None, 10.0),
    "value": (None, None, 3.0),
}


def story(rng: random.Random, sessions: int = 3, lines: int = 20) -> list[Row]:
    """Return lines in the order of their files, one file behind the other.

    Times may go back within a file. Seconds are whole and few, so that many lines fall on the same
    moment.
    """
    rows: list[Row] = []
    for session in range(sessions):
        begins, lasts = rng.randrange(30), rng.choice((4, 12, 40))
        rotated = rng.random() < 0.5
        for part in range(rng.choice((1, 1, 2))):
            generation = f"log.jsonl#{session}{part}" if rotated else f"{part}.jsonl#{session}"
            rows += _file(rng, f"s{session}", generation, begins, lasts, rng.randint(0, lines))
    return _once(rows)


def _file(
    rng: random.Random, session: str, generation: str, begins: int, lasts: int, lines: int
) -> list[Row]:
    seconds = [begins + rng.randrange(lasts) for _ in range(lines)]
    if rng.random() < 0.7:
        seconds.sort()
    return [
        {
            **{name: rng.choice(words) for name, words in _words.items()},
            **_kind(rng),
            "ts_event": START + second * S,
            "session_id": session,
            "raw_generation": generation,
            "raw_offset": 100 * place,
        }
        for place, second in enumerate(seconds)
    ]


def _kind(rng: random.Random) -> Row:
    kind = rng.choices(KINDS, (6, 4, 3, 3, 3, 2, 2, 1, 1, 2))[0]
    return {"kind": "route.decided" if kind == "route" else f"order.{kind}"}


def _once(rows: list[Row]) -> list[Row]:
    """Leave lines out that repeat an event by its id: they count as duplicates, not as news."""
    names = ("ts_event", "session_id", "kind", "client_order_id", "venue_order_id")
    seen, kept = set(), []
    for row in rows:
        key = tuple(row[name] for name in names)
        if not (row["client_order_id"] or row["venue_order_id"]) or key not in seen:
            kept.append(row)
        seen.add(key)
    return kept


def in_time(rows: list[Row]) -> list[int]:
    """Return the places of the lines as they were written, whoever wrote them."""

    def moment(place: int) -> tuple[Any, ...]:
        row = rows[place]
        file = row["raw_generation"].split("#")[0]
        return row["ts_event"], row["session_id"], file, row["raw_generation"], row["raw_offset"]

    return sorted(range(len(rows)), key=moment)


def in_slices(rows: list[Row], rng: random.Random) -> list[list[int]]:
    """Cut the lines of each file into slices, and shuffle: each file stays in its own order."""
    files: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(rows):
        files.setdefault((row["session_id"], row["raw_generation"]), []).append(place)
    left = list(files.values())
    slices = []
    while left:
        # The parts of one file are read oldest first; files take turns.
        oldest: dict[tuple[str, str], list[int]] = {}
        for file in left:
            row = rows[file[0]]
            oldest.setdefault((row["session_id"], row["raw_generation"].split("#")[0]), file)
        file = rng.choice(list(oldest.values()))
        size = rng.choice((1, 2, 5, 30))
        slices.append(file[:size])
        del file[:size]
        left = [each for each in left if each]
    return slices
