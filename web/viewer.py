"""One open event stream: what it watches, and the newest frames while its client is behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from web.fragment import Fragment


class Way(Protocol):
    """What leads to the client; see `web.pipe.Pipe`."""

    sent_at: float

    @property
    def stuck_since(self) -> float | None:
        """When the client last took something; None where it has taken all."""

    @property
    def takes(self) -> bool:
        """Whether the client has taken all that was sent so far."""

    def send(self, pieces: list[Fragment]) -> None:
        """Send some pieces, one behind the other."""

    def cut(self) -> None:
        """End the connection at once."""


class Viewer:
    """A slot for the newest frame of each picture it watches; a frame leaves at once if it can.

    To be used on the event loop alone.
    """

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys
        self.ended = asyncio.Event()
        self._slots: dict[str, Fragment] = {}
        self._way: Way | None = None
        self._quiet: Callable[[], Fragment] | None = None
        self._quiet_seconds = 0.0

    def open(self, way: Way, quiet: Callable[[], Fragment], quiet_seconds: float) -> None:
        """Begin to send; `quiet` makes the sign of life for times without a frame."""
        self._way, self._quiet, self._quiet_seconds = way, quiet, quiet_seconds
        self.pour()

    def offer(self, key: str, frame: Fragment) -> bool:
        """Send a frame, or let it wait; True when it took the place of one that was not sent."""
        replaced = self._slots.pop(key, None) is not None
        self._slots[key] = frame
        self.pour()
        return replaced

    @property
    def stuck_since(self) -> float | None:
        """When its client last took something; None where it has taken all."""
        return None if self._way is None else self._way.stuck_since

    def pour(self) -> None:
        """Send the frames that wait, oldest first, if the client takes them."""
        if self.ended.is_set():
            return  # what came behind the end would be taken for another answer
        if self._slots and self._way is not None and self._way.takes:
            frames = list(self._slots.values())
            self._slots.clear()
            self._way.send(frames)

    def tend(self, now: float, stall_seconds: float) -> bool:
        """Keep a quiet stream alive, and cut off a client that takes nothing; True when it did.

        `now` is the monotonic clock's.
        """
        way, quiet = self._way, self._quiet
        if way is None or quiet is None or self.ended.is_set():
            return False
        stuck_since = way.stuck_since
        if stuck_since is not None and now - stuck_since >= stall_seconds:
            way.cut()
            self.ended.set()
            return True
        if way.takes and now - way.sent_at >= self._quiet_seconds:
            way.send([quiet()])
        return False

    def part(self) -> None:
        """Let go of the client: it is gone."""
        self.ended.set()
        self._way = None

    def close(self) -> None:
        """Let the stream end, at once where the client is behind: nobody waits for it."""
        self.ended.set()
        if self._way is not None and not self._way.takes:
            self._way.cut()
