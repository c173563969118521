"""Which braces and quotes of lines are their structure, and which stand inside a text."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

_QUOTE, _NEWLINE, _BACKSLASH = (np.uint8(ord(c)) for c in '"\n\\')
_NO_LINE: Final = np.zeros(1, np.int64)


def structural(
    part: npt.NDArray[np.uint8], quotes: npt.NDArray[np.bool_], places: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return those of some places that are structure, for lines that are valid JSON.

    A brace counts outside texts, a quote where it ends one. What is made of other lines means
    nothing: whoever asks must prove that they are JSON.

    Args:
        part: whole lines.
        quotes: where their quotes are, one for each byte.
        places: of quotes, braces, and of every newline; ascending.
    """
    real = _unescaped(part, quotes)
    chars = part[places]
    ends = chars == _NEWLINE
    before = np.searchsorted(real, places)
    # A text ends with its line: quotes of earlier lines do not count, also where one is missing.
    line = np.cumsum(ends) - ends
    inside = (before - np.concatenate((_NO_LINE, before[ends]))[line]) % 2 == 1
    is_real = np.append(real, -1)[before] == places
    found: npt.NDArray[np.int64] = places[
        ends | np.where(chars == _QUOTE, inside & is_real, ~inside)
    ]
    return found


def _unescaped(part: npt.NDArray[np.uint8], quotes: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """The places of quotes that begin or end a text: behind an even run of backslashes."""
    slashes = (part == _BACKSLASH).nonzero()[0]
    if not len(slashes):
        return quotes.nonzero()[0]
    number = np.arange(len(slashes))
    begins = np.ones(len(slashes), np.bool_)
    begins[1:] = np.diff(slashes) != 1
    in_run = number - np.maximum.accumulate(np.where(begins, number, 0))
    free = quotes.copy()
    escaped = slashes[in_run % 2 == 0] + 1
    free[escaped[escaped < len(part)]] = False
    return free.nonzero()[0]
