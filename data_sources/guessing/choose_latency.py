"""Which key holds a latency, and in which unit: by its name, or by the times of the lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import Any, Final

from data_sources.guessing.choice import Choice, is_number, ranked, reason
from data_sources.guessing.choose_code import Codes
from data_sources.guessing.choose_time import ns_of
from data_sources.guessing.keys import Key
from data_sources.lines.transforms import number

SECONDS: Final = {
    "seconds": 1.0,
    "milliseconds": 1e-3,
    "microseconds": 1e-6,
    "nanoseconds": 1e-9,
}
_LEAST_PAIRS: Final = 3
_NEAR: Final = math.log(1.5)
"""A latency and the time between two lines of an order are this near to each other."""


def latency_of(
    keys: Sequence[Key], time: str, client_id: str, codes: Codes, now_ns: int, taken: set[str]
) -> Choice | None:
    """The key of a latency; with unit "" where nothing tells it: such numbers must not be used."""
    for key, name, ratio in ranked(keys, "latency_seconds", _is_span, taken):
        taken.add(key.path)
        why = reason(key, name, ratio, "numbers from 0")
        sure, unit = name.ratio * ratio, name.unit
        if not unit:
            unit = _unit_by_times(keys, key, time, client_id, codes, now_ns)
            why += (
                f"; in {unit}, as the times of the lines say" if unit else "; its unit is unknown"
            )
            sure *= 0.9
        return Choice(
            "latency_seconds", key.path, round(sure, 3), why, unit, SECONDS.get(unit, 1.0)
        )
    return None


def _is_span(value: Any) -> bool:
    return is_number(value) and number(value) >= 0


def _unit_by_times(
    keys: Sequence[Key], key: Key, time: str, client_id: str, codes: Codes, now_ns: int
) -> str:
    """The unit in which most latencies are the time since their order was submitted, or ""."""
    by_path = {each.path: each.values for each in keys}
    times, ids = by_path.get(time, {}), by_path.get(client_id, {})
    began: dict[Any, int] = {}
    pairs: list[tuple[float, float]] = []
    for line in codes.order_lines:
        if line not in ids or line not in times:
            continue
        order, at = ids[line], ns_of(times[line], now_ns)
        if codes.kind_at(line) == "order.submitted":
            began[order] = at
        elif order in began and line in key.values and at > began[order]:
            pairs.append((number(key.values[line]), (at - began[order]) / 1e9))
    pairs = [pair for pair in pairs if pair[0] > 0]
    if len(pairs) < _LEAST_PAIRS:
        return ""
    for unit, scale in SECONDS.items():
        if median(abs(math.log(told * scale / passed)) for told, passed in pairs) < _NEAR:
            return unit
    return ""
