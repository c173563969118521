"""Entries of streams that somebody saved as lines, told as a live stream tells them."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from data_sources.dialects.stream_shape import Saved
from data_sources.lines.strict import BadLineError, parse_line
from data_sources.streams.entry import BadEntry, line_of

_ID = re.compile(r"\d{1,19}(-\d{1,19})?")
_NO_ID: Final = "0-0"
_NO_LIMIT: Final = 1 << 40
"""The saved line was short enough, so its entry is."""


def live_fields(fields: dict[str, Any], saved: Saved) -> dict[str, Any]:
    """The fields of a saved line with `stream`, `id`, `ts_ms` and `data` as a live entry has them.

    What stood in the line stands there still; only the stream's name loses its prefix. A line that
    holds no entry (how long a stream is) gets no more than that.

    Raises:
        BadLineError: when a value that should be JSON is none, or none that a line may hold.
    """
    stream, values = fields.get(saved.stream), fields.get(saved.fields)
    if not isinstance(stream, str):
        return fields
    short = stream.removeprefix(saved.shape.prefix)
    if not isinstance(values, dict):
        return {**fields, "stream": short}
    entry_id = str(fields.get(saved.id))
    entry_id = entry_id if _ID.fullmatch(entry_id) else _NO_ID
    pairs = [_bytes(part) for pair in values.items() if pair[1] is not None for part in pair]
    line = line_of(short, entry_id, pairs, saved.shape, _NO_LIMIT)
    if isinstance(line, BadEntry):
        raise BadLineError(line.reason, "a value of the entry begins like JSON and is none")
    return {**fields, **parse_line(line)}


def _bytes(value: Any) -> bytes:
    """A name or a value as it stood in the stream, where all of them are texts."""
    return (value if isinstance(value, str) else json.dumps(value)).encode()
