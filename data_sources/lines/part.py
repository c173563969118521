"""An open file as a stream of bytes that can be read at any position."""

from __future__ import annotations

import errno
import os
import stat
from typing import Protocol


class Part(Protocol):
    """What the cutter needs of a file, compressed or not."""

    @property
    def ended(self) -> bool:
        """Whether nothing can follow any more: the end of a compressed stream."""
        ...

    def pread(self, count: int, position: int) -> bytes:
        """Up to `count` bytes from `position`; fewer only where the stream ends for now."""
        ...

    def next_data(self, position: int) -> int | None:
        """The first position from `position` on that is no hole; None when only a hole follows."""
        ...

    def reach(self, position: int, budget: int) -> bool | None:
        """Go toward `position`, over at most `budget` bytes; whether it is within reach now.

        None when the stream ends before it, at least for now.
        """
        ...

    def stat(self) -> os.stat_result:
        """The status of the file itself."""
        ...

    def close(self) -> None:
        """Give the descriptor back."""
        ...


class NotRegularError(OSError):
    """The path leads to a folder, a pipe, a socket or a device: it is refused."""


def open_descriptor(path: str) -> int:
    """A descriptor for reading a regular file; never blocks, never follows a last link.

    Raises:
        NotRegularError: when it is no regular file.
        OSError: when it cannot be opened.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotRegularError(errno.EINVAL, "not a regular file", path)
    return descriptor


class PlainPart:
    """A file that is read as it is."""

    __slots__ = ("_descriptor",)

    ended = False

    def __init__(self, path: str) -> None:
        self._descriptor = -1
        self._descriptor = open_descriptor(path)

    def pread(self, count: int, position: int) -> bytes:
        """Up to `count` bytes from `position`; fewer only at the end of the file."""
        data = os.pread(self._descriptor, count, position)
        if not data or len(data) == count:
            return data
        rest = os.pread(self._descriptor, count - len(data), position + len(data))
        return data + rest if rest else data

    def next_data(self, position: int) -> int | None:
        """The first position from `position` on that is no hole of a sparse file."""
        try:
            return os.lseek(self._descriptor, position, os.SEEK_DATA)
        except OSError as error:
            return None if error.errno == errno.ENXIO else position

    def reach(self, position: int, budget: int) -> bool | None:  # noqa: ARG002
        """Every position of a plain file is within reach."""
        return True

    def stat(self) -> os.stat_result:
        """The status of the open file, whatever its name is by now."""
        return os.fstat(self._descriptor)

    def close(self) -> None:
        """Give the descriptor back."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self) -> None:
        self.close()
