"""`/metrics`: the desk's numbers and its own, in Prometheus' text format."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request, Response

from web.api_words import answers
from web.desk_protocol import Desk
from web.live import Hub
from web.render import Renderer
from web.status import StatusBook
from web.told_route import ToldRoute

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

PREFIX: Final = "deskwatch_"
QUANTILES: Final = {"p50": "0.5", "p90": "0.9", "p99": "0.99"}
RATIOS: Final = ("fill_ratio", "deny_ratio", "taker_ratio")
KINDS: Final = ("text/plain", "application/openmetrics-text")
Sample = tuple[Mapping[str, str], float | None]


def metrics_routes(
    desk: Desk, status: StatusBook, hub: Hub, renderer: Renderer, version: str
) -> APIRouter:
    """The route of `/metrics`."""
    router = APIRouter(tags=["status"], route_class=ToldRoute)
    told = Told(desk, status, hub, renderer, version)

    @router.get(
        "/metrics",
        response_class=Response,
        responses=answers("The numbers as text.", 500, content=KINDS),
    )
    def metrics(request: Request) -> Response:
        """The numbers for Prometheus: of the window, of each source, of Deskwatch itself.

        Those of the window are the same as in `/status` without parameters. What is not known is
        left out. OpenMetrics is given to whoever asks for it.
        """
        # Loaded at the first question: a start does not wait for it.
        from prometheus_client import CollectorRegistry, ProcessCollector
        from prometheus_client.exposition import choose_encoder

        registry = CollectorRegistry()
        registry.register(told)
        ProcessCollector(registry=registry)
        try:
            encode, media_type = choose_encoder(request.headers.get("accept", ""))
        except (TypeError, ValueError):  # a version that is no number: the library cannot read it
            encode, media_type = choose_encoder("")
        return Response(encode(registry), headers={"Content-Type": media_type})

    return router


class Told:
    """Tells the metrics as the client library asks for them: as they are at that moment."""

    def __init__(
        self, desk: Desk, status: StatusBook, hub: Hub, renderer: Renderer, version: str
    ) -> None:
        self._desk, self._status, self._hub, self._renderer = desk, status, hub, renderer
        self._version = version

    def describe(self) -> Sequence[Metric]:
        """Nothing beforehand: what there is is known when it is asked for."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """All metrics; a sample of which nothing is known is left out."""
        yield from self._own()
        yield from sources(self._desk.sources())
        rendered = self._status.picture(self._status.filters({}))
        if rendered.problem is None:
            yield from window(json.loads(rendered.body))

    def _own(self) -> Iterator[Metric]:
        desk, live, drawn = self._desk, self._hub.counts, self._renderer.counts
        build = {"version": self._version, "environment": desk.environment}
        yield _gauge("build_info", "Which Deskwatch this is", [(build, 1.0)])
        yield _one("ready", "Whether all sources were read far enough", not desk.not_ready())
        yield _one("checkpoint_ok", "Whether what is new is kept", desk.not_kept() is None)
        yield _one("viewers", "Open streams", len(self._hub.viewers))
        yield _one(
            "live_pictures", "Pages and filters that somebody watches", len(self._hub.channels)
        )
        yield _summary("tick_seconds", "Ticks of the live channel", live.ticks, live.tick_seconds)
        yield _summary("render_seconds", "Pictures built", drawn.renders, drawn.render_seconds)
        yield _counter("render_failures", "Pictures that could not be built", drawn.failures)
        yield _counter("frames_sent", "Pictures sent to viewers", live.frames_sent)
        yield _counter("frames_replaced", "Pictures left out for newer ones", live.frames_replaced)
        yield _counter("viewers_refused", "Streams that were one too many", live.viewers_refused)
        yield _counter("viewers_evicted", "Streams ended as nobody took them", live.viewers_evicted)


def sources(rows: Sequence[Mapping[str, Any]]) -> Iterator[Metric]:
    """The metrics of the sources, from the rows of `/api/sources`.

    Lines are gauges: what was accepted may turn out to be told twice, and of a folder of files the
    ones there are now are counted.
    """

    def each(name: str, help_text: str, value: Callable[[Any], float | None]) -> Metric:
        return _gauge(name, help_text, [({"source": row["name"]}, value(row)) for row in rows])

    yield each("source_ok", "Whether the source is well", lambda row: row["state"] == "ok")
    states = [({"source": row["name"], "state": row["state"]}, 1.0) for row in rows]
    yield _gauge("source_state", "The state that the source is in", states)
    yield each("source_age_seconds", "Since its last sign of life", lambda row: row["age_seconds"])
    yield each("source_read_bytes", "What was read of it", lambda row: row.get("bytes_read"))
    yield each("source_unread_bytes", "What waits to be read", lambda row: row.get("unread_bytes"))
    became = ("accepted", "duplicates", "blank")
    lines: list[Sample] = []
    reasons: list[Sample] = []
    for row in rows:
        source, bad = {"source": str(row["name"])}, row.get("quarantined") or {}
        lines += [(source | {"became": name}, row.get(name)) for name in became]
        lines.append((source | {"became": "quarantined"}, sum(bad.values())))
        reasons += [(source | {"reason": reason}, number) for reason, number in bad.items()]
    yield _gauge("source_lines", "What became of its lines", lines)
    yield _gauge("source_quarantined_lines", "Its lines set aside, by reason", reasons)


def window(status: Mapping[str, Any]) -> Iterator[Metric]:
    """The metrics of the window, from the JSON of `/status`."""
    yield _one("window_seconds", "What the numbers of the window cover", status["window_seconds"])
    yield _parts("orders", "Opening orders of the window", "status", status["orders"])
    yield _parts("routes", "Routes of the window", "route", status["routes"])
    for name in RATIOS:
        yield _one(name, "Of the window, 0 to 1", status[name])
    latency = status["latency"]
    stages = [name.removesuffix("_n") for name in latency if name.endswith("_n")]
    quantiles: list[Sample] = [
        (
            {"stage": stage, "quantile": quantile},
            None if milliseconds is None else milliseconds / 1e3,
        )
        for stage in stages
        for label, quantile in QUANTILES.items()
        for milliseconds in [latency[f"{stage}_ms_{label}"]]
    ]
    yield _gauge("latency_seconds", "Percentiles of the window", quantiles)
    samples: list[Sample] = [({"stage": stage}, latency[f"{stage}_n"]) for stage in stages]
    yield _gauge("latency_samples", "What these percentiles are of", samples)
    yield _one("pending_orders", "Orders that are open now", status["pending"]["pending_orders"])
    yield _one("circuit_breaker", "Whether a stop is known", status["circuit_breaker"]["triggered"])
    yield _one("window_events", "Events of the window", status["window_events"])


def _parts(name: str, help_text: str, label: str, parts: Mapping[str, float | None]) -> Metric:
    return _gauge(name, help_text, [({label: part}, value) for part, value in parts.items()])


def _one(name: str, help_text: str, value: float | None) -> Metric:
    return _gauge(name, help_text, [({}, value)])


def _gauge(name: str, help_text: str, samples: Sequence[Sample]) -> Metric:
    from prometheus_client.metrics_core import GaugeMetricFamily

    found = GaugeMetricFamily(PREFIX + name, help_text)
    for labels, value in samples:
        if value is not None:
            found.add_sample(found.name, dict(labels), float(value))
    return found


def _counter(name: str, help_text: str, value: float) -> Metric:
    from prometheus_client.metrics_core import CounterMetricFamily

    return CounterMetricFamily(PREFIX + name, help_text, value=value)


def _summary(name: str, help_text: str, number: int, seconds: float) -> Metric:
    from prometheus_client.metrics_core import SummaryMetricFamily

    return SummaryMetricFamily(PREFIX + name, help_text, count_value=number, sum_value=seconds)
