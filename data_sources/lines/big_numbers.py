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
_BEGIN: Final = re.compile(rb"(?:[:,\[{\s]|\A)-?\Z")
_EXPONENT: Final = re.compile(rb"[0-9][eE]\+?[0-9]{3}")

Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]


def big_numbers(padded: bytes, array: Bytes) -> list[int]:
    """Places in lines whose numbers must be looked at one by one.

    These are integers of 20 digits, or of 19 beginning with 9 (a time in nanoseconds begins with
    1), and exponents of three digits. Digits inside texts and fractions are passed over.

    Args:
        padded: lines with at least 16 bytes before and after them.
        array: the same bytes as an array.
    """
    digits = (array - _ZERO) < _TEN
    return [*_long_integers(padded, digits, array), *_big_exponents(padded, digits, array)]


def _long_integers(padded: bytes, digits: Bools, array: Bytes) -> list[int]:
    runs = digits[:-1] & digits[1:]
    for gap in (2, 4, 8, 3):
        runs = runs[:-gap] & runs[gap:]
    # Now true where nineteen digits begin.
    nines = array[: len(runs) - 1] == _NINE
    nines |= digits[19:]
    nines &= runs[:-1]
    return [
        place
        for place in np.flatnonzero(nines).tolist()
        if _LONG.match(padded, place) and _BEGIN.search(padded, max(0, place - 2), place)
    ]


def _big_exponents(padded: bytes, digits: Bools, array: Bytes) -> list[int]:
    suspects = (array | _CASE) == _E
    suspects[1:] &= digits[:-1]
    places = np.flatnonzero(suspects)
    places = places[array[places + 1] != _MINUS]
    found = []
    for place in places.tolist():
        if _EXPONENT.match(padded, place - 1):
            start = place - 1
            while padded[start - 1 : start] in _NUMERIC:
                start -= 1
            if _BEGIN.search(padded, max(0, start - 2), start):
                found.append(place)
    return found


_NUMERIC: Final = frozenset(bytes([byte]) for byte in b"0123456789.")
