"""One rendering for all: first paint, live stream and Interval share what is built here."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from web.desk_protocol import Desk
from web.filters import Filters
from web.page_table import Page, PageTable
from web.wire import to_json

LOG = logging.getLogger(__name__)

REMEMBERED: Final = 64
"""Pictures kept; twice as many as can be live, so that polling never pushes a live one out."""

FIXED_PACE_SECONDS: Final = 2.0
"""A moment in the past changes only by late lines: look at most this often."""

FAILED_PACE_SECONDS: Final = 5.0
"""A page that failed is tried again, but neither it nor the log is flooded."""

Props = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Rendered:
    """One picture: the props of each component, and the same as JSON, made once.

    key      which picture: page path and canonical filters
    version  of the desk it was built from
    token    equal tokens are equal pictures (of one key)
    props    {component id: {prop: value}}; empty when the page could not be built
    body     `props` as JSON
    problem  None, or one sentence for the viewer
    """

    key: str
    version: int
    token: tuple[int, int]
    props: Any
    body: bytes
    problem: str | None = None


@dataclass
class RenderCounts:
    """What rendering has cost so far."""

    renders: int = 0
    failures: int = 0
    render_seconds: float = 0.0
    slowest_seconds: float = 0.0


@dataclass
class _Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    last: Rendered | None = None
    built_at: float = 0.0


class Renderer:
    """Builds each picture once per (page, filters, view version), whoever asks, however many."""

    def __init__(
        self, desk: Desk, pages: PageTable, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.desk = desk
        self.pages = pages
        self.counts = RenderCounts()
        self._clock = clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._known: OrderedDict[tuple[str, Any], tuple[int, bool]] = OrderedDict()
        self._lock = threading.Lock()

    def render(self, path: str, filters: Filters) -> Rendered:
        """The picture of a page, shared while its view is unchanged and its pace has not passed.

        A page that fails gives a picture with a problem and an id that the log explains.

        Raises:
            KeyError: there is no page at that path.
        """
        found = self.pages.find(path)
        if found is None:
            raise KeyError(path)
        page, variables = found
        build = page.build

        def props(view: Any) -> Any:
            return build(view, filters, **variables)

        return self.picture(page_key(path, filters), filters, props, page.pace_seconds)

    def knows(self, path: str, filters: Filters) -> bool:
        """Whether there is a page at a path and, where it shows one thing by its id, that thing.

        What is told now or was told at the moment that is asked for is known, whatever else the
        filters leave out. Where that cannot be found out, or not yet because the desk is still
        reading, the page itself says why.
        """
        found = self.pages.find(path)
        if found is None or found[0].knows is None:
            return found is not None
        page, variables = found
        try:
            return self._is_told(page, variables, path, filters) or bool(self.desk.not_ready())
        except Exception:
            LOG.exception("%s could not be looked up", page.path)
            return True

    def _is_told(self, page: Page, variables: dict[str, str], path: str, filters: Filters) -> bool:
        """Whether the desk tells of a page's thing, looked up once a version of the desk."""
        key, version = (path, filters.at), self.desk.version
        with self._lock:
            known = self._known.get(key)
        if known is not None and known[0] == version:
            return known[1]
        moments = dict.fromkeys((None, filters.at))
        views = (view_of(self.desk, Filters(filters.window, at)) for at in moments)
        is_told = any(page.knows(view, **variables) for view in views if page.knows)
        with self._lock:
            self._known[key] = version, is_told
            self._known.move_to_end(key)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return is_told

    def picture(
        self, key: str, filters: Filters, build: Callable[[Any], Any], pace_seconds: float = 0.0
    ) -> Rendered:
        """Any picture made of a view by `build`, under the same sharing rules as a page."""
        entry = self._entry(key)
        if filters.at is not None:
            pace_seconds = max(pace_seconds, FIXED_PACE_SECONDS)
        with entry.lock:
            if entry.last is not None and entry.last.problem is not None:
                pace_seconds = max(pace_seconds, FAILED_PACE_SECONDS)
            if entry.last is not None and self._clock() - entry.built_at < pace_seconds:
                return entry.last
            entry.last = self._build(key, filters, build, entry.last)
            entry.built_at = self._clock()
            return entry.last

    def token(self, filters: Filters) -> tuple[int, int]:
        """What changes when a picture with these filters may have changed."""
        return _token(view_of(self.desk, filters))

    def _entry(self, key: str) -> _Entry:
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            while len(self._entries) > REMEMBERED:
                self._entries.popitem(last=False)
            return entry

    def _build(
        self, key: str, filters: Filters, build: Callable[[Any], Any], last: Rendered | None
    ) -> Rendered:
        token = (-1, -1)
        try:
            view = view_of(self.desk, filters)
            token = _token(view)
            if last is not None and last.token == token and last.problem is None:
                return last
            started = time.perf_counter()
            props = build(view)
            body = to_json(props)
            self._count(time.perf_counter() - started)
            return Rendered(key, token[0], token, props, body)
        except Exception:
            error_id = secrets.token_hex(4)
            self.counts.failures += 1
            LOG.exception("picture %s could not be built, error id %s", key, error_id)
            problem = f"This page could not be computed (error id {error_id}; the log says more)."
            return Rendered(key, max(token[0], 0), token, {}, b"{}", problem)

    def _count(self, seconds: float) -> None:
        self.counts.renders += 1
        self.counts.render_seconds += seconds
        self.counts.slowest_seconds = max(self.counts.slowest_seconds, seconds)


def page_key(path: str, filters: Filters) -> str:
    """The canonical name of a page's picture, in the form of its address."""
    return f"{path.rstrip('/') or '/'}?{filters.key}"


def view_of(desk: Desk, filters: Filters) -> Any:
    """The desk's view for these filters."""
    return desk.view(
        filters.window_seconds,
        filters.at,
        source=filters.source,
        account=filters.account,
        symbol=filters.symbol,
    )


def _token(view: Any) -> tuple[int, int]:
    at = getattr(view, "at", None)
    return (int(view.version), 0 if at is None else int(at.value))
