"""The live channel: what somebody watches is rendered once a tick, packed once, sent to all.

One thread renders; the event loop only hands ready bytes to viewers. For a client that is behind a
viewer holds one frame of each picture it watches: a newer one takes its place and nothing is lost
by that, because every frame is the complete state of its page.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from web.fragment import Fragment
from web.render import Rendered
from web.viewer import Viewer

LOG = logging.getLogger(__name__)

TICK_SECONDS: Final = 0.1
IDLE_SECONDS: Final = 1.0
"""A window slides even when nothing arrives: look at least this often."""
RESTING_RATIO: Final = 1.5
"""Rendering rests half as long again as it worked: it never takes more than 40 % of a core."""
MOST_KEYS: Final = 32
MOST_VIEWERS: Final = 2000
STALL_SECONDS: Final = 30.0
"""A viewer that takes nothing for so long is cut off."""
TEND_SECONDS: Final = 1.0
"""How often viewers are looked after: those without news, and those that do not read."""


class RefusedError(Exception):
    """A viewer cannot be taken now; the reason is for the client."""


@dataclass(frozen=True, eq=False)
class Picture:
    """Something that can be watched: how it is made, and how a rendering becomes stream bytes."""

    key: str
    render: Callable[[], Rendered]
    encode: Callable[[Rendered], Fragment]


@dataclass(eq=False)
class Channel:
    """One picture with the viewers that watch it now."""

    picture: Picture
    viewers: set[Viewer] = field(default_factory=set)
    shown: tuple[bytes, str | None] | None = None
    latest: Fragment | None = None


@dataclass
class HubCounts:
    """What the live channel has done so far."""

    ticks: int = 0
    tick_seconds: float = 0.0
    frames_encoded: int = 0
    frames_sent: int = 0
    frames_replaced: int = 0
    viewers_refused: int = 0
    viewers_evicted: int = 0


class Hub:
    """All open streams of this process."""

    def __init__(
        self,
        *,
        tick_seconds: float = TICK_SECONDS,
        most_keys: int = MOST_KEYS,
        most_viewers: int = MOST_VIEWERS,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self.stall_seconds = stall_seconds
        self.counts = HubCounts()
        self.viewers: set[Viewer] = set()
        self.channels: dict[str, Channel] = {}
        self._tick_seconds = tick_seconds
        self._most_keys = most_keys
        self._most_viewers = most_viewers
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._tending: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start rendering; call on the event loop that serves the streams."""
        self._loop = asyncio.get_running_loop()
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="live-render", daemon=True)
        self._thread.start()
        self._tending = self._loop.call_later(TEND_SECONDS, self._tend)

    def stop(self) -> None:
        """End every stream and stop rendering."""
        self._stopping.set()
        self._wake.set()
        if self._tending is not None:
            self._tending.cancel()
        for viewer in tuple(self.viewers):
            viewer.close()

    def wake(self, _version: int = 0) -> None:
        """Something may have changed; callable from any thread."""
        self._wake.set()

    def join(self, pictures: Iterable[Picture]) -> Viewer:
        """Open a viewer of some pictures; their last frames are waiting in it already.

        Raises:
            RefusedError: the server is ending, or too much is watched already.
        """
        wanted = {picture.key: picture for picture in pictures}
        problem = self._refusal(wanted)
        if problem is not None:
            self.counts.viewers_refused += 1
            raise RefusedError(problem)
        viewer = Viewer(tuple(wanted))
        for key, picture in wanted.items():
            channel = self.channels.setdefault(key, Channel(picture))
            channel.viewers.add(viewer)
            if channel.latest is not None:
                viewer.offer(key, channel.latest)
        self.viewers.add(viewer)
        self._wake.set()
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer, and each picture that nobody watches any more."""
        self.viewers.discard(viewer)
        for key in viewer.keys:
            channel = self.channels.get(key)
            if channel is None:
                continue
            channel.viewers.discard(viewer)
            if not channel.viewers:
                del self.channels[key]

    def _tend(self) -> None:
        now = time.monotonic()
        for viewer in tuple(self.viewers):
            self.counts.viewers_evicted += viewer.tend(now, self.stall_seconds)
        if self._loop is not None and not self._stopping.is_set():
            self._tending = self._loop.call_later(TEND_SECONDS, self._tend)

    def _refusal(self, wanted: dict[str, Picture]) -> str | None:
        if self._stopping.is_set():
            return "Deskwatch is stopping"
        if len(self.viewers) >= self._most_viewers:
            return f"{self._most_viewers} viewers are connected already"
        if len(self.channels.keys() | wanted.keys()) > self._most_keys:
            return f"{self._most_keys} different pictures are live already"
        return None

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(IDLE_SECONDS)
            self._wake.clear()
            began, worked = time.monotonic(), time.thread_time()
            self._tick()
            worked = time.thread_time() - worked
            self.counts.ticks += 1
            self.counts.tick_seconds += worked
            rest = self._tick_seconds - (time.monotonic() - began)
            self._stopping.wait(max(rest, worked * RESTING_RATIO, 0.0))

    def _tick(self) -> None:
        for channel in tuple(self.channels.values()):
            if self._stopping.is_set():
                return
            try:
                self._refresh(channel)
            except Exception:
                LOG.exception("live picture %s was left out of this tick", channel.picture.key)

    def _refresh(self, channel: Channel) -> None:
        rendered = channel.picture.render()
        shown = (rendered.body, rendered.problem)
        if shown == channel.shown or self._loop is None:
            return
        channel.shown = shown
        frame = channel.picture.encode(rendered)
        self.counts.frames_encoded += 1
        if not self._stopping.is_set():  # the loop ends once it is
            self._loop.call_soon_threadsafe(self._fan_out, channel, frame)

    def _fan_out(self, channel: Channel, frame: Fragment) -> None:
        channel.latest = frame
        for viewer in channel.viewers:
            self.counts.frames_sent += 1
            self.counts.frames_replaced += viewer.offer(channel.picture.key, frame)
