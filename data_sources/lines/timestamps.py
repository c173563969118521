"""Reads a time in any of the forms that logs use, exactly, as nanoseconds since 1970 UTC."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

NANOSECONDS: Final = 1_000_000_000
OLDEST_NS: Final = 946_684_800 * NANOSECONDS
"""2000-01-01: an older event time is a broken clock, not history."""
NEWEST_NS: Final = 2**63 - 1
FUTURE_NS: Final = 600 * NANOSECONDS
"""How far ahead of our own clock an event may lie before it is set aside."""

_EPOCH_DAY: Final = dt.date(1970, 1, 1).toordinal()
_NUMBER = re.compile(r"[+-]?\d{1,30}(?:\.\d{1,30})?", re.ASCII)
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,30}))?)?)?"
    r"\s?(?:([Zz]|UTC)|([+-])(\d\d):?(\d\d)?)?",
    re.ASCII,
)

_OTHER = re.compile(
    r"(\d{4})(/?)(\d\d)\2(\d\d)([Tt -])(\d\d)(:?)(\d\d)\7(\d\d)((?:[.,]\d{1,30})?.{0,9})", re.ASCII
)
"""`20260921-14:13:20.5`, FIX, which is UTC; `20260921T141320Z`; `2026/09/21 14:13:20`."""

_TIME_OF_DAY = re.compile(r"([01]\d|2[0-4]):[0-5]\d(:[0-5]\d([.,]\d{1,30})?)?", re.ASCII)


class BadTimeError(ValueError):
    """The value is no time that we can read.

    Attributes:
        no_date: it is a time of day, and nobody knows of which day: it names no moment.
    """

    def __init__(self, text: str, *, no_date: bool = False) -> None:
        super().__init__(text)
        self.no_date = no_date


def epoch_ns(value: Any, zone: dt.tzinfo = dt.UTC) -> tuple[int, bool]:
    """Read one time.

    Numbers and digit texts are seconds, milliseconds, microseconds or nanoseconds by their size:
    below 1e11, 1e14, 1e17, else. Other texts are ISO 8601, or a date and time as FIX, compact ISO
    or slashes write them; `24:00` and second `60` are the next day and the next minute; digits
    beyond nanoseconds are cut off.

    Args:
        value: an int (never passes through a float), float, or text.
        zone: what a text without a zone means.

    Returns:
        Nanoseconds since 1970-01-01 UTC, and whether the text named no zone.

    Raises:
        BadTimeError: when it cannot be read, or lies before 2000 or beyond 2262; with
            `no_date` when it is only a time of day.
    """
    if isinstance(value, bool):
        raise BadTimeError("a truth value is no time")
    if isinstance(value, int):
        return _plausible(value * unit_ns(value)), False
    if isinstance(value, float):
        return _of_decimal(Decimal(repr(value))), False
    if isinstance(value, str):
        text = value.strip()
        if _NUMBER.fullmatch(text):
            return epoch_ns(int(text)) if "." not in text else (_of_decimal(Decimal(text)), False)
        return _of_iso(text, zone)
    raise BadTimeError(f"{type(value).__name__} is no time")


def unit_ns(number: Decimal | float) -> int:
    """How many nanoseconds one unit of an epoch number of this size has."""
    size = number.copy_abs() if isinstance(number, Decimal) else abs(number)
    if size < 10**11:
        return NANOSECONDS
    if size < 10**14:
        return 1_000_000
    return 1_000 if size < 10**17 else 1


def _of_decimal(number: Decimal) -> int:
    if not number.is_finite() or abs(number) > 10**19:
        raise BadTimeError("no finite time")
    return _plausible(int(number * unit_ns(number)))


def _of_iso(text: str, zone: dt.tzinfo) -> tuple[int, bool]:
    match = _ISO.fullmatch(text) or _ISO.fullmatch(_as_iso(text))
    if match is None:
        if _TIME_OF_DAY.fullmatch(text):
            raise BadTimeError("a time of day without a date", no_date=True)
        raise BadTimeError("neither a number nor an ISO 8601 time")
    year, month, day, hour, minute, second, fraction, utc, sign, off_hours, off_minutes = (
        match.groups()
    )
    hours, minutes, seconds = int(hour or 0), int(minute or 0), int(second or 0)
    if hours > 24 or minutes > 59 or seconds > 60 or (hours == 24 and (minutes or seconds)):
        raise BadTimeError("no time of day")
    total = _days(int(year), int(month), int(day)) * 86_400 + hours * 3600 + minutes * 60 + seconds
    naive = not utc and not sign
    if sign:
        offset = int(off_hours) * 3600 + int(off_minutes or 0) * 60
        total -= offset if sign == "+" else -offset
    elif naive and zone is not dt.UTC:
        total -= _zone_offset_seconds(total, zone)
    nanoseconds = int((fraction or "0")[:9].ljust(9, "0"))
    return _plausible(total * NANOSECONDS + nanoseconds), naive


def _as_iso(text: str) -> str:
    """A date and time written in another usual way as ISO 8601; other texts as they are."""
    match = _OTHER.fullmatch(text)
    if match is None:
        return text
    year, slash, month, day, parted, hour, colon, minute, second, rest = match.groups()
    if (parted == "-" and (slash or not colon)) or (parted == " " and not slash):
        return text
    utc = "Z" if parted == "-" else ""
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{rest}{utc}"


@lru_cache(maxsize=4096)
def _days(year: int, month: int, day: int) -> int:
    try:
        return dt.date(year, month, day).toordinal() - _EPOCH_DAY
    except ValueError as e:
        raise BadTimeError(str(e)) from None


def _zone_offset_seconds(wall_seconds: int, zone: dt.tzinfo) -> int:
    try:
        wall = dt.datetime.fromtimestamp(wall_seconds, dt.UTC).replace(tzinfo=zone)
    except (ValueError, OverflowError, OSError):
        raise BadTimeError("out of range") from None
    offset = wall.utcoffset() or dt.timedelta()
    return int(offset.total_seconds())


def _plausible(ns: int) -> int:
    if not OLDEST_NS <= ns <= NEWEST_NS:
        raise BadTimeError("before 2000 or beyond 2262")
    return ns
