"""Cuts whole lines out of a part, a block at a time, without looking at the single line."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from data_sources.lines.chunk import Chunk, Oversize
from data_sources.lines.generation import Generation
from data_sources.lines.identity import MARK_BYTES
from data_sources.lines.part import Part
from data_sources.lines.totals import Totals

UTF8_BOM: Final = b"\xef\xbb\xbf"
HOLE_BYTES: Final = 64
"""From this many NUL bytes on, a run in the middle of a line is a lost block, not a bad line."""

_NULS = re.compile(rb"\0+")


class ReplacedError(Exception):
    """What stands before the offset is not what was read: this is another byte stream."""


class Cutter:
    """Takes blocks of whole lines and says where everything else went."""

    def __init__(
        self,
        *,
        block_bytes: int,
        max_line_bytes: int,
        totals: Totals,
        name: Callable[[Generation, bytes], None],
    ) -> None:
        self._block_bytes = min(block_bytes, max_line_bytes)
        self._max_line_bytes = max_line_bytes
        self.totals = totals
        self._name = name
        self.chunks: list[Chunk] = []
        self.oversize: list[Oversize] = []

    def take(self, generation: Generation, part: Part) -> int:
        """Read one block; how many bytes it went on, 0 when there is nothing more for now.

        Raises:
            ReplacedError: when the file no longer holds what was read of it.
        """
        begins = generation.offset - generation.behind
        reached = part.reach(generation.offset, self._block_bytes * 8)
        if not reached:
            return 0 if reached is None else self._block_bytes * 8
        position, progress = generation.position, generation.progress
        if generation.zeros:
            self._skip_zeros(generation, part)
        elif generation.scanned and not generation.need and not generation.refused_encoding:
            self._find_newline(generation, part)
        else:
            self._block(generation, part, begins)
        return max(generation.position - position, int(generation.progress != progress))

    def last(self, generation: Generation, part: Part) -> None:
        """Hand over the unterminated text at the end of a file that will not be written again."""
        while self.take(generation, part):
            pass
        if generation.refused_encoding:
            return
        zeros = generation.zeros
        if torn := generation.torn or generation.scanned:
            self._torn(generation, part, torn)
        if zeros:
            self._leave_out(generation, part, 0, zeros)

    def _block(self, generation: Generation, part: Part, begins: int) -> None:
        before = generation.behind
        block = part.pread(before + max(self._block_bytes, generation.need), begins)
        if not generation.agrees(block[:before]):
            raise ReplacedError
        generation.forget_progress()
        start = before
        if not generation.offset:
            generation.refused_encoding = "UTF-16" if _is_utf16(block) else ""
            if generation.refused_encoding:
                generation.scanned = part.stat().st_size
                return
            start = self._after_bom(generation, block)
        if block.find(b"\0", start) >= 0:
            start = self._with_nuls(generation, part, block, begins, start)
        cut = block.rfind(b"\n", start) + 1
        if cut:
            self._hand_on(generation, block, begins, start, cut)
        elif not generation.zeros:
            generation.scanned = len(block) - start

    def _after_bom(self, generation: Generation, block: bytes) -> int:
        """Go over a UTF-8 byte order mark; where the text starts."""
        if not block.startswith(UTF8_BOM):
            return 0
        size = len(UTF8_BOM)
        self.totals.bom_bytes += size
        self.totals.bytes_read += size
        generation.advance(size, block, 0)
        return size

    def _hand_on(
        self, generation: Generation, block: bytes, begins: int, start: int, cut: int
    ) -> None:
        """Make a chunk of block[start:cut], whole lines, if there are any."""
        if cut <= start:
            return
        data = block[start:cut]
        if not generation.base:
            self._name(generation, data)
        self.chunks.append(Chunk(generation.file, generation.id, begins + start, data))
        self.totals.bytes_read += len(data)
        generation.advance(begins + cut, block, begins)

    def _with_nuls(
        self, generation: Generation, part: Part, block: bytes, begins: int, start: int
    ) -> int:
        """Leave out runs of NULs between lines and lost blocks; where the rest starts.

        A short run inside a line stays, it is one bad line. A run at the end of the block is left
        for later: it may be a place that the writer has reserved.
        """
        line = search = start
        while run := _NULS.search(block, search):
            zero, end = run.span()
            line = block.rfind(b"\n", search, zero) + 1 or line
            search = end
            if end == len(block):
                self._hand_on(generation, block, begins, start, line)
                generation.torn, generation.zeros = zero - line, end - zero
                return end
            if zero == line or end - zero >= HOLE_BYTES:
                self._hand_on(generation, block, begins, start, line)
                self._leave_out(generation, part, zero - line, end - zero)
                start = line = end
        return start

    def _find_newline(self, generation: Generation, part: Part) -> None:
        """Look for the end of a line that is longer than a block; keeps nothing in memory."""
        piece = part.pread(self._block_bytes, generation.position)
        newline = piece.find(b"\n")
        hole = piece.find(bytes(HOLE_BYTES), 0, newline if newline >= 0 else len(piece))
        if hole >= 0:
            torn = generation.scanned + hole
            generation.forget_progress()
            generation.torn, generation.zeros = torn, HOLE_BYTES
        elif newline < 0:
            generation.scanned += len(piece)
            if generation.scanned > self._max_line_bytes and not generation.long_head:
                generation.long_head = self._proved(generation, part, MARK_BYTES)
        elif generation.scanned + newline < self._max_line_bytes:
            generation.need = generation.scanned + newline + 1
        else:
            self._pass_over(generation, part, generation.scanned + newline + 1)

    def _pass_over(self, generation: Generation, part: Part, length: int) -> None:
        """Leave out a line that is too long, but say so."""
        head = generation.long_head or self._proved(generation, part, MARK_BYTES)
        if not generation.base:
            self._name(generation, head)
        record = Oversize(generation.file, generation.id, generation.offset, length, head)
        self.oversize.append(record)
        self.totals.oversize_lines += 1
        self.totals.oversize_bytes += length
        self.totals.bytes_read += length
        generation.advance(generation.offset + length, b"", 0)

    def _skip_zeros(self, generation: Generation, part: Part) -> None:
        """Go over a run of NULs; it is left out only when something follows it."""
        position = generation.position
        data_at = part.next_data(position)
        if data_at is None:
            generation.zeros += max(0, part.stat().st_size - position)
            return
        piece = part.pread(self._block_bytes, data_at)
        zeros = len(piece) - len(piece.lstrip(b"\0"))
        generation.zeros += data_at - position + zeros
        if zeros == len(piece):
            return
        torn, zeros = generation.torn, generation.zeros
        generation.forget_progress()
        if torn and zeros < HOLE_BYTES:
            generation.scanned = torn + zeros
        else:
            self._leave_out(generation, part, torn, zeros)

    def _leave_out(self, generation: Generation, part: Part, torn: int, zeros: int) -> None:
        """Pass over NULs, and hand on the unfinished text before them if there is any."""
        if torn:
            self._torn(generation, part, torn)
        else:
            self._proved(generation, part, 0)
        self.totals.nul_bytes += zeros
        self.totals.bytes_read += zeros
        if generation.known:
            generation.advance(generation.offset + zeros, b"", 0)
        else:
            generation.begin_at(generation.offset + zeros)

    def _torn(self, generation: Generation, part: Part, length: int) -> None:
        """Hand on text that never got its newline; the newline is ours."""
        if length > self._max_line_bytes:
            self._pass_over(generation, part, length)
            return
        text = self._proved(generation, part, length)
        kept = text.rstrip(b"\0")
        if not generation.base:
            self._name(generation, kept)
        chunk = Chunk(generation.file, generation.id, generation.offset, kept + b"\n", final=True)
        self.chunks.append(chunk)
        self.totals.partial_final += 1
        self.totals.nul_bytes += length - len(kept)
        self.totals.bytes_read += length
        generation.advance(generation.offset + length, b"", 0)

    def _proved(self, generation: Generation, part: Part, count: int) -> bytes:
        """The `count` bytes after the offset, once those before it have proved the file."""
        before = generation.behind
        data = part.pread(before + count, generation.offset - before)
        if not generation.agrees(data[:before]):
            raise ReplacedError
        return data[before:]


def _is_utf16(block: bytes) -> bool:
    """Whether text begins as UTF-16 does, with or without its byte order mark."""
    if block.startswith((b"\xff\xfe", b"\xfe\xff")):
        return b"\0" in block[2:4]
    even, odd = block[0:4:2], block[1:4:2]
    return (odd == b"\0\0" and b"\0" not in even) or (even == b"\0\0" and b"\0" not in odd)
