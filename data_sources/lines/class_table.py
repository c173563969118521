"""The line classes met so far, as arrays: a column of words is one look-up by class number."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data_sources.dialects.dialect import WORD_COLUMNS
from data_sources.lines.classify import LineClass

MISSING: Final = -1

IntArray = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]


class ClassTable:
    """Numbers line classes and keeps what they say in dictionary-coded form.

    Args:
        limit: how many classes are kept before `full` says that it is time for a new table;
            words come from the log, and a log may invent them without end.
    """

    def __init__(self, limit: int = 65_536) -> None:
        self._limit = limit
        self._numbers: dict[LineClass, int] = {}
        self._words: list[list[str]] = [[] for _ in WORD_COLUMNS]
        self._codes: list[dict[str | None, int]] = [{None: MISSING} for _ in WORD_COLUMNS]
        self._rows: list[tuple[int, ...]] = []
        self.texts: list[str | None] = []
        self._open: list[tuple[bool, ...]] = []
        self._arrays: tuple[int, IntArray, BoolArray] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def full(self) -> bool:
        """Whether the limit is reached; a full table still works."""
        return len(self._rows) >= self._limit

    def number(self, line_class: LineClass) -> int:
        """The number of a class, added when it is new."""
        found = self._numbers.get(line_class)
        if found is not None:
            return found
        row = []
        for codes, words, text in zip(self._codes, self._words, line_class.words, strict=True):
            code = codes.get(text)
            if code is None and text is not None:
                codes[text] = code = len(words)
                words.append(text)
            row.append(MISSING if code is None else code)
        self._numbers[line_class] = number = len(self._rows)
        self._rows.append(tuple(row))
        self._open.append(line_class.open)
        self.texts.append(line_class.text)
        return number

    @property
    def codes(self) -> IntArray:
        """Word codes, one row a class, one column a word column."""
        return self._built()[1]

    @property
    def open(self) -> BoolArray:
        """Which loose places count, one row a class."""
        return self._built()[2]

    def _built(self) -> tuple[int, IntArray, BoolArray]:
        if self._arrays is None or self._arrays[0] != len(self._rows):
            codes = np.array(self._rows, np.int32).reshape(-1, len(WORD_COLUMNS))
            self._arrays = (len(self._rows), codes, np.array(self._open, np.bool_))
        return self._arrays

    def categoricals(self, class_id: IntArray) -> dict[str, pd.Categorical]:
        """The word columns of lines of these classes; categories are only the words in use."""
        used = np.flatnonzero(np.bincount(class_id, minlength=len(self)))
        found = {}
        for column, name in enumerate(WORD_COLUMNS):
            codes, inverse = np.unique(self.codes[used, column], return_inverse=True)
            present = codes[codes >= 0]
            words = self._words[column]
            table = np.full(len(self), MISSING, _small(len(present)))
            table[used] = inverse - (len(codes) - len(present))
            dtype = pd.CategoricalDtype(pd.Index([words[c] for c in present], dtype="str"))
            found[name] = pd.Categorical.from_codes(table[class_id], dtype=dtype, validate=False)
        return found


def _small(size: int) -> type[np.int8] | type[np.int16] | type[np.int32]:
    """The integer type that pandas itself takes for so many categories."""
    if size < 128:
        return np.int8
    return np.int16 if size < 32_768 else np.int32
