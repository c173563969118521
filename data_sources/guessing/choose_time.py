"""Which key holds the time, and in which unit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Any, Final

from data_sources.guessing.choice import Choice, ranked, shown
from data_sources.guessing.keys import Key, words_of
from data_sources.lines.timestamps import FUTURE_NS, BadTimeError, epoch_ns, unit_ns

NAMELESS_RATIO: Final = 0.5
"""How sure a time is that is told by its values alone."""
_LEAST_LINES: Final = 3
_OF_OTHERS: Final = frozenset(
    {
        *("open", "opened", "entry", "start", "started", "due", "expiry", "expires", "expiration"),
        *("close", "closed", "exit", "end"),
    }
)
"""A `close_date` is when a trade was closed, not when the line was written."""
_UNITS: Final = {1: "nanoseconds", 1_000: "microseconds", 1_000_000: "milliseconds"}


def times_of(keys: Sequence[Key], now_ns: int, taken: set[str]) -> list[Choice]:
    """The keys that hold the time of an event, the surest first; empty when there is none.

    Args:
        keys: of the sample.
        now_ns: our time; what lies ahead of it is no time of an event.
        taken: gets the paths of what was found.
    """
    keys = [key for key in keys if key.of_line]
    clocked = any(all(map(_is_clock, key.values.values())) for key in keys)
    found = [
        Choice("time", key.path, name.ratio * ratio, f"a usual name; {_told(key)}", _unit(key))
        for key, name, ratio in ranked(keys, "time", lambda v: ns_of(v, now_ns) > 0, taken)
        if ratio == 1.0 and not (clocked and all(map(_is_date, key.values.values())))
    ]
    if not found:
        found = [
            Choice("time", key.path, NAMELESS_RATIO, f"its values alone; {_told(key)}", _unit(key))
            for key in keys
            if key.path not in taken
            and _OF_OTHERS.isdisjoint(words_of(key.path.split(".")[-1]))
            and _runs(key, now_ns)
        ][:1]
    first = found[0] if found else None
    missing = set() if first is None else _lines(keys, first.path)
    kept = found[:1]
    for each in found[1:]:
        more = _lines(keys, each.path) - missing
        if more:
            kept.append(each)
            missing |= more
    taken |= {each.path for each in kept}
    return kept


def ns_of(value: Any, now_ns: int) -> int:
    """Nanoseconds since 1970, 0 for what is no time or lies ahead of us."""
    try:
        ns, _ = epoch_ns(value)
    except BadTimeError:
        return 0
    return ns if ns <= now_ns + FUTURE_NS else 0


def _is_clock(value: Any) -> bool:
    """Whether a value is a time of day: the date beside it is no moment, midnight least of all."""
    try:
        epoch_ns(value)
    except BadTimeError as e:
        return e.no_date
    return False


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= len("2026-01-31")


def _lines(keys: Sequence[Key], path: str) -> set[int]:
    return next(set(key.values) for key in keys if key.path == path)


def _runs(key: Key, now_ns: int) -> bool:
    """Whether all values are times that do not run backwards, as in a log."""
    times = [ns_of(value, now_ns) for value in key.values.values()]
    ordered = all(a <= b for a, b in pairwise(times))
    return len(times) >= _LEAST_LINES and min(times) > 0 and ordered and times[0] < times[-1]


def _numbers(key: Key) -> list[float]:
    return [float(v) for v in key.values.values() if not isinstance(v, str) or _digits(v)]


def _digits(text: str) -> bool:
    return text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit()


def _unit(key: Key) -> str:
    numbers = _numbers(key)
    return _UNITS.get(unit_ns(median(numbers)), "seconds") if numbers else "ISO 8601"


def _told(key: Key) -> str:
    unit = _unit(key)
    if unit != "ISO 8601":
        return f"{unit} since 1970 by their size, such as {shown(key)}"
    try:
        naive = epoch_ns(key.example())[1]
    except BadTimeError:
        naive = False
    zone = ", without a zone: read in the source's" if naive else ""
    written = "a date and a time" if "-" not in str(key.example())[:5] else "ISO 8601"
    return f"{written}, such as {shown(key)}{zone}"
