"""Numbers become text: the one place that knows signs, units, thousands and missing values.

No Dash here: pages, the API's text, a terminal and an HTML snapshot say the same number with the
same letters. Every function takes None, NaN and infinities and answers with `MISSING` then.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

MISSING: Final = "—"
MINUS: Final = "\u2212"
THIN_SPACE: Final = "\u2009"
NARROW_SPACE: Final = "\u202f"

_SECONDS_PER_DAY: Final = 86_400.0
_CONTROLS: Final = (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)
_DIRECTIONS: Final = (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_HIDDEN: Final = frozenset((*_CONTROLS, *_DIRECTIONS, 0x200B, 0xFEFF))
"""Code points that move, hide or reverse the text around them: log text may hold any of them."""


def number(value: Any, digits: int = 2, *, signed: bool = False) -> str:
    """Give a number with fixed decimals, thin spaces between thousands and a true minus sign.

    Args:
        value: any number, or something missing.
        digits: decimals, fixed so that columns align.
        signed: whether a positive number carries its plus.
    """
    known = _finite(value)
    if known is None:
        return MISSING
    text = f"{abs(known):,.{digits}f}".replace(",", THIN_SPACE)
    is_zero = not text.strip(f"0.{THIN_SPACE}")
    if is_zero:
        return text
    return (MINUS if known < 0 else "+" if signed else "") + text


def count(value: Any) -> str:
    """Give a whole number: `12 345`."""
    return number(value, 0)


def unbroken(sentence: str) -> str:
    """Give a sentence whose numbers stay on one line: `n = 1` above `337` would be read as one."""
    return sentence.replace(THIN_SPACE, NARROW_SPACE)


def percent(ratio: Any, digits: int = 1) -> str:
    """Give a ratio (0–1) as percent: 0.75 → `75.0 %`."""
    return _with_unit(_scaled(ratio, 100.0), "%", digits)


def ratio_with_interval(value: Any, low: Any, high: Any, n: Any = None) -> str:
    """Give a ratio with its 95 % interval and n: `75.0 % (30.1–95.4 %, n = 4)`."""
    if _finite(value) is None:
        return MISSING
    parts = []
    if _finite(low) is not None and _finite(high) is not None:
        parts.append(f"{number(float(low) * 100, 1)}–{number(float(high) * 100, 1)} %")
    if n is not None:
        parts.append(f"n = {count(n)}")
    return percent(value) + (f" ({', '.join(parts)})" if parts else "")


def milliseconds(seconds: Any, *, unit: bool = True) -> str:
    """Give seconds as milliseconds with three or more significant digits: 0.000994 → `0.994 ms`."""
    value = _scaled(seconds, 1_000.0)
    if value is None:
        return MISSING
    size = abs(value)
    digits = 3 if size < 1 else 2 if size < 10 else 1 if size < 100 else 0
    text = number(value, digits)
    return f"{text} ms" if unit else text


def milliseconds_interval(low: Any, high: Any) -> str:
    """Give a 95 % interval of a latency in seconds: `9.12–14.0 ms`, one-sided `≥ 9.12 ms`."""
    below, above = _finite(low), _finite(high)
    if below is None and above is None:
        return MISSING
    if above is None:
        return f"≥ {milliseconds(below)}"
    if below is None:
        return f"≤ {milliseconds(above)}"
    return f"{milliseconds(below, unit=False)}–{milliseconds(above)}"


def seconds(value: Any) -> str:
    """Give a duration in seconds: `0.250 s`, `12.5 s`, `300 s`."""
    known = _finite(value)
    if known is None:
        return MISSING
    size = abs(known)
    return _with_unit(known, "s", 3 if size < 1 else 1 if size < 100 else 0)


def age(value: Any) -> str:
    """Give an age in seconds as a person says it: `now`, `12 s`, `3 min 05 s`, `2 h 10 min`.

    From two days on whole days: `445 days`. A negative age (a clock ahead of ours) keeps its sign.
    """
    known = _finite(value)
    if known is None:
        return MISSING
    sign, left = (MINUS if known <= -1 else ""), int(abs(known))
    if left < 1:
        return "now"
    if left < 60:
        return f"{sign}{left} s"
    if left < 3_600:
        return f"{sign}{left // 60} min {left % 60:02d} s"
    if left < 2 * _SECONDS_PER_DAY:
        return f"{sign}{left // 3_600} h {left % 3_600 // 60:02d} min"
    return f"{sign}{count(left // _SECONDS_PER_DAY)} days"


def money(value: Any, currency: str | None = None, digits: int = 2, *, signed: bool = False) -> str:
    """Give an amount with the code of its currency: `1 234.50 USD`."""
    text = number(value, digits, signed=signed)
    return f"{text} {currency}" if currency and text != MISSING else text


def bps(value: Any, digits: int = 2, *, signed: bool = False) -> str:
    """Give basis points: `6.34 bps`."""
    text = number(value, digits, signed=signed)
    return text if text == MISSING else f"{text} bps"


def file_size(value: Any) -> str:
    """Give a number of bytes: `812 kB`, `35.1 MB`; a thousand of each are one of the next."""
    for unit, factor in (("GB", 1e-9), ("MB", 1e-6)):
        scaled = _scaled(value, factor)
        if scaled is not None and scaled >= 1:
            return _with_unit(scaled, unit, 1)
    return _with_unit(_scaled(value, 1e-3), "kB", 0)


def signed(value: Any, digits: int = 2) -> str:
    """Give a difference that always carries its sign: `+1.20`, `−1.20`, `0.00`."""
    return number(value, digits, signed=True)


def moment(value: Any, zone: str = "UTC", *, with_date: bool = True) -> str:
    """Give a moment in a zone with its offset: `2025-09-01 20:08:23.118 UTC`.

    Args:
        value: a pandas Timestamp or an aware or naive datetime; naive ones are UTC.
        zone: an IANA name such as `Europe/Kyiv`; only the display changes.
        with_date: False leaves the date out, for axes and short tables.
    """
    if _is_missing(value):
        return MISSING
    if zone == "UTC":  # nearly always, and several times as fast
        said = _as_datetime(value).astimezone(UTC).isoformat(" ", "milliseconds")[:23]
        return f"{said if with_date else said[11:]} UTC"
    stamp = _as_datetime(value).astimezone(ZoneInfo(zone))
    text = stamp.strftime("%Y-%m-%d %H:%M:%S" if with_date else "%H:%M:%S")
    return f"{text}.{stamp.microsecond // 1000:03d} {stamp.strftime('%Z')}"


def text(value: Any, limit: int = 200) -> str:
    """Give text of a log as one harmless line: hidden marks made visible, cut at `limit`."""
    if _is_missing(value):
        return MISSING
    whole = str(value)
    head = whole if len(whole) <= limit else whole[: limit - 1] + "…"
    return "".join(f"\\u{ord(letter):04x}" if ord(letter) in _HIDDEN else letter for letter in head)


def plotly_text(value: Any, limit: int = 80) -> str:
    """Give text for a label of plotly, which reads tags, entities and `$…$` formulas in it."""
    safe = text(value, limit)
    for letter, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("$", "&#36;")):
        safe = safe.replace(letter, entity)
    return safe


def _with_unit(value: float | None, unit: str, digits: int) -> str:
    return MISSING if value is None else f"{number(value, digits)} {unit}"


def _scaled(value: Any, factor: float) -> float | None:
    known = _finite(value)
    return None if known is None else known * factor


def _is_missing(value: Any) -> bool:
    """Tell None, NaN, NaT (not equal to themselves) and NA (which cannot be compared)."""
    if value is None:
        return True
    try:
        return bool(value != value)
    except TypeError:
        return True


def _finite(value: Any) -> float | None:
    """Give the number as float; None for None, NaN, NA, infinities and what is no number."""
    try:
        known = float(value)
    except (TypeError, ValueError):
        return None
    return known if math.isfinite(known) else None


def _as_datetime(value: Any) -> datetime:
    stamp: datetime = value.to_pydatetime(warn=False) if hasattr(value, "to_pydatetime") else value
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)
