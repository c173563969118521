"""What is known about each shape of line, by the numbers that outlines give to lines."""

from __future__ import annotations

from typing import Final

import numpy as np

from data_sources.dialects.dialect import Dialect
from data_sources.lines.class_table import ClassTable, IntArray
from data_sources.lines.classifier import Classifier
from data_sources.lines.families import STRICT, Families
from data_sources.lines.layouts import Layouts
from data_sources.lines.outline import Int64Array, Outline

LIMIT: Final = 65_536
_LAST: Final = 2**64 - 1
_NEVER: Final = 0
"""The shape of odd lines whose like was not met yet."""


class Shapes:
    """Remembers shapes by the numbers that outlines give to lines.

    Args:
        dialect: what the lines are read as.
        classifier: says what class a record is of.
    """

    def __init__(self, dialect: Dialect, classifier: Classifier) -> None:
        self._dialect = dialect
        self._classifier = classifier
        self._exact = False
        self._families = Families(dialect, classifier)
        self.clear()

    def clear(self) -> None:
        """Forget all shapes, because their class numbers are no longer true."""
        if self._families.full:
            self._families = Families(self._dialect, self._classifier, exact=self._exact)
        self._sorted = np.array([_LAST], np.uint64)
        self._shape_at = np.array([_NEVER], np.int64)
        self._class_numbers = np.array([STRICT], np.int32)
        self._layout_numbers = np.array([0], np.int64)

    def misled(self) -> bool:
        """Whether texts were taken for structure; all is forgotten then, for exact outlines."""
        if self._exact or not self._families.misled:
            return False
        self._exact = True
        self._families = Families(self._dialect, self._classifier, exact=True)
        self.clear()
        return True

    @property
    def full(self) -> bool:
        """Whether so many shapes are known that it is time to forget them."""
        return len(self._sorted) >= LIMIT or self._families.full

    @property
    def layouts(self) -> Layouts:
        """Where values stand in lines of these shapes."""
        return self._families.layouts

    def of(self, data: bytes, outline: Outline, table: ClassTable) -> Int64Array:
        """The shape of each line; new ones are looked at strictly."""
        while True:
            at = np.searchsorted(self._sorted, outline.numbers)
            unknown = self._sorted[at] != outline.numbers
            new = np.flatnonzero(unknown & ~outline.odd)
            if not len(new):
                return np.where(unknown, _NEVER, self._shape_at[at])
            self._learn(data, outline, new, table)

    def classes(self, shapes: Int64Array) -> IntArray:
        """The class numbers of lines of these shapes."""
        return self._class_numbers[shapes]

    def layout_numbers(self, shapes: Int64Array) -> Int64Array:
        """The layouts of lines of these shapes."""
        return self._layout_numbers[shapes]

    def _learn(self, data: bytes, outline: Outline, new: Int64Array, table: ClassTable) -> None:
        numbers, firsts = np.unique(outline.numbers[new], return_index=True)
        order = np.argsort(firsts)  # in the order of the lines, as words are numbered by it
        found = self._families.learn(data, outline, new[firsts[order]].tolist(), table)
        shapes = np.empty(len(numbers), np.int64)
        shapes[order] = np.arange(len(numbers)) + len(self._class_numbers)
        at = np.searchsorted(self._sorted, numbers)
        self._sorted = np.insert(self._sorted, at, numbers)
        self._shape_at = np.insert(self._shape_at, at, shapes)
        classes = np.array([shape.class_number for shape in found], np.int32)
        layouts = np.array([shape.layout for shape in found], np.int64)
        self._class_numbers = np.concatenate((self._class_numbers, classes))
        self._layout_numbers = np.concatenate((self._layout_numbers, layouts))
