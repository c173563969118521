"""The line classes met so far, as arrays: a column of words is one look-up by class number."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

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
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._words: list[list[str]] = [[] for _ in WORD_COLUMNS]
        self._codes: list[dict[str | None, int]] = [{None: MISSING} for _ in WORD_COLUMNS]
        self.texts: list[str | None] = []
        # With room to grow: a log that invents words adds rows at every read.
        self._rows = np.empty((64, len(WORD_COLUMNS)), np.int32)
        self._told = np.empty(64, np.bool_)

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def full(self) -> bool:
        """Whether the limit is reached; a full table still works."""
        return len(self) >= self._limit

    def number(self, line_class: LineClass) -> int:
        """The number of a class, added when it is new.

        Classes that differ only in which places count have one number: they say the same.
        """
        said = (*line_class.words, line_class.text)
        number = self._numbers.setdefault(said, len(self))
        if number < len(self):
            return number
        row = []
        for codes, words, text in zip(self._codes, self._words, line_class.words, strict=True):
            code = codes.get(text)
            if code is None and text is not None:
                codes[text] = code = len(words)
                words.append(text)
            row.append(MISSING if code is None else code)
        if number == len(self._told):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
            self._told = np.concatenate([self._told, np.empty_like(self._told)])
        self._rows[number] = row
        self._told[number] = line_class.text is not None
        self.texts.append(line_class.text)
        return number

    @property
    def codes(self) -> IntArray:
        """Word codes, one row a class, one column a word column."""
        return self._rows[: len(self)]

    @property
    def has_text(self) -> npt.NDArray[np.bool_]:
        """Whether each class has a text to fall back to."""
        return self._told[: len(self)]

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
