"""The streams over HTTP: `/_live/stream` for pages, `/sse` for programs, `/_live/stats` for us."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from web.api_words import answers, in_query
from web.event_stream import BEAT_SECONDS, EventStream, beat, wants_gzip
from web.filters import FilterError, Filters
from web.fragment import Fragment, event, fragment
from web.json_response import JsonResponse, filter_problem, problem
from web.live import Hub, Picture, RefusedError
from web.render import Rendered, Renderer, page_key
from web.status import PARAMETERS, StatusBook
from web.told_route import ToldRoute
from web.wire import to_json

MOST_PAGES_A_STREAM = 8


def live_routes(
    hub: Hub, renderer: Renderer, status: StatusBook, *, build: str, default_window: str
) -> APIRouter:
    """The routes of the live channel."""
    router = APIRouter(route_class=ToldRoute)

    @router.get("/_live/stream", include_in_schema=False)
    async def stream(request: Request) -> Response:
        """Frames of one page (`page=/latency&window=5m`) or several (`key=/latency?window=5m`)."""
        try:
            pictures = await run_in_threadpool(_asked, request, renderer, default_window)
            hello = _hello(build, {key: picture.key for key, picture in pictures.items()})
            viewer = hub.join(pictures.values())
        except FilterError as error:
            return filter_problem(error)
        except KeyError as error:
            return problem(404, str(error.args[0]))
        except RefusedError as error:
            return _busy(error)
        return EventStream(
            hub,
            viewer,
            gzip=wants_gzip(request),
            hello=hello,
            quiet=beat,
            quiet_seconds=BEAT_SECONDS,
        )

    @router.get(
        "/sse",
        tags=["status"],
        response_class=Response,
        responses=answers("The stream.", 422, 503, content=("text/event-stream",)),
        openapi_extra=in_query(*PARAMETERS),
    )
    async def sse(request: Request) -> Response:
        """`/status` as an event stream: at each tick on which it changed, whole on connect.

        Unnamed events whose `id` is the version; a comment every 15 s while nothing changes.
        """
        try:
            filters = status.filters(request.query_params)
            picture = Picture(f"/sse?{filters.key}", lambda: status.picture(filters), _sse_event)
            return EventStream(hub, hub.join([picture]), gzip=wants_gzip(request))
        except FilterError as error:
            return filter_problem(error)
        except RefusedError as error:
            return _busy(error)

    @router.get("/_live/stats", include_in_schema=False)
    async def stats() -> Response:
        """What rendering and streaming have cost so far."""
        return JsonResponse(
            {
                "viewers": len(hub.viewers),
                "keys": sorted(hub.channels),
                "build": build,
                **dataclasses.asdict(hub.counts),
                **dataclasses.asdict(renderer.counts),
            }
        )

    return router


def frame_json(rendered: Rendered) -> bytes:
    """A page's picture as the browser gets it, by stream and by Interval alike."""
    return b'{"key":%b,"v":%d,"problem":%b,"props":%b}' % (
        to_json(rendered.key),
        rendered.version,
        to_json(rendered.problem),
        rendered.body,
    )


def _asked(request: Request, renderer: Renderer, default_window: str) -> dict[str, Picture]:
    keys = request.query_params.getlist("key")
    if not keys:
        key = f"{request.query_params.get('page', '/')}?{request.url.query}"
        return {key: _page_picture(renderer, key, default_window)}
    if len(keys) > MOST_PAGES_A_STREAM:
        raise FilterError("key", str(len(keys)), f"at most {MOST_PAGES_A_STREAM} pages a stream")
    pictures = {}
    for key in keys:
        # One stream serves all tabs of a browser: a tab at an odd address must not end it.
        with suppress(KeyError, FilterError):
            pictures[key] = _page_picture(renderer, key, default_window)
    return pictures


def _page_picture(renderer: Renderer, key: str, default_window: str) -> Picture:
    path, query = _split(key)
    filters = Filters.from_query(query, default_window=default_window)
    if not renderer.knows(path, filters):
        raise KeyError(f"there is no page at {path}")
    return Picture(page_key(path, filters), lambda: renderer.render(path, filters), _page_event)


def _split(key: str) -> tuple[str, Mapping[str, str]]:
    path, _, query = key.partition("?")
    return path, dict(parse_qsl(query))


def _hello(build: str, keys: dict[str, str]) -> bytes:
    return event(json.dumps({"build": build, "keys": keys}).encode(), kind="hello")


def _page_event(rendered: Rendered) -> Fragment:
    return fragment(event(frame_json(rendered), kind="frame", event_id=rendered.version))


def _sse_event(rendered: Rendered) -> Fragment:
    body: Any = rendered.body if rendered.problem is None else to_json({"error": rendered.problem})
    return fragment(event(body, event_id=rendered.version))


def _busy(error: RefusedError) -> Response:
    return problem(503, f"no stream: {error}", headers={"Retry-After": "5"})
