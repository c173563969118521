"""Sees the outline of many lines at once: where keys and objects are, without parsing a value.

Lines of one writer repeat a few shapes. Two lines with the same sequence of keys and braces, and
the same bytes behind the keys that decide what kind of event it is, are of one class: whatever was
found out about the first holds for the other. So each line gets one 64-bit number made of just
these bytes, and everything that costs time is done once a number: parsing strictly, looking for
keys that stand twice, applying the dialect's rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from data_sources.lines.big_numbers import big_numbers
from data_sources.lines.structural import structural

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

MAX_TOKENS: Final = 512
MAX_OBJECTS: Final = 32
MAX_LINE: Final = 65_536
MAX_VALUE: Final = 256
MAX_KEY: Final = 63

PART_BYTES: Final = 128 * 1024
"""So many bytes, with what is made of them, fit into a processor's second cache."""

_PAD: Final = bytes(64)
_QUOTE, _NEWLINE, _OPEN, _CLOSE, _COLON = (np.uint8(ord(c)) for c in '"\n{}:')
_SLOT_BITS: Final = 12

_MIX_A: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_B: Final = np.uint64(0xC2B2AE3D27D4EB4F)
_MIX_C: Final = np.uint64(0xD6E8FEB86659FD93)
_QUOTES: Final = np.uint64(0x2222222222222222)
_ONES: Final = np.uint64(0x0101010101010101)
_HIGH: Final = np.uint64(0x8080808080808080)
_ONE, _U29, _U32 = map(np.uint64, (1, 29, 32))
_SLOT_SHIFT: Final = np.uint64(64 - _SLOT_BITS)
_POSITION: Final = np.random.default_rng(7).integers(1, 1 << 63, MAX_TOKENS + 1, np.uint64) | (
    np.uint64(1)
)


@dataclass(slots=True)
class Outline:
    """What was seen in a block of lines.

    starts, ends  of each line; `ends` is the place of its newline
    numbers       one for each line: equal for lines of one shape and class
    first         of each line: which token is its first
    tokens        how many keys, braces and newlines each line has
    places        where all tokens are: quotes that end a key, braces, newlines
    chars         which character each token is
    odd           lines that must be parsed strictly, whatever their number
    """

    starts: Int64Array
    ends: Int64Array
    numbers: UInt64Array
    first: Int64Array
    tokens: Int64Array
    places: Int64Array
    chars: Bytes
    odd: BoolArray


