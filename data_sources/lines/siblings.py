"""Tells whether a file that nobody knows holds a generation that was read under another name."""

from __future__ import annotations

import sys
from typing import Final

from data_sources.lines.generation import Generation
from data_sources.lines.gzip_part import GzipPart
from data_sources.lines.identity import HEAD_BYTES, MARK_BYTES, START_BYTES, digest
from data_sources.lines.part import Part

DEEP_BYTES: Final = 256 * 1024
"""How far into a compressed file we look to compare it; the rest is proved while it is read."""


def holds(generation: Generation, part: Part) -> bool:
    """Whether the file that is open as `part` is the generation's, renamed, copied or compressed.

    A copy may be shorter than what was read (copytruncate), or longer (it holds what was missed).
    """
    length = _length(part)
    if not length or not _agrees(generation, part, length):
        return False
    # An original that is still there only grows: it is never shorter than its copy.
    twin = _twin(generation, part)
    if twin is None:
        longer = generation.rests and length > generation.size
        return generation.known > 0 and not longer
    return length <= _length(twin) and _same_bytes(twin, part, length)


def returns(generation: Generation, part: Part) -> bool:
    """Whether the file that is open as `part` holds all that a generation without a name held.

    So it is after an editor has saved, or a backup was put back: same text, another file.
    """
    length = _length(part)
    deepest = DEEP_BYTES if isinstance(part, GzipPart) else sys.maxsize
    if length < min(generation.offset, deepest) or not _agrees(generation, part, length):
        return False
    twin = _twin(generation, part)
    if twin is None:
        return generation.known > 0
    held = _length(twin)
    if generation.known and held <= generation.position:
        return True
    if not generation.known and held < HEAD_BYTES and b"\n" not in twin.pread(held, 0):
        return False
    return 0 < min(held, deepest) <= length and _same_bytes(twin, part, min(held, deepest))


def continues(generation: Generation, part: Part) -> bool:
    """Whether the file that is open as `part` is still the generation's own, grown perhaps."""
    if isinstance(part, GzipPart):
        return holds(generation, part)
    if part.stat().st_size < generation.offset:
        return False
    return generation.stands_in(part)


def has_more(generation: Generation, part: Part) -> bool:
    """Whether the file may hold bytes that were not read yet."""
    if isinstance(part, GzipPart):
        return part.length_promised() != generation.offset
    return part.stat().st_size > generation.offset


def _twin(generation: Generation, part: Part) -> Part | None:
    """The generation's own open file, as long as it still holds what was read."""
    own = generation.part
    return own if own is not part and generation.intact() else None


def _length(part: Part) -> int:
    """Length of the stream in bytes; of a compressed one, as far as we look into it."""
    if isinstance(part, GzipPart):
        return len(part.pread(DEEP_BYTES, 0))
    return part.stat().st_size


def _agrees(generation: Generation, part: Part, length: int) -> bool:
    """Whether head and marker agree, or an earlier mark where the file ends before our offset."""
    at = generation.head.at
    head = part.pread(HEAD_BYTES, at)
    if not head or (at and part.pread(1, 0) != b"\0") or not generation.head.agrees(head):
        return False
    weak = 0 < generation.known < START_BYTES and length > generation.offset
    if weak and part.pread(1, generation.offset - 1) != b"\n":
        return False  # a few letters without newline prove nothing when something follows them
    if length >= generation.offset:
        begins = generation.offset - generation.behind
        return generation.agrees(part.pread(generation.behind, begins))
    mark = generation.marks.up_to(length)
    if mark is None:
        return True
    begins = max(0, mark[0] - MARK_BYTES)
    return digest(part.pread(mark[0] - begins, begins)) == mark[1]


def _same_bytes(one: Part, other: Part, length: int) -> bool:
    """Whether two parts agree in their first `length` bytes: at the start, middle and end."""
    for place in (0, length // 2, max(0, length - MARK_BYTES)):
        count = min(MARK_BYTES, length - place)
        if one.pread(count, place) != other.pread(count, place):
            return False
    return not isinstance(other, GzipPart) or _same_after_hole(one, other)


def _same_after_hole(one: Part, other: GzipPart) -> bool:
    """Whether two parts still agree where the NULs end that both may begin with."""
    position = 0
    while theirs := other.pread(DEEP_BYTES, position):
        ours = one.pread(len(theirs), position)
        if ours != theirs[: len(ours)]:
            return False
        if theirs.strip(b"\0"):
            break
        position += len(theirs)
    return True
