"""The whole web application as one ASGI app: API, streams, docs, and Dash behind them."""

from __future__ import annotations

import logging
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from web.api_docs import docs_routes
from web.api_words import ABOUT
from web.dash_app import ROOT, DashRoom, build_id
from web.desk_api import data_routes, health_routes
from web.desk_protocol import Desk
from web.filters import FilterError, window_name
from web.json_response import JsonResponse, filter_problem, problem
from web.kept_files import KeptFiles
from web.live import Hub
from web.live_api import live_routes
from web.page_door import PageDoor
from web.prometheus import metrics_routes
from web.security import Gate
from web.status import StatusBook

LOG = logging.getLogger(__name__)
VERSION = "0.1.0"


class Application(Gate):
    """The ASGI app, with its parts at hand: `hub`, `renderer`, `dash`, `desk`."""

    def __init__(
        self,
        desk: Desk,
        *,
        live: str,
        trusted_hosts: Sequence[str],
        window_seconds: float,
        pages_folder: Path,
    ) -> None:
        window = window_name(window_seconds)
        build = build_id()
        room = DashRoom(
            desk, live=live, default_window=window, pages_folder=pages_folder, build=build
        )
        self.desk = desk
        self.hub = Hub()
        self.dash = room.app
        self.renderer = room.renderer
        api = FastAPI(
            title="Deskwatch",
            version=VERSION,
            description=ABOUT,
            docs_url=None,
            redoc_url=None,
            lifespan=self._lifespan,
            redirect_slashes=False,
            servers=[{"url": room.prefix.rstrip("/") or "/"}],
        )
        status = StatusBook(room.renderer, window)
        api.include_router(
            live_routes(self.hub, room.renderer, status, build=build, default_window=window)
        )
        api.include_router(health_routes(desk, status))
        api.include_router(metrics_routes(desk, status, self.hub, room.renderer, VERSION))
        api.include_router(data_routes(desk))
        api.include_router(docs_routes())
        api.add_exception_handler(FilterError, _parameters_refused)
        api.add_exception_handler(HTTPException, _told)
        # What no route answers; a mount would also take known paths with another method.
        files = KeptFiles(room.app.server, ROOT / "assets")
        api.router.default = PageDoor(room.app.server, room.pages, files, room.knows)
        super().__init__(
            _without_insides(api), trusted_hosts=trusted_hosts, script_hashes=room.app.csp_hashes()
        )

    @asynccontextmanager
    async def _lifespan(self, _api: FastAPI) -> AsyncIterator[None]:
        self.hub.start()
        leave = self.desk.subscribe(self.hub.wake)
        try:
            yield
        finally:
            leave()
            self.hub.stop()


def create_app(
    desk: Desk,
    *,
    live: str = "push",
    trusted_hosts: Sequence[str] = (),
    window_seconds: float = 300.0,
    pages_folder: Path = ROOT / "pages",
) -> Application:
    """Make the web application of a desk; the desk is started and stopped by whoever made it.

    Args:
        desk: where all numbers come from.
        live: "push" (stream, the Interval takes over when it is down) or "interval".
        trusted_hosts: host names that are served beside those of this machine.
        window_seconds: the window of pages and endpoints that ask for none.
        pages_folder: the folder of page modules.

    Raises:
        ValueError: `live` is neither of the two.
        PageContractError: a page lacks what every page has.
    """
    if live not in ("push", "interval"):
        raise ValueError(f"live was {live!r}; allowed: push interval")
    return Application(
        desk,
        live=live,
        trusted_hosts=trusted_hosts,
        window_seconds=window_seconds,
        pages_folder=pages_folder,
    )


async def _told(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers) if error.headers else None
    return problem(error.status_code, str(error.detail), headers=headers)


async def _parameters_refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, FilterError)
    return filter_problem(error)


def _without_insides(api: FastAPI) -> FastAPI:
    """Answer any failure with an id only; the log has the rest."""

    @api.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        error_id = secrets.token_hex(4)
        LOG.error("%s failed, error id %s", request.url.path, error_id, exc_info=error)
        text = f"this could not be computed (error id {error_id}; the log says more)"
        return JsonResponse({"error": text}, status_code=500)

    return api
