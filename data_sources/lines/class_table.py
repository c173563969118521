"""The line classes met so far, as arrays: a column of words is one look-up by class number."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data_sources.dialects.dialect import WORD_COLUMNS
from data_sources.lines.classify import LineClass

MISSING: Final = -1
FEW_WORDS: Final = 100

IntArray = npt.NDArray[np.int32]


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
        self._array: IntArray | None = None
        self._has_text: npt.NDArray[np.bool_] | None = None

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
        self.texts.append(line_class.text)
        return number

    @property
    def codes(self) -> IntArray:
        """Word codes, one row a class, one column a word column."""
        if self._array is None or len(self._array) != len(self._rows):
            self._array = np.array(self._rows, np.int32).reshape(-1, len(WORD_COLUMNS))
        return self._array

    @property
    def has_text(self) -> npt.NDArray[np.bool_]:
        """Whether each class has a text to fall back to."""
        if self._has_text is None or len(self._has_text) != len(self._rows):
            self._has_text = np.array([text is not None for text in self.texts], np.bool_)
        return self._has_text

    def categoricals(self, class_id: IntArray) -> dict[str, pd.Categorical]:
        """The word columns of lines of these classes.

        Categories are the words met so far; of a column with many, only those in use.
        """
        used = np.flatnonzero(np.bincount(class_id, minlength=len(self)))
        found = {}
        for column, name in enumerate(WORD_COLUMNS):
            words = self._words[column]
            if len(words) <= FEW_WORDS:
                codes = self.codes[:, column].astype(np.int8)[class_id]
                found[name] = pd.Categorical.from_codes(
                    codes, dtype=categories(tuple(words)), validate=False
                )
                continue
            codes, inverse = np.unique(self.codes[used, column], return_inverse=True)
            present = codes[codes >= 0]
            table = np.full(len(self), MISSING, _small(len(present)))
            table[used] = inverse - (len(codes) - len(present))
            dtype = categories(tuple([words[c] for c in present]))
            found[name] = pd.Categorical.from_codes(table[class_id], dtype=dtype, validate=False)
        return found


@lru_cache(maxsize=1024)
def categories(words: tuple[str, ...]) -> pd.CategoricalDtype:
    """A dtype of these categories; made once, because making it costs more than using it."""
    return pd.CategoricalDtype(pd.Index(words, dtype="str"))


def _small(size: int) -> type[np.int8] | type[np.int16] | type[np.int32]:
    """The integer type that pandas itself takes for so many categories."""
    if size < 128:
        return np.int8
    return np.int16 if size < 32_768 else np.int32
