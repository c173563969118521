"""What tells that a file changed, and how a file that is not ours is opened."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final, NamedTuple

from data_sources.files.plain import NotAFileError

TICK_NS: Final = 50_000_000
COARSE_TICK_NS: Final = 2_000_000_000
"""Within one tick of its clock a file may change without a new time; some clocks tick slowly."""


class Stamp(NamedTuple):
    """Time of change, length and identity of a file: another stamp, another content."""

    mtime_ns: int
    size: int
    inode: int
    device: int

    def settled(self, now_ns: int) -> bool:
        """Whether a later change is sure to give another stamp."""
        coarse = self.mtime_ns % 1_000_000_000 == 0
        return now_ns - self.mtime_ns > (COARSE_TICK_NS if coarse else TICK_NS)


def stamp_of(path: str | Path) -> Stamp:
    """The stamp of a regular file.

    Raises:
        NotAFileError: when it is a link or anything else; links are never followed.
        OSError: when it cannot be asked.
    """
    return _stamp(os.lstat(path))


def read_bytes(
    path: str | Path, limit_bytes: int, *, offset: int = 0, newest: bool = False
) -> tuple[bytes, Stamp]:
    """Bytes of a file and its stamp at that moment; never waits, whatever the name stands for.

    Args:
        path: the file.
        limit_bytes: at most so many bytes.
        offset: where to begin.
        newest: take the last bytes instead of the first.

    Raises:
        NotAFileError: when it is a link or no regular file.
        OSError: when it cannot be read.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, flags)
    with os.fdopen(descriptor, "rb") as stream:
        stamp = _stamp(os.fstat(descriptor))
        stream.seek(max(offset, stamp.size - limit_bytes) if newest else offset)
        return stream.read(limit_bytes), stamp


def _stamp(status: os.stat_result) -> Stamp:
    if not stat.S_ISREG(status.st_mode):
        raise NotAFileError(status.st_mode)
    return Stamp(status.st_mtime_ns, status.st_size, status.st_ino, status.st_dev)


def why(error: OSError) -> str:
    """What is wrong with a file, in a few words without its name."""
    return str(error.strerror or error)
