"""The Dash app: pages, shell, the Interval way, and a first paint that already has its numbers."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, Final

import dash
from dash import Dash, html

from web.callback_guard import guard_callbacks
from web.desk_protocol import Desk
from web.fallback import live_parts, page_filters, register_fallback
from web.filters import FilterError, Filters
from web.first_paint import painted_layout
from web.page_table import PageTable
from web.refusal_page import register_not_found
from web.render import Renderer

ROOT: Final = Path(__file__).resolve().parent.parent
BUILD_ROOMS: Final = ("assets", "components", "pages", "web", "metrics", "formats.py")

INDEX: Final = """<!DOCTYPE html>
<html lang="en" data-live="{live}" data-build="{build}" data-environment="{environment}">
    <head>
        {{%metas%}}
        <title>{{%title%}}</title>
        {{%favicon%}}
        {{%css%}}
    </head>
    <body>
        <noscript>
            Deskwatch shows live numbers and needs JavaScript. Without it, /status has the numbers.
        </noscript>
        {{%app_entry%}}
        <footer>
            {{%config%}}
            {{%scripts%}}
            {{%renderer%}}
        </footer>
    </body>
</html>"""


class DashRoom:
    """One Dash app with what the rest of the web needs to know of it."""

    def __init__(
        self, desk: Desk, *, live: str, default_window: str, pages_folder: Path, build: str
    ) -> None:
        dash.page_registry.clear()
        self.app = Dash(
            "deskwatch",
            title=f"Deskwatch — {desk.name}",
            update_title=None,
            use_pages=True,
            pages_folder=str(pages_folder),
            assets_folder=str(ROOT / "assets"),
            use_async=False,
            serve_locally=True,
            include_pages_meta=False,
            add_log_handler=False,
            index_string=_index(desk, live, build),
            meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        )
        register_not_found()
        self.pages = PageTable.from_registry(dash.page_registry)
        self.renderer = Renderer(desk, self.pages)
        self._ready = False
        self._default_window = default_window
        self._paint_pages(default_window)
        register_fallback(self.app, self.renderer, build=build, default_window=default_window)
        guard_callbacks(self.app)
        self.app.layout = html.Div([_shell(desk, live, build, default_window), *live_parts(live)])
        self._warm_up()

    @property
    def prefix(self) -> str:
        """The path under which browsers see this app; "/" unless a proxy adds one."""
        return str(self.app.config.requests_pathname_prefix)

    def knows(self, path: str, query: str) -> bool:
        """Whether a page that shows one thing by its id has that thing."""
        try:
            filters = page_filters(query, self._default_window)
        except FilterError:  # the page will say which
            filters = Filters(self._default_window)
        return self.renderer.knows(path, filters)

    def _paint_pages(self, default_window: str) -> None:
        for page in self.pages.pages:
            entry = dash.page_registry[page.module]
            entry["layout"] = painted_layout(
                page, entry["layout"], self.renderer, default_window, lambda: self._ready
            )

    def _warm_up(self) -> None:
        """Let Dash make its routes and callbacks now; the inline scripts are known only then."""
        answer = self.app.server.test_client().get("/")
        if answer.status_code != 200:
            raise RuntimeError("the pages could not be set up; the log says why")
        self._ready = True


def build_id() -> str:
    """A name for this state of the program: a page that was loaded from another one says so."""
    digest = hashlib.sha256(dash.__version__.encode())
    for room in BUILD_ROOMS:
        path = ROOT / room
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.name}:{file.stat().st_size}".encode())
                if file.suffix in (".py", ".js", ".css") and file.stat().st_size < 200_000:
                    digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def default_prefix() -> str:
    """The prefix that Dash reads from the environment."""
    return os.environ.get("DASH_REQUESTS_PATHNAME_PREFIX", "/")


def _index(desk: Desk, live: str, build: str) -> str:
    environment = "demo" if desk.demo else desk.environment
    known = environment if environment.isalnum() else "unknown"
    return INDEX.format(live=live, build=build, environment=known)


def _shell(desk: Desk, live: str, build: str, window: str) -> Any:
    from components.shell import shell

    info = {
        "name": desk.name,
        "environment": desk.environment,
        "demo": desk.demo,
        "timezone": getattr(desk, "timezone", "UTC"),
        "window": window,
        "live": live,
        "build": build,
    }
    return shell(dash.page_registry, info)
