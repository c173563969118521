"""The desk over HTTP: health, status, sources, frames, quarantine, raw lines."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final, Literal

import pandas as pd
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from web.desk_protocol import Desk
from web.filters import FilterError, moment
from web.frame_formats import FORMATS
from web.json_response import JsonResponse, filter_problem, problem
from web.measured_frames import frame_of
from web.promised import aurora
from web.status import StatusBook

MOST_ROWS: Final = 1_000_000
HEAVY_AT_ONCE: Final = 4
PATIENCE_SECONDS: Final = 2.0

Text = Annotated[str | None, Query(max_length=128)]
Moment = Annotated[str | None, Query(description="RFC 3339 with a zone")]


class BusyError(Exception):
    """Too many large questions are being answered already."""


class Turnstile:
    """Lets a few large questions through at once; the rest are told to come back."""

    def __init__(self, at_once: int = HEAVY_AT_ONCE) -> None:
        self._free = threading.BoundedSemaphore(at_once)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold one place.

        Raises:
            BusyError: none became free in time.
        """
        if not self._free.acquire(timeout=PATIENCE_SECONDS):
            raise BusyError
        try:
            yield
        finally:
            self._free.release()


def health_routes(desk: Desk, status: StatusBook) -> APIRouter:
    """Liveness, readiness, health and status."""
    router = APIRouter(tags=["status"], default_response_class=JsonResponse)

    @router.get("/healthz")
    async def healthz() -> Response:
        """200 as long as this process serves."""
        return JsonResponse({"status": "ok"})

    @router.get("/readyz")
    def readyz() -> Response:
        """200, or 503 with the reasons why not yet."""
        reasons = list(desk.not_ready())
        return JsonResponse({"reasons": reasons}, status_code=503 if reasons else 200)

    @router.get("/health")
    def health() -> Response:
        """How the attached sources are."""
        return JsonResponse(aurora.health(desk.sources()))

    @router.get("/status")
    def status_now(request: Request) -> Response:
        """The numbers of a window: `window` (seconds or `all`), `at`, `source`, `account`."""
        try:
            filters = status.filters(request.query_params)
        except FilterError as error:
            return filter_problem(error)
        rendered = status.picture(filters)
        if rendered.problem is not None:
            return problem(500, rendered.problem)
        return Response(rendered.body, media_type="application/json")

    return router


def data_routes(desk: Desk) -> APIRouter:
    """Sources, frames, quarantine and raw lines."""
    router = APIRouter(prefix="/api", tags=["data"], default_response_class=JsonResponse)
    turnstile = Turnstile()

    @router.get("/sources")
    def sources() -> Response:
        """Every source with its state, its counts and its newest event."""
        return JsonResponse(desk.sources())

    @router.get("/frames")
    def frames() -> Response:
        """The names of the frames that exist."""
        return JsonResponse(sorted(desk.frames()))

    @router.get("/frames/{name}")
    def frame(
        name: str,
        format: Literal["json", "csv", "parquet", "arrow"] = "json",  # noqa: A002
        limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 1000,
        since: Moment = None,
        until: Moment = None,
        account: Text = None,
        source: Text = None,
        symbol: Text = None,
    ) -> Response:
        """The newest rows of a frame, ascending, from all history."""
        try:
            first, last = _moment("since", since), _moment("until", until)
            with turnstile.turn():
                table = frame_of(
                    desk,
                    name,
                    limit=limit,
                    since=first,
                    until=last,
                    account=account,
                    source=source,
                    symbol=symbol,
                )
        except FilterError as error:
            return filter_problem(error)
        except KeyError:
            return problem(404, "there is no such frame", frames=sorted(desk.frames()))
        except BusyError:
            return problem(503, "busy with large questions", headers={"Retry-After": "5"})
        return _file(table, name, format)

    @router.get("/quarantine")
    def quarantine(limit: Annotated[int, Query(ge=1, le=10_000)] = 200) -> Response:
        """The last lines set aside, each with its reason and its place."""
        return JsonResponse(desk.quarantine(limit))

    @router.get("/raw")
    def raw(
        generation: Annotated[str, Query(max_length=4096)],
        offset: Annotated[int, Query(ge=0, lt=2**63)],
        source: Text = None,
    ) -> Response:
        """The line that an event came from."""
        line = desk.raw_line(generation, offset, source)
        if line is None:
            return problem(404, "that line is no longer there")
        return JsonResponse({"generation": generation, "offset": offset, "line": line})

    return router


def _moment(parameter: str, value: str | None) -> pd.Timestamp | None:
    return None if not value else moment(parameter, value)


def _file(table: pd.DataFrame, name: str, format_name: str) -> Response:
    media_type, pieces = FORMATS[format_name]
    headers = {"Content-Disposition": f'attachment; filename="deskwatch-{name}.{format_name}"'}
    if format_name in ("parquet", "arrow"):
        return Response(b"".join(pieces(table)), media_type=media_type, headers=headers)
    return StreamingResponse(
        pieces(table), media_type=media_type, headers=headers if format_name == "csv" else None
    )
