"""The desk over HTTP: health, status, sources, frames, quarantine, raw lines."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Final, Literal

import pandas as pd
from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from web.api_words import answers, in_query, told
from web.checked_route import CheckedRoute, read_by
from web.desk_protocol import Desk
from web.filters import LONGEST_TEXT, FilterError, moment, name_of, utc_text
from web.frame_formats import FORMATS
from web.json_response import JsonResponse, filter_problem, problem
from web.known_names import unknown_names
from web.measured_frames import frame_of
from web.promised import aurora
from web.status import PARAMETERS, StatusBook
from web.told_route import ToldRoute

MOST_ROWS: Final = 1_000_000
HEAVY_AT_ONCE: Final = 4
PATIENCE_SECONDS: Final = 2.0

HEALTH: Final = {
    "status": "healthy",
    "timestamp": "2025-09-07T12:00:00Z",
    "sources": {"aurora": {"state": "ok", "age_seconds": 0.4}},
    "catching_up": False,
    "checkpoint_ok": True,
    "checkpoint_problem": None,
}
FRAME_TYPES: Final = tuple(media_type.partition(";")[0] for media_type, _ in FORMATS.values())
"""The media types that a frame may come in."""

Name = Annotated[str, PathParameter(**told("name"))]
Format = Annotated[Literal["json", "csv", "parquet", "arrow"], Query(**told("format"))]
Since = Annotated[str | None, Query(**told("since")), read_by(moment, "since")]
Until = Annotated[str | None, Query(**told("until")), read_by(moment, "until")]
Account = Annotated[
    str | None, Query(max_length=LONGEST_TEXT, **told("account")), read_by(name_of, "account")
]
Source = Annotated[
    str | None, Query(max_length=LONGEST_TEXT, **told("source")), read_by(name_of, "source")
]
Symbol = Annotated[
    str | None, Query(max_length=LONGEST_TEXT, **told("symbol")), read_by(name_of, "symbol")
]
Session = Annotated[
    str | None, Query(max_length=LONGEST_TEXT, **told("session")), read_by(name_of, "session")
]
Rows = Annotated[int, Query(ge=1, le=MOST_ROWS, **told("limit"))]
Lines = Annotated[int, Query(ge=1, le=10_000, **told("limit"))]
Generation = Annotated[str, Query(max_length=4096, **told("generation"))]
Offset = Annotated[int, Query(ge=0, le=2**63 - 1, **told("offset"))]


class Reasons(BaseModel):
    """Why the desk is not ready."""

    reasons: list[str]


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
    router = APIRouter(tags=["status"], default_response_class=JsonResponse, route_class=ToldRoute)

    @router.get("/healthz", responses=answers("It serves.", example={"status": "ok"}))
    async def healthz() -> Response:
        """Whether this process serves.

        It does as long as it answers; for a supervisor that restarts what does not.
        """
        return JsonResponse({"status": "ok"})

    @router.get(
        "/readyz",
        responses={
            **answers("All sources were asked.", example={"reasons": []}),
            503: {"description": "Not yet; `reasons` says why.", "model": Reasons},
        },
    )
    def readyz() -> Response:
        """Whether the desk has read its sources far enough to be shown.

        For a balancer that sends viewers only to who is ready. A desk that cannot keep what is new
        can be shown; it says so in `notices`, which is there only then.
        """
        reasons, not_kept = list(desk.not_ready()), desk.not_kept()
        told = {"reasons": reasons} | ({"notices": [not_kept]} if not_kept else {})
        return JsonResponse(told, status_code=503 if reasons else 200)

    @router.get("/health", responses=answers("How they are.", example=HEALTH))
    def health() -> Response:
        """How the attached sources are, each with its state and its age.

        `status` is `healthy`, `degraded` or `unhealthy`, by the worst of them; always 200. It is no
        better than `degraded` where the state folder cannot be written (`checkpoint_ok` false).
        `catching_up` says that a log is read in part so far, as after a start.
        """
        return JsonResponse(aurora.health(desk.sources(), not_kept=desk.not_kept()))

    @router.get(
        "/status",
        responses=answers("The numbers; every key is always there.", 422, 500),
        openapi_extra=in_query(*PARAMETERS),
    )
    def status_now(request: Request) -> Response:
        """The numbers of a window: orders, routes, ratios, latencies, governance, stops.

        `orders.*` counts opening orders; `pending` is the state at `at`. `latency.<stage>_ms_p50`,
        `_p90`, `_p99` come with their count `_n` and their 95 % interval `_ci`; a percentile that
        too few samples support is `null`. While `catching_up` a log is read in part, as after a
        start, and what is counted is of that part.
        """
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
    router = APIRouter(
        prefix="/api", tags=["data"], default_response_class=JsonResponse, route_class=CheckedRoute
    )
    turnstile = Turnstile()

    @router.get("/sources", responses=answers("A list, one object a source."))
    def sources() -> Response:
        """Every source with its state, its counts and its newest event.

        Always `lines_in = accepted + quarantined + duplicates + blank`. No secret is in it.
        `warnings` says in words what was lost or had to be guessed; `catching_up` that it is read
        in part so far: `bytes_read`, while `unread_bytes` wait.
        """
        return JsonResponse(desk.sources())

    @router.get("/frames", responses=answers("Their names.", example=["events", "orders"]))
    def frames() -> Response:
        """The names of the frames that exist.

        Their columns are the same as in a notebook; see docs/frames.md.
        """
        return JsonResponse(sorted(desk.frames()))

    @router.get(
        "/frames/{name}",
        responses=answers("The rows.", 404, 422, 503, example={"rows": []}, content=FRAME_TYPES),
    )
    def frame(
        name: Name,
        format: Format = "json",  # noqa: A002
        limit: Rows = 1000,
        since: Since = None,
        until: Until = None,
        account: Account = None,
        source: Source = None,
        symbol: Symbol = None,
        session: Session = None,
    ) -> Response:
        """The newest rows of a frame, ascending, from all history.

        JSON is `{"rows": […]}`, an object a row; the other formats keep the types of the columns.
        """
        first, last = _times(since, until)
        wanted = {"account": account, "source": source, "symbol": symbol, "session": session}
        try:
            with turnstile.turn():
                table = frame_of(desk, name, limit=limit, since=first, until=last, **wanted)
        except KeyError:
            told = f"there is no frame {name[:LONGEST_TEXT]!r}; `frames` are those there are"
            return problem(404, told, frames=sorted(desk.frames()))
        except BusyError:
            return problem(503, "busy with large questions", headers={"Retry-After": "5"})
        if table.empty:
            # What is no source now may still have rows of its own.
            _refuse_unknown(desk, wanted)
        return _file(table, name, format)

    @router.get("/quarantine", responses=answers("A list, one object a line.", 422))
    def quarantine(limit: Lines = 200, source: Source = None) -> Response:
        """The last lines set aside, each with its reason, its place and when it was read.

        Only the head of a line is shown, escaped. The last 1,000 of each source are kept: with
        `source` a noisy one hides none of another.
        """
        _refuse_unknown(desk, {"source": source})
        return JsonResponse(desk.quarantine(limit, source))

    @router.get("/raw", responses=answers("The line as text.", 404, 422))
    def raw(generation: Generation, offset: Offset, source: Source = None) -> Response:
        """The line that an event came from, as it stands in its file.

        Both numbers stand in every row of a frame that comes from a line.
        """
        _refuse_unknown(desk, {"source": source})
        line = desk.raw_line(generation, offset, source)
        if line is None:
            return problem(404, "that line is no longer there")
        return JsonResponse({"generation": generation, "offset": offset, "line": line})

    return router


def _times(since: str | None, until: str | None) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    """Both ends of a time as moments.

    Raises:
        FilterError: it ends before it begins.
    """
    first = None if since is None else moment("since", since)
    last = None if until is None else moment("until", until)
    if first is not None and last is not None and last < first:
        raise FilterError("until", until, f"a moment that is not before since, {utc_text(first)}")
    return first, last


def _refuse_unknown(desk: Desk, asked: Mapping[str, str | None]) -> None:
    """Answer with nothing only where somebody is asked for who is there.

    Raises:
        FilterError: no source or account bears the name.
    """
    refused = unknown_names(desk, asked)
    if refused:
        raise FilterError.of_all(refused)


def _file(table: pd.DataFrame, name: str, format_name: str) -> Response:
    media_type, pieces = FORMATS[format_name]
    headers = {"Content-Disposition": f'attachment; filename="deskwatch-{name}.{format_name}"'}
    if format_name in ("parquet", "arrow"):
        return Response(b"".join(pieces(table)), media_type=media_type, headers=headers)
    return StreamingResponse(
        pieces(table), media_type=media_type, headers=headers if format_name == "csv" else None
    )
