"""The `dcc.Interval` way: one callback for all pages, the same rendering as the live stream.

The callback answers with the very frame of the stream, as text; `assets/live.js` applies it, by the
same code as a streamed one. So each live property has one owner in the browser, whichever way the
frame came.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import dash
from dash import ClientsideFunction, Dash, Input, Output, State, dcc
from flask_caching import Cache

from web.filters import FilterError, Filters
from web.live_api import frame_json
from web.render import Renderer

INTERVAL_MS: Final = 1000
REMEMBERED: Final = 64


def live_parts(live: str) -> list[Any]:
    """The components without a face that the live values of every page need."""
    return [
        dcc.Interval(id="live-interval", interval=INTERVAL_MS, disabled=live == "push"),
        dcc.Store(id="live-beat"),
        dcc.Store(id="live-frame"),
        dcc.Store(id="live-seen"),
    ]


class FrameBook:
    """Frames for the Interval, memoised on (page, filters, view version); one maker at a time."""

    def __init__(self, app: Dash, renderer: Renderer) -> None:
        config = {"CACHE_TYPE": "SimpleCache", "CACHE_THRESHOLD": REMEMBERED}
        self._cache = Cache(app.server, config=config)
        self._renderer = renderer
        self._lock = threading.Lock()

    def frame(self, path: str, filters: Filters) -> tuple[str, int]:
        """The frame as text and its tag, encoded once however many browsers poll.

        Raises:
            KeyError: there is no page at that path.
        """
        if not self._renderer.knows(path, filters):
            raise KeyError(path)
        rendered = self._renderer.render(path, filters)
        name = f"{rendered.key}#{rendered.token}#{rendered.problem}"
        with self._lock:
            known = self._cache.get(name)
            if known is None:
                text = frame_json(rendered).decode()
                known = (text, zlib.crc32(text.encode()))
                self._cache.set(name, known, timeout=60)
            return known


def register_fallback(
    app: Dash, renderer: Renderer, *, build: str, default_window: str
) -> FrameBook:
    """Register the one callback, and the one that hands its frame to the browser's script."""
    book = FrameBook(app, renderer)

    @app.callback(
        Output("live-beat", "data"),
        Output("live-frame", "data"),
        Input("live-interval", "n_intervals"),
        State("_pages_location", "pathname"),
        State("_pages_location", "search"),
        State("live-seen", "data"),
        running=[(Output("live-interval", "disabled"), True, False)],
        prevent_initial_call=True,
    )
    def poll(_count: Any, pathname: Any, search: Any, seen: Any) -> tuple[Any, Any]:
        beat: dict[str, Any] = {"t": round(time.time() * 1000), "build": build, "tag": None}
        try:
            path = _own_path(app, pathname)
            filters = page_filters(search, default_window)
            text, beat["tag"] = book.frame(path, filters)
        except (KeyError, FilterError):
            return beat, dash.no_update
        return beat, dash.no_update if beat["tag"] == seen else text

    app.clientside_callback(
        ClientsideFunction("deskwatch", "polled"),
        Output("live-seen", "data"),
        Input("live-beat", "data"),
        State("live-frame", "data"),
        prevent_initial_call=True,
    )
    return book


def _own_path(app: Dash, pathname: Any) -> str:
    """The path of a page as the registry has it.

    Raises:
        KeyError: there is no path yet, or it is not one of this app.
    """
    prefix = str(app.config.requests_pathname_prefix)
    if not isinstance(pathname, str) or not pathname.startswith(prefix):
        raise KeyError(pathname)
    return "/" + pathname.removeprefix(prefix)


def page_filters(search: Any, default_window: str) -> Filters:
    """The filters in a page's address.

    Raises:
        FilterError: one of them is not allowed.
    """
    query: Mapping[str, str] = (
        dict(parse_qsl(search.lstrip("?"))) if isinstance(search, str) else {}
    )
    return Filters.from_query(query, default_window=default_window)
