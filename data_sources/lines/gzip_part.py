"""A compressed file as a stream of bytes that can be read at any position, best forward."""

from __future__ import annotations

import os
import zlib
from typing import Final

from data_sources.lines.part import open_descriptor

STEP_BYTES: Final = 64 * 1024
BEHIND_BYTES: Final = 2 << 20
"""So much is kept behind the last position: a long line is looked at twice, unpacked once."""
MEMBER: Final = b"\x1f\x8b"


class GzipPart:
    """The decompressed stream of a `.gz` file of one or more members.

    Only a window of the stream is in memory; a position before the window starts again from
    the beginning. A file that is still being written simply ends early for now.

    `broken` says why the stream cannot be read beyond a point, None while it can.
    """

    __slots__ = ("_buffer", "_descriptor", "_inflate", "_packed", "_start", "broken", "ended")

    def __init__(self, path: str) -> None:
        self._descriptor = -1
        self._descriptor = open_descriptor(path)
        self.ended = False
        self.broken: str | None = None
        self._rewind()

    def _rewind(self) -> None:
        self._inflate: zlib._Decompress | None = zlib.decompressobj(wbits=31)
        self._packed = 0
        self._buffer = bytearray()
        self._start = 0
        self.ended = False
        self.broken = None

    def pread(self, count: int, position: int) -> bytes:
        """Up to `count` bytes from `position`; fewer only where the stream ends for now."""
        if position < self._start:
            self._rewind()
        while self._end < position + count and self._grow():
            self._forget(position)
        first = position - self._start
        return bytes(self._buffer[first : first + count])

    def next_data(self, position: int) -> int:
        """A compressed stream has no holes."""
        return position

    def reach(self, position: int, budget: int) -> bool | None:
        """Decompress at most about `budget` bytes toward `position`; whether it is reached.

        None when the stream ends before it, at least for now.
        """
        limit = self._end + budget
        while self._end < position and self._end < limit:
            if not self._grow():
                return None
            self._forget(position)
        return self._end >= position

    def stat(self) -> os.stat_result:
        """The status of the compressed file."""
        return os.fstat(self._descriptor)

    def close(self) -> None:
        """Give the descriptor and the window back."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
        self._buffer = bytearray()

    def __del__(self) -> None:
        self.close()

    def length_promised(self) -> int:
        """The decompressed length by the last four bytes, modulo 2**32 and of the last member."""
        size = self.stat().st_size
        return int.from_bytes(os.pread(self._descriptor, 4, max(0, size - 4)), "little")

    @property
    def _end(self) -> int:
        return self._start + len(self._buffer)

    def _grow(self) -> bool:
        """Decompress one step more; False when there is nothing more for now."""
        if self.broken or (self._inflate is None and not self._next_member()):
            return False
        inflate = self._inflate
        assert inflate is not None
        packed = inflate.unconsumed_tail
        if not packed:
            packed = os.pread(self._descriptor, STEP_BYTES // 4, self._packed)
            self._packed += len(packed)
        try:
            data = inflate.decompress(packed, STEP_BYTES)
        except zlib.error as error:
            self.broken = str(error)
            return False
        self._buffer += data
        if inflate.eof:
            self._packed -= len(inflate.unused_data)
            self._inflate = None
            self._next_member()
        return bool(data) or bool(packed)

    def _next_member(self) -> bool:
        """Go on with the member after this one, over padding; False when there is none."""
        while more := os.pread(self._descriptor, STEP_BYTES // 4, self._packed):
            start = len(more) - len(more.lstrip(b"\0"))
            self._packed += start
            if start < len(more):
                break
        self.ended = not more or not MEMBER.startswith(more[start : start + len(MEMBER)])
        if not self.ended:
            self._inflate = zlib.decompressobj(wbits=31)
        return not self.ended

    def _forget(self, position: int) -> None:
        """Drop what lies well before `position`, in big steps."""
        behind = position - BEHIND_BYTES - self._start
        if behind > STEP_BYTES:
            behind = min(behind, len(self._buffer))
            del self._buffer[:behind]
            self._start += behind
