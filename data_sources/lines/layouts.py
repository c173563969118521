"""Where the values of lines stand, as arrays: one row for each way in which they may stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from data_sources.lines.outline import Int64Array, Outline

NOWHERE: Final = -1


@dataclass(frozen=True, slots=True)
class Layout:
    """Where values stand in a line, as numbers of its tokens.

    details  the braces of the details object; twice the same when there is none
    at       for each bit, the key whose value counts; `NOWHERE` where there is none
    next     for each bit, how long the next key is, with one quote; 0 before a brace
    objects  the keys that must be followed by an object; `NOWHERE` where there is none
    """

    details: tuple[int, int]
    at: tuple[int, ...]
    next: tuple[int, ...]
    objects: tuple[int, ...]


class Layouts:
    """Numbers layouts, and answers for many lines at once.

    A *bit* stands for a time key of the dialect or, after all of these, for a loose place. Layout
    number 0 says that nothing stands anywhere.

    Args:
        bits: how many there are.
        objects: how many keys must be followed by an object.
    """

    def __init__(self, bits: int, objects: int) -> None:
        nothing = (NOWHERE,) * bits
        self._numbers = {Layout((0, 0), nothing, nothing, (NOWHERE,) * objects): 0}
        self._spread()

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, layout: Layout) -> int:
        """The number of a layout; call `spread` before asking for lines of a new one."""
        return self._numbers.setdefault(layout, len(self._numbers))

    def spread(self) -> None:
        """Make those that were added known."""
        if len(self._numbers) > len(self._opens):
            self._spread()

    def _spread(self) -> None:
        known = list(self._numbers)
        self._opens = np.array([layout.details[0] for layout in known], np.int64)
        self._closes = np.array([layout.details[1] for layout in known], np.int64)
        self._at = np.array([layout.at for layout in known], np.int64).T.copy()
        self._next = np.array([layout.next for layout in known], np.int64).T.copy()
        self._objects = np.array([layout.objects for layout in known], np.int64).T.copy()

    def details(self, outline: Outline, layouts: Int64Array) -> tuple[Int64Array, Int64Array]:
        """Where the details object of each line begins and ends; twice the same without one."""
        opens = outline.first + self._opens[layouts]
        closes = outline.first + self._closes[layouts]
        begins = outline.places[opens]
        stops = outline.places[closes] + (closes > opens)
        return begins, stops

    def parents(self, layouts: Int64Array) -> Iterator[Int64Array]:
        """For each key that must be followed by an object: which token of each line it is.

        Keys that none of these lines has are left out; `NOWHERE` where only some have it.
        """
        used = np.bincount(layouts, minlength=len(self._opens)).nonzero()[0]
        for parent in (self._objects[:, used] != NOWHERE).any(axis=1).nonzero()[0].tolist():
            yield self._objects[parent].take(layouts)

    def bits(self, layouts: Int64Array) -> list[int]:
        """The bits that any of these lines has."""
        used = np.bincount(layouts, minlength=len(self._opens)).nonzero()[0]
        found: list[int] = (self._at[:, used] != NOWHERE).any(axis=1).nonzero()[0].tolist()
        return found

    def tokens(self, bit: int, layouts: Int64Array) -> tuple[Int64Array, Int64Array]:
        """Which token of each line is the key of a bit, and how long the next key is.

        Returns:
            The number of the token in its line, `NOWHERE` where the line has none or it does not
            count there; and the length of the next key with one quote, 0 before a brace.
        """
        return self._at[bit].take(layouts), self._next[bit].take(layouts)
