"""One open event stream as an ASGI response: frames, heartbeats, and the end of a stuck viewer."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from web.fragment import GZIP_HEADER, Fragment, comment, event, fragment
from web.live import Hub
from web.viewer import Viewer

HEARTBEAT_SECONDS: Final = 15.0
BEAT_SECONDS: Final = 5.0
RETRY_MS: Final = (1000, 4000)
"""How long a browser waits before it connects again: spread, so that a restart makes no herd."""

HEADERS: Final = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
    "Vary": "Accept-Encoding",
}


def wants_gzip(request: Request) -> bool:
    """Whether the client takes gzip."""
    for item in request.headers.get("accept-encoding", "").split(","):
        coding, _, quality = item.partition(";")
        if coding.strip().lower() in ("gzip", "*"):
            return quality.strip().replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def heartbeat() -> Fragment:
    """The comment that keeps an `/sse` connection alive."""
    return fragment(comment("heartbeat"))


def beat() -> Fragment:
    """A sign of life that a page's script can see, with the server's clock."""
    clock = json.dumps({"t": round(time.time() * 1000)}).encode()
    return fragment(comment("heartbeat") + event(clock, kind="beat"))


class EventStream(Response):
    """Sends a viewer's frames until the client goes, the server ends, or nothing moves for long.

    It needs the extension `deskwatch.pipe` of `web.connection`, and so our own server.
    """

    def __init__(
        self,
        hub: Hub,
        viewer: Viewer,
        *,
        gzip: bool,
        hello: bytes = b"",
        quiet: Callable[[], Fragment] = heartbeat,
        quiet_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        super().__init__(headers=HEADERS | ({"Content-Encoding": "gzip"} if gzip else {}))
        del self.headers["content-length"]
        self._hub = hub
        self._viewer = viewer
        self._gzip = gzip
        self._hello = hello
        self._quiet = quiet
        self._quiet_seconds = quiet_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the stream to its end; never raises for a client that went away."""
        viewer = self._viewer
        gone = asyncio.create_task(_until_gone(receive, viewer))
        open_pipe = scope["extensions"]["deskwatch.pipe"]
        pipe = open_pipe(scope["http_version"], gzip=self._gzip, emptied=viewer.pour)
        try:
            # What was asked for before on this connection may still be on its way.
            async with asyncio.timeout(self._hub.stall_seconds):
                await self._begin(send)
            viewer.open(pipe, self._quiet, self._quiet_seconds)
            await viewer.ended.wait()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            self._hub.counts.viewers_evicted += 1
            pipe.cut()
        finally:
            gone.cancel()
            viewer.part()
            self._hub.leave(viewer)

    async def _begin(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        retry = random.randint(*RETRY_MS)
        first = fragment(b"retry: %d\n\n" % retry + self._hello)
        body = (GZIP_HEADER if self._gzip else b"") + first.bytes_for(self._gzip)
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _until_gone(receive: Receive, viewer: Viewer) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    viewer.close()
