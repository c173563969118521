"""Values as stretches of bytes, turned into columns without a Python object each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data_sources.dialects.dialect import Place
from data_sources.lines.decoded import FloatArray
from data_sources.lines.outline import BoolArray, Int64Array, Outline
from data_sources.lines.rows import Found, floats
from data_sources.lines.transforms import word

_QUOTE, _BLANK, _COMMA, _BACKSLASH, _MINUS, _ZERO = (np.uint8(ord(c)) for c in '" ,\\-0')
_TRUE, _FALSE, _NULL, _BRACE, _BRACKET = (np.uint8(ord(c)) for c in "tfn{[")
_TEN: Final = np.uint8(10)

_plain: Final = msgspec.json.Decoder(list[Any]).decode


@dataclass(slots=True)
class Slices:
    """What stands at one place in some lines.

    rows        the lines, by number
    begin, end  of each value; of texts with their quotes
    is_text     which values are texts
    is_number   which values are numbers; the others are objects or arrays, as nulls are left out
    """

    rows: Int64Array
    begin: Int64Array
    end: Int64Array
    is_text: BoolArray
    is_number: BoolArray


class Block:
    """The bytes of many lines, and values in them.

    Args:
        data: whole lines that were proved to be JSON objects.
        outline: what was seen of them.
    """

    def __init__(self, data: bytes, outline: Outline) -> None:
        self._data = data
        self._array = np.frombuffer(data, np.uint8)
        self._places = outline.places

    def slices(
        self,
        rows: Int64Array,
        tokens: Int64Array,
        next_lengths: Int64Array,
        *,
        plain_only: bool = False,
    ) -> tuple[Slices, Int64Array]:
        """The values behind the keys that are these tokens of the block.

        Where a value ends is told from the next token, because between the two stand only the
        value, a comma, the next key, and at most one blank at each side.

        Args:
            rows: the lines.
            tokens: which token the key is.
            next_lengths: bytes of the next key with one of its quotes, 0 before a brace.
            plain_only: whether an object or array there must be read in another way too.

        Returns:
            The slices, and the rows of values that must be read in another way.
        """
        array = self._array
        begin = self._places[tokens] + 2
        begin += array[begin] == _BLANK
        head = array[begin]
        there = (head != _NULL).nonzero()[0]
        if len(there) < len(rows):
            rows, tokens, next_lengths = rows[there], tokens[there], next_lengths[there]
            begin, head = begin[there], head[there]
        behind = self._places[tokens + 1] - next_lengths
        before_key = next_lengths > 0
        end = behind - before_key
        end -= (array[end - 1 + before_key] == _BLANK) & (end > begin)
        regular = ~before_key | ((array[behind] == _QUOTE) & (array[end] == _COMMA))
        last = array[end - 1]
        is_text = head == _QUOTE
        is_number = ((head - _ZERO) < _TEN) | (head == _MINUS)
        wrong = is_text & ~(regular & (last == _QUOTE) & (end - begin >= 2))
        wrong |= is_number & ~(regular & ((last - _ZERO) < _TEN))
        wrong |= (head == _TRUE) | (head == _FALSE) | (head <= _BLANK)
        if plain_only:
            wrong |= (head == _BRACE) | (head == _BRACKET)
        return Slices(rows, begin, end, is_text, is_number), rows[wrong]

    def integers(self, slices: Slices) -> npt.NDArray[np.int64] | None:
        """The values as 64-bit integers when all of them are such, else None."""
        if not slices.is_number.all():
            return None
        try:
            found = self.texts(slices.begin, slices.end).cast(pa.int64())
        except pa.ArrowInvalid:
            return None
        integers: npt.NDArray[np.int64] = found.to_numpy()
        return integers

    def values(self, slices: Slices) -> list[Any]:
        """The values as Python objects, None for those that are neither text nor number."""
        plain = slices.is_text | slices.is_number
        found: list[Any] = [None] * len(plain)
        rows = plain.nonzero()[0]
        for row, value in zip(rows.tolist(), self._decoded(slices, rows), strict=True):
            found[row] = value
        return found

    def numbers(self, slices: Slices) -> Found:
        """The values as floats, NaN for what is no number; texts may be numbers too."""
        numbers = slices.is_number.nonzero()[0]
        texts = slices.is_text.nonzero()[0]
        found = self.texts(slices.begin[numbers], slices.end[numbers]).cast(pa.float64()).to_numpy()
        if not len(texts):
            return Found(slices.rows[numbers], found)
        others: FloatArray = floats(self._decoded(slices, texts))
        rows = np.concatenate((slices.rows[numbers], slices.rows[texts]))
        return Found(rows, np.concatenate((found, others)))

    def words(self, places: list[tuple[Place, Slices]], starts: Int64Array) -> pa.Array:
        """One column of words: of each line the first place that holds one.

        Args:
            places: in order.
            starts: of all lines.
        """
        begin, end = starts.copy(), starts.copy()
        patch_at = np.full(len(starts), -1, np.int64)
        patches: list[str] = []
        for place, slices in reversed(places):
            simple = slices.is_text & (slices.end - slices.begin > 2)
            if place.word_transform is not None:
                simple[:] = False
            elif len(self._backslashes):
                simple &= ~self._escaped(slices)
            rows = slices.rows[simple]
            begin[rows], end[rows] = slices.begin[simple] + 1, slices.end[simple] - 1
            patch_at[rows] = -1
            others = ((slices.is_text | slices.is_number) & ~simple).nonzero()[0]
            for other, value in zip(others.tolist(), self._decoded(slices, others), strict=True):
                text = word(value)
                text = place.word_transform(text) if text and place.word_transform else text
                if text is not None:
                    patch_at[slices.rows[other]] = len(patches)
                    patches.append(text)
        column = self.texts(begin, end)
        if not patches:
            return column
        mask = patch_at >= 0
        chosen = pa.array([patches[at] for at in patch_at[mask].tolist()], pa.large_string())
        return pc.replace_with_mask(column, pa.array(mask), chosen)

    def texts(self, begin: Int64Array, end: Int64Array, shortest: int = 1) -> pa.Array:
        """Stretches of the block as texts, null where they are shorter than *shortest*."""
        # One array of these and of what stands between them, of which every second is taken.
        offsets = np.empty(2 * len(begin) + 1, np.int64)
        offsets[:-1:2] = begin
        offsets[1::2] = end
        offsets[-1] = end[-1] if len(end) else 0
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(self._data)]
        everything = pa.Array.from_buffers(pa.large_string(), len(offsets) - 1, buffers)
        wanted = np.arange(0, len(offsets) - 1, 2)
        return everything.take(pa.array(wanted, mask=end - begin < shortest))

    @cached_property
    def _backslashes(self) -> Int64Array:
        if b"\\" not in self._data:
            return np.empty(0, np.int64)
        return np.flatnonzero(self._array == _BACKSLASH)

    def _escaped(self, slices: Slices) -> BoolArray:
        """Which values hold a backslash."""
        found = self._backslashes
        inside: BoolArray = np.searchsorted(found, slices.begin) != np.searchsorted(
            found, slices.end
        )
        return inside

    def _decoded(self, slices: Slices, picked: Int64Array) -> list[Any]:
        """Some of the values as Python objects."""
        if not len(picked):
            return []
        begin, end = slices.begin[picked].tolist(), slices.end[picked].tolist()
        pieces = [self._data[a:b] for a, b in zip(begin, end, strict=True)]
        return _plain(b"[" + b",".join(pieces) + b"]")
