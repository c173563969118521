"""Bytes of an event stream → events, as the WHATWG standard says, whatever the chunks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BOM: Final = b"\xef\xbb\xbf"
HEAD_BYTES: Final = 256
SMALLEST_CAP: Final = 1_024
LONGEST_ID_LINE: Final = 1_024
"""Lines up to here are always seen whole, so that an id counts also at the end of a giant event."""


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event.

    data     the lines of `data`, joined by newlines, as bytes: whoever decodes them judges them
    name     the event's type; empty for the usual one
    last_id  the last id the stream has told so far, with this event
    has_id   whether this event told an id of its own
    """

    data: bytes
    name: str = ""
    last_id: str = ""
    has_id: bool = False


@dataclass(frozen=True, slots=True)
class GiantEvent:
    """An event larger than the cap: thrown away, all but its first bytes."""

    head: bytes


class StreamParser:
    r"""Parses one connection's body; a new connection needs a new parser.

    Lines end with `\n`, `\r\n` or `\r` and nothing else. A leading BOM is dropped, comments are
    skipped, an `id` with a NUL and a `retry` that is no number are ignored, an event without `data`
    is none, and what stands unfinished at the end of the body never was.

    Args:
        max_event_bytes: larger events are told as a `GiantEvent` as soon as they pass the cap, also
            when their line never ends; the rest is skipped up to the next empty line.
        last_id: what an earlier connection told last; it holds until another one is told.

    Attributes:
        last_id: the last id told, also by an event without data.
        retry_ms: the last reconnection time told, None when none was.
        ended: how many events have ended, those without data and those thrown away too.
    """

    def __init__(self, *, max_event_bytes: int = 1 << 18, last_id: str = "") -> None:
        if max_event_bytes < SMALLEST_CAP:
            raise ValueError(f"max_event_bytes must be at least {SMALLEST_CAP}")
        self.last_id = last_id
        self.retry_ms: int | None = None
        self.ended = 0
        self._cap = max_event_bytes
        self._begun = False
        self._line = bytearray()
        self._after_cr = False
        self._skips_line = False
        self._found: list[StreamEvent | GiantEvent] = []
        self._reset()

    def _reset(self) -> None:
        self._data: list[bytes] = []
        self._name = ""
        self._has_id = False
        self._head = b""
        self._size = 0
        self._giant = False

    @property
    def unfinished_bytes(self) -> int:
        """How much there is of an event that has not ended, without comments."""
        return 0 if self._giant else self._size + len(self._line)

    def feed(self, chunk: bytes) -> list[StreamEvent | GiantEvent]:
        """Take the next bytes and give the events that they complete."""
        if not self._begun:
            chunk = self._without_bom(chunk)
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        if chunk:
            self._take(chunk)
        found, self._found = self._found, []
        return found

    def _without_bom(self, chunk: bytes) -> bytes:
        """Hold the first bytes back until it is known whether they are a BOM."""
        self._line += chunk
        held = bytes(self._line)
        if len(held) < len(BOM) and BOM.startswith(held):
            return b""
        self._begun = True
        self._line.clear()
        return held.removeprefix(BOM)

    def _take(self, chunk: bytes) -> None:
        if b"\r" in chunk:
            # A lone \r ends its line at once; should \n follow in the next chunk, it is the same
            # line's end.
            self._after_cr = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        first, newline, rest = chunk.partition(b"\n")
        if not newline:
            self._hold(first)
            return
        if self._skips_line:
            self._skips_line = False
        elif self._line:
            self._line += first
            self._take_line(bytes(self._line))
        else:
            self._take_line(first)
        self._line.clear()
        *lines, last = rest.split(b"\n")
        for line in lines:
            self._take_line(line)
        self._hold(last)

    def _hold(self, part: bytes) -> None:
        """Keep the beginning of a line, unless it is a comment or already too much."""
        if self._skips_line or not part:
            return
        self._line += part
        if self._line.startswith(b":"):
            self._skips_line = True
        elif len(self._line) > LONGEST_ID_LINE and self._size + len(self._line) + 1 > self._cap:
            self._give_up(bytes(self._line))
            self._skips_line = True
        if self._skips_line:
            self._line.clear()

    def _take_line(self, line: bytes) -> None:
        if not line:
            self._dispatch()
            return
        if line.startswith(b":"):
            return
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"id" and b"\0" not in value and len(line) <= LONGEST_ID_LINE:
            self.last_id = value.decode("utf-8", "replace")
            self._has_id = True
        elif field == b"retry" and value.isdigit() and len(value) <= 15:
            self.retry_ms = int(value)
        self._size += len(line) + 1
        if self._size > self._cap:
            self._give_up(line)
        elif field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")
        if len(self._head) < HEAD_BYTES:
            self._head = (self._head + line + b"\n")[:HEAD_BYTES]

    def _give_up(self, line: bytes) -> None:
        if not self._giant:
            self._giant = True
            self._found.append(GiantEvent((self._head + line)[:HEAD_BYTES]))
        self._data.clear()

    def _dispatch(self) -> None:
        if self._data and not self._giant:
            data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
            self._found.append(StreamEvent(data, self._name, self.last_id, self._has_id))
        self.ended += 1
        self._reset()
