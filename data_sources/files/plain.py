"""Only plain files are read; whatever else has a file's name is told by what it is."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

_OTHERS: Final = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)


class NotAFileError(OSError):
    """The name is a link, a folder, a pipe, a socket or a device; `strerror` says which."""

    def __init__(self, mode: int) -> None:
        super().__init__(errno.EINVAL, not_a_file(mode))


def not_a_file(mode: int) -> str:
    """What stands in a file's place, such as `is a pipe, not a file`."""
    what = next((name for fits, name in _OTHERS if fits(mode)), "a device")
    return f"is {what}, not a file"


def read_plain(path: str | Path, limit_bytes: int) -> tuple[bytes, os.stat_result]:
    """The first bytes of a file and its status; links are followed, and nothing is waited for.

    Raises:
        NotAFileError: when it is no regular file; what is none is not even opened.
        OSError: when it cannot be read.
    """
    _refuse(Path(path).stat())
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        # What was a file a moment ago may be a pipe by now.
        status = _refuse(os.fstat(descriptor))
        return file.read(limit_bytes), status


def _refuse(status: os.stat_result) -> os.stat_result:
    if not stat.S_ISREG(status.st_mode):
        raise NotAFileError(status.st_mode)
    return status
