"""A connection of uvicorn whose event streams send past ASGI."""

from __future__ import annotations

from asyncio import Transport
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from web.pipe import Pipe


class Connection(H11Protocol):
    """Offers a pipe to its client as the extension `deskwatch.pipe` of the scope."""

    _pipe: Pipe | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Offer the pipe to the app."""
        super().connection_made(transport)
        app = self.app

        async def with_pipe(scope: Any, receive: Any, send: Any) -> None:
            extensions = scope.get("extensions", {})
            scope["extensions"] = {**extensions, "deskwatch.pipe": self._open_pipe}
            await app(scope, receive, send)

        self.app = with_pipe

    def _open_pipe(self, http_version: str, *, gzip: bool, emptied: Callable[[], None]) -> Pipe:
        """Open the way for the rest of a response that has begun; the app still ends it."""
        chunked = http_version != "1.0"
        self._pipe = Pipe(self.transport, chunked=chunked, gzip=gzip, emptied=emptied)
        if self.flow.write_paused:
            self._pipe.fill()
        return self._pipe

    def pause_writing(self) -> None:
        """Bytes wait for the client."""
        super().pause_writing()
        if self._pipe is not None:
            self._pipe.fill()

    def resume_writing(self) -> None:
        """The client took what waited."""
        super().resume_writing()
        if self._pipe is not None:
            self._pipe.empty()
