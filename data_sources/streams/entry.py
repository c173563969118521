"""One entry of a stream → one JSON line, as any log would have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from data_sources.dialects.stream_shape import Shape

SHORT_BITS: Final = 12
"""Bits of the second half of an id in an offset: so until 2039 it is exact in a browser too."""
LONG_BITS: Final = 20
_LONG: Final = 1 << 62
_LARGEST_MS: Final = (1 << 41) - 1
_OLDEST_MS: Final = 946_684_800_000
"""2000-01-01: the first half of a smaller id is a number that somebody chose, not a time."""

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class BadEntry:
    """An entry that cannot be a line: why, and what it began with."""

    reason: str
    head: bytes


def offset_of(entry_id: str) -> int | None:
    """The id `<ms>-<seq>` as one number; None when it does not fit one.

    Up to 4,095 entries of one millisecond are in the order of their ids; more are numbered apart.
    """
    ms, _, sequence = entry_id.partition("-")
    high, low = int(ms), int(sequence or 0)
    if high > _LARGEST_MS or low >> LONG_BITS:
        return None
    return _LONG | high << LONG_BITS | low if low >> SHORT_BITS else high << SHORT_BITS | low


def id_of(offset: int) -> str:
    """The inverse of `offset_of`."""
    bits = LONG_BITS if offset & _LONG else SHORT_BITS
    number = offset & ~_LONG
    return f"{number >> bits}-{number & ((1 << bits) - 1)}"


def line_of(
    stream: str, entry_id: str, pairs: Sequence[bytes], shape: Shape, max_bytes: int
) -> bytes | BadEntry:
    """The line of an entry: `{"stream": …, "id": …, "ts_ms": …, "data": {field: value}}`.

    Args:
        stream: the name of the stream, without the prefix.
        entry_id: `<ms>-<seq>`; its first half is `ts_ms` when it can be a time.
        pairs: names and values in turn, as they stand in the entry.
        shape: says which values are JSON themselves; those stand in the line as JSON, verbatim.
        max_bytes: a longer line is refused.

    Returns:
        The line without a newline, or why there is none; what else may be wrong with it (a name
        twice, numbers out of range) is for the decoder of lines to say.
    """
    parts = []
    for name, value in zip(pairs[::2], pairs[1::2], strict=False):
        try:
            text = value.decode("utf-8")
            key = name.decode("utf-8")
        except UnicodeDecodeError:
            return BadEntry("utf8", b" ".join(pairs)[:256])
        written = _value(key, text, shape)
        if written is None:
            return BadEntry("malformed", value[:256])
        parts.append(_encode(key) + b":" + written)
    ms = int(entry_id.partition("-")[0])
    time = b',"ts_ms":%d' % ms if _OLDEST_MS <= ms <= _LARGEST_MS else b""
    head = b'{"stream":' + _encode(stream) + b',"id":' + _encode(entry_id) + time
    line = head + b',"data":{' + b",".join(parts) + b"}}"
    return line if len(line) <= max_bytes else BadEntry("oversize", line[:256])


def _value(name: str, text: str, shape: Shape) -> bytes | None:
    """The value as JSON; None when it should be JSON and is not."""
    if text in shape.nulls:
        return b"null"
    if name not in shape.decode or text.lstrip()[:1] not in ("{", "["):
        return _encode(text)
    try:
        decoded = _decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    # Only a line break would end the line early; everything else stands as it came.
    return _encode(decoded) if "\n" in text or "\r" in text else text.encode()
