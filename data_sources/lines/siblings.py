"""Tells whether a file that nobody knows holds a generation that was read under another name."""

from __future__ import annotations

from typing import Final

from data_sources.lines.discover import Found
from data_sources.lines.generation import Generation
from data_sources.lines.gzip_part import GzipPart
from data_sources.lines.identity import HEAD_BYTES, MARK_BYTES, digest
from data_sources.lines.part import Part

DEEP_BYTES: Final = 8 << 20
"""How far into a compressed file we look to compare it; the rest is proved while it is read."""


def holds(generation: Generation, found: Found, part: Part) -> bool:
    """Whether `found`, open as `part`, is the generation's file renamed, copied or compressed.

    A copy may be shorter than what was read (copytruncate), or longer (it holds what was missed).
    """
    head = part.pread(HEAD_BYTES, 0)
    if not head or not generation.head.agrees(head):
        return False
    length = _length(found, part, head)
    twin = generation.part if generation.part is not part and generation.intact() else None
    if generation.offset:
        if not _marks_agree(generation, part, length):
            return False
    elif twin is None:
        return False
    return twin is None or _same_bytes(twin, part, length)


def _length(found: Found, part: Part, head: bytes) -> int:
    """Length of the stream in bytes, as far as it can be told without reading it all."""
    if not isinstance(part, GzipPart):
        return part.stat().st_size
    if len(head) < HEAD_BYTES:
        return len(head)
    return max(part.length_promised(), HEAD_BYTES) if found.size else 0


def _marks_agree(generation: Generation, part: Part, length: int) -> bool:
    """Whether the bytes before the offset, or before an earlier one in a short copy, agree."""
    limit = min(length, DEEP_BYTES) if isinstance(part, GzipPart) else length
    if limit >= generation.offset:
        begins = generation.offset - generation.behind
        return generation.agrees(part.pread(generation.behind, begins))
    if isinstance(part, GzipPart) and length == generation.offset:
        return True
    mark = generation.marks.up_to(limit)
    if mark is None:
        return True
    begins = max(0, mark[0] - MARK_BYTES)
    return digest(part.pread(mark[0] - begins, begins)) == mark[1]


def _same_bytes(one: Part, other: Part, length: int) -> bool:
    """Whether two parts agree at the start, in the middle and where the shorter one ends."""
    common = min(length, DEEP_BYTES)
    if not isinstance(one, GzipPart):
        common = min(common, one.stat().st_size)
    places = (0, common // 2, max(0, common - MARK_BYTES))
    for place in places:
        ours, theirs = one.pread(MARK_BYTES, place), other.pread(MARK_BYTES, place)
        shared = min(len(ours), len(theirs))
        if not shared or ours[:shared] != theirs[:shared]:
            return False
    return True
