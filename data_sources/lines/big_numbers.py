"""Finds numbers that may not fit into 64 bits, in many lines at once."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import numpy.typing as npt

_ZERO, _NINE, _MINUS, _E = (np.uint8(ord(c)) for c in "09-e")
_TEN: Final = np.uint8(10)
_CASE: Final = np.uint8(32)
_LONG: Final = re.compile(rb"[0-9]{20}|9[0-9]{18}")
_BEGIN: Final = re.compile(rb"(?:[:,\[{\s])-?\Z")
_EXPONENT: Final = re.compile(rb"[0-9][eE]\+?[0-9]{3}")

Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


def big_numbers(data: bytes, part: Bytes, begin: int) -> list[int]:
    """Places in lines whose numbers must be looked at one by one.

    These are integers of 20 digits, or of 19 beginning with 9 (a time in nanoseconds begins with
    1), and exponents of three digits. Digits inside texts and fractions are passed over.

    Args:
        data: some lines, and a few bytes before and after them.
        part: the bytes of these lines.
        begin: where they begin in *data*.
    """
    digits = (part - _ZERO) < _TEN
    suspects = _long_integers(digits, part) + begin
    exponents = _big_exponents(digits, part) + begin
    return [place for place in suspects.tolist() if _is_long(data, place)] + [
        place for place in exponents.tolist() if _is_big(data, place)
    ]


def _long_integers(digits: Bools, part: Bytes) -> Places:
    """Where digits begin that may be too many."""
    if len(part) < 21:
        return np.empty(0, np.int64)
    runs = digits[:-1] & digits[1:]
    for gap in (2, 4, 8, 3):
        runs = runs[:-gap] & runs[gap:]
    # Now true where nineteen digits begin.
    runs = runs[:-1]
    nines = part[: len(runs)] == _NINE
    nines |= digits[19:]
    nines &= runs
    return np.flatnonzero(nines)


def _is_long(data: bytes, place: int) -> bool:
    return bool(_LONG.match(data, place) and _BEGIN.search(data, place - 2, place))


def _big_exponents(digits: Bools, part: Bytes) -> Places:
    """Where an `e` stands behind a digit and before no minus."""
    suspects = (part | _CASE) == _E
    suspects[1:] &= digits[:-1]
    places = np.flatnonzero(suspects)
    # The last byte is a newline, so there is always one behind.
    kept: Places = places[part[places + 1] != _MINUS]
    return kept


def _is_big(data: bytes, place: int) -> bool:
    if not _EXPONENT.match(data, place - 1):
        return False
    start = place - 1
    while data[start - 1 : start] in _NUMERIC:
        start -= 1
    return bool(_BEGIN.search(data, start - 2, start))


_NUMERIC: Final = frozenset(bytes([byte]) for byte in b"0123456789.")
