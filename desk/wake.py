"""A wake-up when something is created, moved or deleted; never the truth, only a hint.

Polling finds everything without it, at the latest a second or two later.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

logger = logging.getLogger(__name__)

# Not modifications: at 2,000 writes a second they cost half a core and tell nothing new.
EVENTS: Final[list[type[FileSystemEvent]]] = [
    FileCreatedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]

RETRY_CHECKS: Final = 60
"""After so many checks a watch that could not be had is asked for again."""

Identity = tuple[int, int]


class _Handler(FileSystemEventHandler):
    """Calls back, whatever happened; an error of ours must not end watchdog's thread."""

    def __init__(self, on_wake: Callable[[], None]) -> None:
        self._on_wake = on_wake

    def on_any_event(self, event: FileSystemEvent) -> None:  # noqa: ARG002
        try:
            self._on_wake()
        except Exception:
            logger.exception("the wake-up failed; polling goes on")


class Wake:
    """Watches folders with everything below them.

    mode      "watch", or "poll" while watching is not possible
    rebuilds  how often a dead watch was replaced
    """

    def __init__(self, paths: Iterable[str | Path], on_wake: Callable[[], None]) -> None:
        self._paths = tuple(Path(path) for path in paths)
        self._on_wake = on_wake
        self._observer: BaseObserver | None = None
        self._watched: dict[Path, Identity] = {}
        self._held: list[int] = []
        """Open descriptors of the watched folders, so that a new one cannot get an old inode."""
        self._warned = False
        self._checks = 0
        self.mode = "poll"
        self.rebuilds = 0
        self._start()

    def check(self) -> bool:
        """Replace the watch if it died, or if folders came or went; whether it had to be.

        Call it every second or so: watchdog says nothing when its folder is replaced.
        """
        self._checks += 1
        again = self.mode == "poll" and self._watched and self._checks % RETRY_CHECKS == 0
        if not again and self._watched == _identities(self._paths) and self._alive():
            return False
        self.stop()
        self._start()
        self.rebuilds += 1
        self._on_wake()
        return True

    def stop(self) -> None:
        """End watchdog's threads."""
        observer, self._observer = self._observer, None
        self._watched = {}
        while self._held:
            os.close(self._held.pop())
        self.mode = "poll"
        if observer is not None and observer.is_alive():
            observer.stop()
            observer.join(timeout=5)

    def _start(self) -> None:
        """Watch what exists; what does not is polled for until it does."""
        wanted = _identities(self._paths)
        self._watched = wanted
        self._hold(wanted)
        if not wanted:
            return
        handler = _Handler(self._on_wake)
        observer = None
        try:
            observer = Observer()
            for path in wanted:
                observer.schedule(handler, str(path), recursive=True, event_filter=EVENTS)
            observer.start()
        except OSError as error:
            if observer is not None:
                observer.unschedule_all()
            if not self._warned:
                logger.warning("folders cannot be watched (%s); polling instead", error)
            self._warned = True
            return
        self._observer = observer
        self.mode = "watch"

    def _hold(self, folders: Iterable[Path]) -> None:
        for folder in folders:
            with contextlib.suppress(OSError):  # it went a moment ago: the next check sees that
                self._held.append(os.open(folder, os.O_RDONLY | os.O_DIRECTORY))

    def _alive(self) -> bool:
        """Whether every thread of the watch runs; true for a watch that could not be had."""
        observer = self._observer
        if observer is None:
            return True
        emitters = observer.emitters
        alive = observer.is_alive() and all(emitter.is_alive() for emitter in emitters)
        return alive and len(emitters) == len(self._watched)


def _identities(paths: Iterable[Path]) -> dict[Path, Identity]:
    """Device and inode of the folders that exist."""
    found = {}
    for path in paths:
        try:
            status = os.stat(path)  # noqa: PTH116 - of a folder that may go any moment
        except OSError:
            continue
        found[path] = (status.st_dev, status.st_ino)
    return found
