"""What a source leaves untold of its orders: when silence ends one, and which fill was the last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from ledger.order import FAR

SECOND_NS: Final = 1_000_000_000


class Silence:
    """The limits of sources, by the code of the source; most systems have none.

    Args:
        seconds: the limit of a source that tells none; None: its orders wait for ever.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self._untold = _ns(seconds)
        self._told: dict[int, int] = {}
        self._endless: set[int] = set()
        self._parts: set[int] = set()

    def learn(
        self,
        sources: Iterable[int],
        seconds: float | None,
        *,
        ends_told: bool = True,
        fills_are_parts: bool = False,
    ) -> None:
        """Take over the limit that some sources tell; None tells nothing.

        `ends_told` is False for sources that never tell how an order ended: one that is over may
        have been filled as well. `fills_are_parts` is True for those that call every execution a
        fill: the order is filled when they add up to it.
        """
        if seconds is not None:
            self._told.update(dict.fromkeys(sources, _ns(seconds)))
        if not ends_told:
            self._endless.update(sources)
        if fills_are_parts:
            self._parts.update(sources)

    def fills_are_parts(self, source: int) -> bool:
        """Return whether a fill of a source tells one execution, and not that it was the last."""
        return source in self._parts

    def tells_ends(self, sources: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        """Return for each source whether an order of it that is over in silence has expired."""
        told = np.ones(len(sources), np.bool_)
        for source in self._endless:
            told &= sources != source
        return told

    def of(self, source: int) -> int:
        """Return the limit of a source in nanoseconds; `FAR` where there is none."""
        return self._told.get(source, self._untold)

    def of_each(self, sources: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        """Return the limit of each source, as `of` does."""
        limits = np.full(len(sources), self._untold, np.int64)
        for source, limit in self._told.items():
            limits[sources == source] = limit
        return limits


def _ns(seconds: float | None) -> int:
    return FAR if seconds is None else int(seconds * SECOND_NS)
