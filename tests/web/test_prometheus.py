"""`/metrics`: what a Prometheus server reads of the desk."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest
from memory_desk import MemoryDesk
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families
from running_server import RunningServer

from data_sources import PrometheusSource
from web.prometheus import sources, window

PAGE = Path(__file__).parents[2] / "docs/how-to-watch-deskwatch.md"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(scope="module")
def filled(served: RunningServer) -> RunningServer:
    desk: MemoryDesk = served.app.desk
    desk.submit("o1", "o2", "o3")
    return served


def samples(served: RunningServer, accept: str = "") -> Samples:
    """Every sample of an answer; none may be there twice."""
    with served.client() as client:
        answer = client.get("/metrics", headers={"Accept": accept})
    assert answer.status_code == 200
    assert ("openmetrics" in answer.headers["content-type"]) == bool(accept)
    parse = openmetrics if accept else text_string_to_metric_families
    found = [each for family in parse(answer.text) for each in family.samples]
    taken = {(each.name, frozenset(each.labels.items())): each.value for each in found}
    assert len(taken) == len(found)
    return taken


def of(found: Samples, name: str, **labels: str) -> float:
    return found[f"deskwatch_{name}", frozenset(labels.items())]


def test_the_numbers_are_those_of_the_status(filled: RunningServer) -> None:
    """Orders, window, pending: equal to `/status`; what it does not know is not there at all."""
    with filled.client() as client:
        status = client.get("/status").json()
    found = samples(filled)
    assert of(found, "orders", status="submitted") == status["orders"]["submitted"] == 3
    assert of(found, "window_seconds") == status["window_seconds"]
    assert of(found, "pending_orders") == status["pending"]["pending_orders"]
    assert of(found, "latency_samples", stage="order_ack") == status["latency"]["order_ack_n"]
    assert status["latency"]["order_ack_ms_p99"] is status["circuit_breaker"]["triggered"] is None
    names = {name for name, _ in found}
    assert not {"deskwatch_latency_seconds", "deskwatch_circuit_breaker"} & names
    assert all(math.isfinite(value) for value in found.values())


def test_the_sources_and_deskwatch_itself_are_told(filled: RunningServer) -> None:
    """How each source is, who watches, and that what was built was built without a failure."""
    found = samples(filled)
    (row,) = filled.app.desk.sources()
    assert of(found, "source_ok", source="aurora") == 1
    assert of(found, "source_state", source="aurora", state="ok") == 1
    assert of(found, "source_age_seconds", source="aurora") == row["age_seconds"]
    assert of(found, "ready") == of(found, "checkpoint_ok") == 1
    assert of(found, "viewers") == 0
    assert of(found, "render_seconds_count") > 0
    assert of(found, "render_failures_total") == 0
    assert ("process_start_time_seconds", frozenset()) in found
    filled.app.desk.reasons = ["source aurora is catching up"]
    try:
        assert of(samples(filled), "ready") == 0
    finally:
        filled.app.desk.reasons = []


def test_openmetrics_is_given_to_who_asks_for_it(filled: RunningServer) -> None:
    """The strict parser of that format takes it, with the same orders in it."""
    found = samples(filled, "application/openmetrics-text;version=1.0.0")
    assert of(found, "orders", status="submitted") == 3


def test_an_accept_that_nobody_can_read_gets_plain_text(filled: RunningServer) -> None:
    """Whatever a scraper says it accepts, it is answered."""
    for accept in ("text/plain;version=x", "application/openmetrics-text; version=abc", ";;,q="):
        with filled.client() as client:
            answer = client.get("/metrics", headers={"Accept": accept})
        assert (answer.status_code, "openmetrics" in answer.headers["content-type"]) == (200, False)


def test_a_desk_can_watch_another(filled: RunningServer) -> None:
    """The kind `prometheus` reads it; pictures that were built since are what its counter rose."""
    now = [1_800_000_000.0]
    watch = PrometheusSource(
        f"{filled.url}/metrics", counters=["deskwatch_*", "process_*"], now=lambda: now[0]
    )
    assert (watch.read().state, watch.read().problem) == ("ok", None)
    filled.app.renderer.counts.failures += 2
    now[0] += 60
    rises = watch.read().frame
    filled.app.renderer.counts.failures -= 2
    assert "deskwatch_render_failures_total" in set(rises["code"])


def row_of(**told: Any) -> dict[str, Any]:
    counts = {
        "accepted": 7,
        "duplicates": 2,
        "blank": 1,
        "quarantined": {"malformed": 3, "long": 1},
    }
    return {"name": 'a"\n\\b', "state": "down", "age_seconds": None, **counts, **told}


def test_lines_add_up_and_no_age_is_no_sample() -> None:
    """Each line became one of four; reasons apart; a source that was never heard has no age."""
    found = {family.name: family.samples for family in sources([row_of()])}
    lines = {each.labels["became"]: each.value for each in found["deskwatch_source_lines"]}
    assert lines == {"accepted": 7, "duplicates": 2, "blank": 1, "quarantined": 4}
    reasons = found["deskwatch_source_quarantined_lines"]
    assert {each.labels["reason"]: each.value for each in reasons} == {"malformed": 3, "long": 1}
    assert found["deskwatch_source_age_seconds"] == []
    assert found["deskwatch_source_ok"][0].value == 0
    assert found["deskwatch_source_state"][0].labels == {"source": 'a"\n\\b', "state": "down"}


def test_percentiles_are_seconds(filled: RunningServer) -> None:
    """Milliseconds of `/status` become the base unit; each stage has its own."""
    with filled.client() as client:
        status = client.get("/status").json()
    status["latency"] |= {"order_ack_ms_p50": 12.5, "order_ack_ms_p99": 250.0}
    status["circuit_breaker"]["triggered"] = False
    found = {family.name: family.samples for family in window(status)}
    told = {
        (each.labels["stage"], each.labels["quantile"]): each.value
        for each in found["deskwatch_latency_seconds"]
    }
    assert told == {("order_ack", "0.5"): 0.0125, ("order_ack", "0.99"): 0.25}
    assert found["deskwatch_circuit_breaker"][0].value == 0


def test_the_page_names_every_metric_and_no_other(filled: RunningServer) -> None:
    """docs/how-to-watch-deskwatch.md is the list of what is exposed."""
    with filled.client() as client:
        exposed = set(re.findall(r"# TYPE (deskwatch_\w+)", client.get("/metrics").text))
    named = set(re.findall(r"`(deskwatch_\w+)`", PAGE.read_text()))
    assert named == exposed
