"""The float-bit log histogram: integer counts by exponent and leading mantissa bits.

A value's bin is the top bits of its IEEE 754 pattern, so no logarithm is taken. With 7 mantissa
bits a bin [a, b) is reported as its harmonic midpoint 2ab/(a+b); the relative error is at most
2^-7/(2+2^-7) = 0.389 % for any data in range. Counts are integers, so merging is addition and
taking a late correction back is subtraction.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

MANTISSA_BITS: Final = 7
LOWEST_EXPONENT: Final = -30  # about a nanosecond, in seconds
HIGHEST_EXPONENT: Final = 17  # about 36 hours
BINS: Final = (HIGHEST_EXPONENT - LOWEST_EXPONENT) << MANTISSA_BITS
ERROR_RATIO: Final = 2.0**-MANTISSA_BITS / (2.0 + 2.0**-MANTISSA_BITS)

_SHIFT: Final = 52 - MANTISSA_BITS
_BASE: Final = (1023 + LOWEST_EXPONENT) << MANTISSA_BITS


def bins_of(seconds: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the bin of each value; values out of range, and all ≤ 0, go to the end bins."""
    positive = np.maximum(seconds, 2.0**LOWEST_EXPONENT)
    raw = (np.ascontiguousarray(positive).view(np.int64) >> _SHIFT) - _BASE
    inside: npt.NDArray[np.int64] = np.clip(raw, 0, BINS - 1)
    return inside


def _midpoints() -> npt.NDArray[np.float64]:
    edges = (np.arange(BINS + 1, dtype=np.int64) + _BASE) << _SHIFT
    edge_seconds = edges.view(np.float64)
    low, high = edge_seconds[:-1], edge_seconds[1:]
    middle: npt.NDArray[np.float64] = 2 * low * high / (low + high)
    return middle


MIDPOINT_SECONDS: Final = _midpoints()
"""The value (seconds, float64) that stands for each bin."""
