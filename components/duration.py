"""A duration with the unit that fits its size."""

from __future__ import annotations

from formats import MISSING, age, milliseconds, seconds


def duration(value: float | None) -> str:
    """Give seconds as milliseconds up to ten seconds, as seconds up to a minute, then as an age."""
    if value is None or value != value:
        return MISSING
    size = abs(value)
    if size < 10.0:
        return milliseconds(value)
    return seconds(value) if size < 60.0 else age(value)
