"""Looks for origins that appear while the desk runs, in a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from desk.origin import Origin

LOG = logging.getLogger(__name__)

PAUSE_SECONDS: Final = 2.0
DEAREST_RATIO: Final = 50.0
"""The pause is so many times as long as a look took, at least: large folders are looked at less."""


class Newcomers:
    """Asks for new origins and hands them on.

    Args:
        look: gives those that appeared since the last look; may read folders and files.
        take: is handed each, once.
    """

    def __init__(
        self, look: Callable[[], Sequence[Origin]], take: Callable[[Origin], None]
    ) -> None:
        self._look, self._take = look, take
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk-newcomers", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End; a look that is under way ends by itself, and what it finds is not taken."""
        self._ending.set()
        if self._thread.ident is not None:  # a desk may end that never began
            self._thread.join(timeout=5)

    def _run(self) -> None:
        pause = 0.0
        while not self._ending.wait(pause):
            begun = time.monotonic()
            try:
                found = self._look()
            except Exception:
                LOG.exception("could not look for new logs; trying again")
                found = ()
            for origin in found if not self._ending.is_set() else ():
                self._take(origin)
            pause = max(PAUSE_SECONDS, DEAREST_RATIO * (time.monotonic() - begun))
