"""A connection of uvicorn whose event streams send past ASGI."""

from __future__ import annotations

import weakref
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
        # Weakly: what refers to itself would stay until the collector comes, which is seldom here.
        app, me = self.app, weakref.ref(self)

        def open_pipe(http_version: str, *, gzip: bool, emptied: Callable[[], None]) -> Pipe:
            pipe = Pipe(transport, chunked=http_version != "1.0", gzip=gzip, emptied=emptied)
            connection = me()
            if connection is not None:
                connection._pipe = pipe
                if connection.flow.write_paused:
                    pipe.fill()
            return pipe

        async def with_pipe(scope: Any, receive: Any, send: Any) -> None:
            extensions = scope.get("extensions", {})
            scope["extensions"] = {**extensions, "deskwatch.pipe": open_pipe}
            await app(scope, receive, send)

        self.app = with_pipe

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the pipe, and of the viewer that it tells."""
        super().connection_lost(exc)
        self._pipe = None

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