class Outliner:
    """Makes outlines.

    Args:
        names: keys whose values belong to the class of a line.
        exact: whether braces and quotes inside texts are told from those that are structure, which
            takes longer; without it lines that have such texts are of many shapes.
    """

    def __init__(self, names: Iterable[str], *, exact: bool = False) -> None:
        self.exact = exact
        self._slots = np.zeros(1 << _SLOT_BITS, np.uint64)
        self._salt = _MIX_A
        wanted = sorted({name[-MAX_KEY:] for name in names})
        while True:
            hashes = [self._key_hash(name) for name in wanted]
            slots = [int(h >> _SLOT_SHIFT) for h in hashes]
            if len(set(slots)) == len(set(hashes)):
                break
            self._salt += _ONE + _ONE
        self._slots[slots] = hashes

    def _key_hash(self, name: str) -> np.uint64:
        data = _PAD + b'{"' + name.encode() + b'":' + _PAD
        place = np.array([len(data) - len(_PAD) - 2])
        return np.uint64(self._names(data, place)[0][0])

    def outline(self, data: bytes) -> Outline:
        """The outline of whole lines; *data* ends with a newline."""
        padded = b"".join((_PAD, data, _PAD))
        array = np.frombuffer(padded, np.uint8)
        places, hits = _look(padded, array, self.exact)
        chars = array[places]
        keys = (chars == _QUOTE).nonzero()[0]
        last = (chars == _NEWLINE).nonzero()[0]
        named, long_keys = self._names(padded, places[keys])
        long_values = self._add_values(padded, places, keys, named)
        hashes = chars * _MIX_C
        hashes[keys] = named
        first = np.empty(len(last), np.int64)
        first[0] = 0
        first[1:] = last[:-1] + 1
        tokens = last - first + 1
        ends = places[last]
        starts = np.empty(len(ends), np.int64)
        starts[0] = len(_PAD)
        starts[1:] = ends[:-1] + 1
        odd = _odd_ends(array, starts, ends)
        position = np.arange(len(places)) - np.repeat(first, tokens)
        if tokens.max() > MAX_OBJECTS:
            _mark_deep(chars, first, tokens, odd)
            np.minimum(position, MAX_TOKENS, out=position)
        hashes *= _POSITION[position]
        numbers = np.add.reduceat(hashes, first)
        odd |= ends - starts > MAX_LINE
        odd[np.searchsorted(last, [*keys[long_keys].tolist(), *long_values])] = True
        odd[np.searchsorted(ends, hits)] = True
        places -= len(_PAD)
        starts -= len(_PAD)
        return Outline(starts, ends - len(_PAD), numbers, first, tokens, places, chars, odd)

    def _names(self, padded: bytes, places: Int64Array) -> tuple[UInt64Array, Int64Array]:
        """A number for each key, made of the bytes before its closing quote.

        Returns:
            The numbers, and which keys are too long to be seen whole.
        """
        windows = _windows(padded)
        named, inside = _behind_quote(windows[places - 8])
        named *= self._salt
        named ^= named >> _U32
        rest = np.flatnonzero(inside)
        back = 16
        while len(rest) and back <= MAX_KEY:
            more, inside = _behind_quote(windows[places[rest] - back])
            more += np.uint64(back)
            more *= _MIX_B
            more ^= more >> _U32
            named[rest] += more
            rest = rest[inside]
            back += 8
        return named, rest

    def _add_values(
        self, padded: bytes, places: Int64Array, keys: Int64Array, named: UInt64Array
    ) -> list[int]:
        """Mix what stands behind the keys of the class into their numbers.

        All bytes up to the next token count, the value and what follows it.

        Returns:
            Tokens whose value is too long to be seen whole.
        """
        mine = np.flatnonzero(self._slots[named >> _SLOT_SHIFT] == named)
        if not len(mine):
            return []
        windows = _windows(padded)
        at = keys[mine]
        begin = places[at] + 1
        stop = places[at + 1] - 8
        # The last eight bytes first: where the value is shorter, the key's own name fills the word.
        mixed = windows[stop]
        mixed *= _MIX_C
        who = np.flatnonzero(begin < stop)
        long_values: list[int] = at[stop - begin > MAX_VALUE].tolist()
        begin, stop = begin[who], stop[who]
        for _ in range(MAX_VALUE // 8):
            if not len(who):
                break
            words = windows[begin]
            words ^= mixed[who] >> _U29
            words *= _MIX_A
            mixed[who] += words
            begin += 8
            more = np.flatnonzero(begin < stop)
            who, begin, stop = who[more], begin[more], stop[more]
        mixed ^= mixed >> _U32
        mixed *= _MIX_B
        named[mine] += mixed
        return long_values


def _look(padded: bytes, array: Bytes, exact: bool) -> tuple[Int64Array, list[int]]:
    """Look at every byte, as many at a time as the processor keeps at hand.

    Returns:
        Places of tokens (quotes that end a key, braces, newlines), and places in odd lines.
    """
    found = []
    hits: list[int] = []
    begin, stop = len(_PAD), len(padded) - len(_PAD)
    while begin < stop:
        end = line_end(padded, begin, stop)
        part = array[begin:end]
        colons = part == _COLON
        quotes = part == _QUOTE
        mask = quotes.copy() if exact else quotes
        mask[:-1] &= colons[1:]
        mask |= part == _OPEN
        mask |= part == _CLOSE
        mask |= part == _NEWLINE
        places = mask.nonzero()[0]
        if exact:
            places = structural(part, quotes, places)
        places += begin
        found.append(places)
        hits += _nested_arrays(part, begin)
        hits += _far_colons(padded, part, colons, begin)
        hits += big_numbers(padded, part, begin)
        begin = end
    return found[0] if len(found) == 1 else np.concatenate(found), hits


def line_end(data: bytes, begin: int, stop: int) -> int:
    """Where whole lines of about `PART_BYTES` end that begin here."""
    if stop - begin <= PART_BYTES * 5 // 4:
        return stop
    end = data.rfind(b"\n", begin, begin + PART_BYTES) + 1
    return end or data.index(b"\n", begin) + 1


def _windows(padded: bytes) -> UInt64Array:
    """The eight bytes from each place on, as one number."""
    return np.ndarray((len(padded) - 7,), "<u8", padded, 0, (1,))


def _behind_quote(words: UInt64Array) -> tuple[UInt64Array, BoolArray]:
    """The bytes behind the last quote in each word, and whether there is no quote in it.

    This is arithmetic on the eight bytes of a word at once: with the last byte lowest, mark the
    zero bytes of `word ^ quotes` (the lowest mark is exact), and keep what is below that mark.
    """
    words.byteswap(inplace=True)
    zeros = words ^ _QUOTES
    marks = zeros - _ONES
    np.invert(zeros, out=zeros)
    marks &= zeros
    marks &= _HIGH
    lowest = np.negative(marks, out=zeros)
    lowest &= marks
    inside = lowest == 0
    lowest -= _ONE
    words &= lowest
    return words, inside


def _odd_ends(array: Bytes, starts: Int64Array, ends: Int64Array) -> BoolArray:
    """Lines that do not begin with `{` and end with `}`."""
    last = array[ends - 1]
    if (last == 13).any():
        last = np.where(last == 13, array[ends - 2], last)
    odd: BoolArray = (array[starts] != _OPEN) | (last != _CLOSE)
    return odd


def _mark_deep(chars: Bytes, first: Int64Array, tokens: Int64Array, odd: BoolArray) -> None:
    """Mark lines with so many keys or objects that they might have too many or be too deep."""
    odd |= tokens > MAX_TOKENS
    odd |= np.add.reduceat(chars == _OPEN, first, dtype=np.int64) > MAX_OBJECTS


def _nested_arrays(part: Bytes, begin: int) -> list[int]:
    """Places in lines with so many arrays that they might be nested too deep."""
    brackets = part == 91
    if np.count_nonzero(brackets) <= MAX_OBJECTS:
        return []
    places = np.flatnonzero(brackets)
    lines = np.searchsorted(np.flatnonzero(part == _NEWLINE), places)
    found: list[int] = (places[np.bincount(lines)[lines] > MAX_OBJECTS] + begin).tolist()
    return found


def _far_colons(padded: bytes, part: Bytes, colons: BoolArray, begin: int) -> list[int]:
    """Places of colons with a blank between them and their key: such keys were not seen."""
    suspects = part[:-1] <= 32
    suspects &= colons[1:]
    found = []
    for place in (suspects.nonzero()[0] + begin).tolist():
        before = padded[place - 63 : place + 1].rstrip(b" \t\r")
        if before.endswith(b'"') or not before:
            found.append(place)
    return found
