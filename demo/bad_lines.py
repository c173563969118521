"""Lines that no reader can use, each as it really comes about."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final


def _cut_off(random: Random, good: bytes) -> bytes:
    """A writer that was killed in the middle of a line."""
    return good[: random.randrange(1, max(2, len(good) - 2))]


def _two_writers(random: Random, good: bytes) -> bytes:
    """Two writers without a lock."""
    return good[: random.randrange(5, 30)] + good


def _traceback(_random: Random, _good: bytes) -> bytes:
    """Something that printed into the log."""
    return b"Traceback (most recent call last):"


def _wrong_bytes(_random: Random, good: bytes) -> bytes:
    """Bytes that are no UTF-8."""
    return good.replace(b'"event_code": "', b'"event_code": "\xff\xfe', 1)


def _not_a_number(_random: Random, _good: bytes) -> bytes:
    """NaN, which JSON does not know."""
    return b'{"event_code": "ROUTE_DECISION", "ts_ns": NaN, "details": {"p_fill": NaN}}'


def _not_an_object(random: Random, _good: bytes) -> bytes:
    """JSON, but no record."""
    return random.choice((b"[1, 2, 3]", b'"ORDER.ACK"', b"null", b"17"))


def _nul_run(random: Random, _good: bytes) -> bytes:
    """What a power cut leaves at the end of a file."""
    return bytes(random.randrange(16, 200))


def _out_of_range(_random: Random, _good: bytes) -> bytes:
    """A time that no clock shows."""
    return b'{"event_code": "ORDER.ACK", "ts_ns": 99999999999999999999, "details": {}}'


FAULTS: Final[tuple[Callable[[Random, bytes], bytes], ...]] = (
    _cut_off,
    _two_writers,
    _traceback,
    _wrong_bytes,
    _not_a_number,
    _not_an_object,
    _nul_run,
    _out_of_range,
)


def bad_line(random: Random, good: bytes) -> bytes:
    """One bad line with its newline, made from a good one without."""
    return random.choice(FAULTS)(random, good) + b"\n"
