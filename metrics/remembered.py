"""What was computed of the same numbers before: charts look at bins of the past at each tick."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")


class Remembered(Generic[T]):
    """A function of a sample that is computed once for each sample, whoever asks.

    A sample is known by a digest of 128 bits of its values in their order, so nothing has to be
    said when a late line changes a bin of the past: it is another sample then.

    Args:
        compute: the function; what it gives is handed out again and must not be changed.
        most: results kept; all are dropped when there are more.
    """

    def __init__(self, compute: Callable[[NDArray[np.float64]], T], most: int = 8_192) -> None:
        self._compute, self._most = compute, most
        self._kept: dict[bytes, T] = {}

    def __call__(self, sample: NDArray[np.float64]) -> T:
        """Give what the function gives of a sample."""
        key = blake2b(sample.tobytes(), digest_size=16).digest()
        found = self._kept.get(key)
        if found is None:
            found = self._compute(sample)
            if len(self._kept) >= self._most:
                self._kept.clear()
            self._kept[key] = found
        return found
