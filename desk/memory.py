"""The memory of a process that takes events by the hundred thousand and then lives for weeks."""

from __future__ import annotations

import ctypes
import gc
import time
from functools import cache
from typing import Any, Final

_M_ARENA_MAX: Final = -8
_ARENAS: Final = 2
"""One for the clock that folds, one for who looks: the interpreter's lock lets one of them work."""

_BETWEEN_SECONDS: Final = 1.0
_TRIM_SECONDS: Final = 5.0


def share_arenas() -> None:
    """Let all threads take memory from two heaps, where the C library is glibc; else do nothing.

    By default each thread has a heap of its own, and keeps there what only it may use again. To be
    called before there are threads.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_M_ARENA_MAX, _ARENAS)


def calm_the_collector() -> None:
    """Keep the garbage collector out of the way; to be called once, before the desk starts.

    With its default thresholds it takes half of the time of a backfill and finds nothing. What was
    loaded so far stays for as long as the process: it is not looked through, now or later.
    """
    gc.freeze()
    gc.set_threshold(400_000, 20, 100)
    gc.enable()


def give_memory_back() -> None:
    """Give free pages back to the system, where its C library can (glibc); else do nothing.

    A backfill needs for a while what a quiet desk does not: glibc keeps a third of it for ever.
    """
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


class Trimming:
    """Gives memory back at the end of a backfill, and from time to time."""

    def __init__(self) -> None:
        self._was_busy = False
        self._trimmed_at = time.monotonic()

    def after_round(self, *, busy: bool) -> None:
        """Do so if it is due; *busy* while there is more to read at once."""
        waited = time.monotonic() - self._trimmed_at
        ended = self._was_busy and not busy and waited >= _BETWEEN_SECONDS
        self._was_busy = busy
        if ended or waited >= _TRIM_SECONDS:
            give_memory_back()
            self._trimmed_at = time.monotonic()


@cache
def _malloc_trim() -> Any:
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
