"""Between the thread that listens and the desk that reads: a buffer that cannot grow for ever."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Final

from data_sources.event_stream.parser import GiantEvent, StreamEvent

ITEM_BYTES: Final = 256
"""What an event costs beside its data."""


@dataclass(frozen=True, slots=True)
class Connected:
    """Stands before the events of a connection, which was to go on after the id *asked_from*."""

    asked_from: str = ""


Item = StreamEvent | GiantEvent | Connected


class Mailbox:
    """First in, first out. When it is full, what comes is dropped, and each one is counted.

    Args:
        max_bytes: what may wait, with its overhead.
    """

    def __init__(self, max_bytes: int = 32 << 20) -> None:
        self._max_bytes = max_bytes
        self._items: deque[Item] = deque()
        self._bytes = 0
        self._dropped = 0
        self._news = threading.Condition()

    def put(self, items: list[StreamEvent | GiantEvent]) -> None:
        """Add events in order."""
        if not items:
            return
        with self._news:
            for item in items:
                size = _size(item)
                if self._bytes + size > self._max_bytes:
                    self._dropped += 1
                    continue
                self._items.append(item)
                self._bytes += size
            self._news.notify_all()

    def mark(self, connected: Connected) -> None:
        """Note that what follows comes from a new connection; never dropped."""
        with self._news:
            if self._items and isinstance(self._items[-1], Connected):
                self._items.pop()
            self._items.append(connected)
            self._news.notify_all()

    def take(self, max_bytes: int) -> tuple[list[Item], int, bool]:
        """Take about so many bytes.

        Returns:
            What came, how many events were dropped since the last time, and whether more waits.
        """
        taken: list[Item] = []
        size = 0
        with self._news:
            while self._items and size < max_bytes:
                item = self._items.popleft()
                size += _size(item)
                taken.append(item)
            self._bytes -= size
            dropped, self._dropped = self._dropped, 0
            return taken, dropped, bool(self._items)

    def put_back(self, items: list[Item]) -> None:
        """Put what was taken in front again, in its order."""
        with self._news:
            self._items.extendleft(reversed(items))
            self._bytes += sum(map(_size, items))
            self._news.notify_all()

    def wait(self, seconds: float) -> bool:
        """Wait until something is there; whether it is."""
        with self._news:
            return self._news.wait_for(lambda: bool(self._items or self._dropped), seconds)

    def tell(self) -> None:
        """Wake who waits."""
        with self._news:
            self._news.notify_all()


def _size(item: Item) -> int:
    if isinstance(item, StreamEvent):
        return len(item.data) + ITEM_BYTES
    return ITEM_BYTES if isinstance(item, GiantEvent) else 0
