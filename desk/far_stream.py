"""A stream behind a network, read in a thread of its own: a server that hangs stops no sweep."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Final

from data_sources.reading import Reading
from desk.origin import Origin, Source

GLANCE_SECONDS: Final = 0.01
"""So long the sweep waits for a server that answered in time before, or that has more to tell."""


class FarStream:
    """Asks one source when told to, and gives the answer at that sweep or at a later one.

    The source is never asked again before its last answer was given: what it told is in the ledger
    by then, and it goes on from there.
    """

    def __init__(self, name: str, source: Source) -> None:
        self._source = source
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"desk-far-{name}")
        self._asked: Future[Reading] | None = None
        self._is_quick = True

    def ask(self, cursor: dict[str, Any] | None) -> bool:
        """Ask for what is new, unless a question is open; return whether it was asked."""
        if self._asked is not None:
            return False
        self._asked = self._thread.submit(self._source.read, cursor)
        return True

    def answer(self) -> Reading | None:
        """Give the answer; None while there is none.

        Raises:
            Exception: what the read raised.
        """
        asked = self._asked
        if asked is None:
            return None
        wait([asked], GLANCE_SECONDS if self._is_quick else 0.0)
        self._is_quick = asked.done()
        if not asked.done():
            return None
        self._asked = None
        return asked.result()

    def stop(self) -> None:
        """Let the thread go as soon as its question is over."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def may_wait(origin: Origin) -> bool:
    """Whether a read of this stream may wait for a server, as its class says."""
    return not origin.is_state and bool(getattr(origin.source, "may_wait", False))
