"""Words as small integers: one dictionary a dimension, and the groups events are counted by."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

IntArray = npt.NDArray[np.int64]

DIMENSIONS: Final = (
    "source",
    "account_id",
    "session_id",
    "what",
    "code",
    "symbol",
    "side",
    "position_effect",
    "route",
    "decision",
    "reason",
)
"""What two events must share to be counted together. `what` is a kind or a transition."""

SOURCE: Final = DIMENSIONS.index("source")
SESSION: Final = DIMENSIONS.index("session_id")
WHAT: Final = DIMENSIONS.index("what")
MISSING: Final = -1
SMALL: Final = 500
"""Up to so many rows a loop over tuples is cheaper than a dozen calls into numpy."""
OTHER: Final = "__other__"


class Codes:
    """A growing dictionary of words; the code of a missing word is -1.

    Hostile logs can invent words without end, so a full dictionary answers `__other__`.
    """

    def __init__(self, limit: int = 5_000) -> None:
        self.words: list[str] = []
        self._codes: dict[str, int] = {}
        self._limit = limit
        self._dtype = pd.CategoricalDtype([])

    def code(self, word: str | None) -> int:
        """Return the code of a word, adding it when it is new."""
        if word is None:
            return MISSING
        found = self._codes.get(word)
        if found is not None:
            return found
        if len(self.words) >= self._limit:
            return self.code(OTHER) if OTHER in self._codes else self._add(OTHER)
        return self._add(word)

    def _add(self, word: str) -> int:
        self._codes[word] = code = len(self.words)
        self.words.append(word)
        return code

    def find(self, word: str) -> int | None:
        """Return the code of a word that is known, else None."""
        return self._codes.get(word)

    def of_categorical(self, values: pd.Categorical) -> IntArray:
        """Return our codes (int64, -1 = missing) of a pandas Categorical, one lookup a category."""
        table = [self.code(str(word)) for word in values.categories.tolist()]
        # A code of -1 picks the last entry: the missing word stays missing.
        codes: IntArray = np.array([*table, MISSING], np.int64)[values.codes]
        return codes

    def word(self, code: int) -> str | None:
        """Return the word of a code; None for the missing word."""
        return None if code < 0 else self.words[code]

    def categorical(self, codes: npt.NDArray[np.integer]) -> pd.Categorical:
        """Return codes as a pandas Categorical over all words seen so far."""
        # Hashing all words anew at each look would cost more than the look itself.
        if len(self._dtype.categories) != len(self.words):
            self._dtype = pd.CategoricalDtype(pd.Index(self.words, dtype="str"))
        return pd.Categorical.from_codes(codes, dtype=self._dtype, validate=False)


class Groups:
    """The distinct combinations of dimensions met so far; a group is a row number here."""

    def __init__(self, limit: int = 50_000) -> None:
        self.codes: dict[str, Codes] = {
            name: Codes(50_000 if name == "session_id" else 5_000) for name in DIMENSIONS
        }
        self.rows: list[tuple[int, ...]] = []
        self._numbers: dict[tuple[int, ...], int] = {}
        self._limit = limit
        self._table: npt.NDArray[np.int32] | None = None
        self._words: dict[tuple[int, ...], dict[str, str | None]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def number(self, row: tuple[int, ...]) -> int:
        """Return the group of one combination of codes, in the order of `DIMENSIONS`."""
        found = self._numbers.get(row)
        if found is not None:
            return found
        if len(self.rows) >= self._limit:
            # Keep where it came from and what it is; fold the free text away.
            row = (row[0], row[1], MISSING, row[3], *([MISSING] * (len(DIMENSIONS) - 4)))
            found = self._numbers.get(row)
            if found is not None:
                return found
        self._numbers[row] = number = len(self.rows)
        self.rows.append(row)
        self._table = None
        return number

    def numbers(self, codes: IntArray) -> npt.NDArray[np.int32]:
        """Return the group of each row of a batch (int32), given one row of codes a dimension."""
        if codes.shape[1] <= SMALL:
            rows = zip(*codes.tolist(), strict=True)
            return np.array([self.number(row) for row in rows], np.int32)
        key = codes[0] + 1
        span = int(key.max()) + 1
        for column in codes[1:]:
            width = int(column.max()) + 2
            if width == 1:  # missing throughout: adds nothing
                continue
            if span * width > 1 << 62:
                key = pd.factorize(key)[0].astype(np.int64)
                span = int(key.max()) + 1
            key = key * width + (column + 1)
            span *= width
        inverse, uniques = pd.factorize(key)
        first = np.empty(len(uniques), np.int64)
        first[inverse[::-1]] = np.arange(len(key) - 1, -1, -1)
        picked = zip(*codes[:, first].tolist(), strict=True)
        table = np.fromiter((self.number(row) for row in picked), np.int32, len(first))
        return table[inverse]

    def words(self, row: tuple[int, ...]) -> dict[str, str | None]:
        """Return the words of one combination by dimension; do not change what comes back."""
        found = self._words.get(row)
        if found is None:
            pairs = zip(DIMENSIONS, row, strict=True)
            found = self._words[row] = {name: self.codes[name].word(code) for name, code in pairs}
        return found

    def table(self) -> npt.NDArray[np.int32]:
        """Return all groups as an array, one row a group, one column a dimension."""
        if self._table is None:
            self._table = np.array(self.rows, np.int32).reshape(-1, len(DIMENSIONS))
        return self._table
