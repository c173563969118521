"""Whatever a metrics endpoint answers, it becomes its state, in time, and no invented count."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics

from data_sources.errors import DialectError
from data_sources.exposition.counters import Exposed, read_counters
from data_sources.http import Answer
from data_sources.json_answer import BadPayloadError
from tests.data_sources.fault_server import answer
from tests.data_sources.network.metrics_page import counted
from tests.data_sources.network.services import Clock

TEXT = "text/plain; version=0.0.4; charset=utf-8"
GATE = b'risk_gate_decisions_total{decision="allow"} '


def page(*lines: bytes, **options: Any) -> bytes:
    """An answer of these lines, each whole."""
    return answer(b"".join(line + b"\n" for line in lines), **{"content_type": TEXT, **options})


BODIES: dict[str, tuple[bytes, str, str]] = {
    "a web page": (answer(b"<html>\n", content_type="text/html"), "bad_payload", "text/html"),
    "a web page as text": (page(b"<html>"), "bad_payload", "not in Prometheus"),
    "a page that says it in JSON": (answer(b'"# HELP x"\n'), "bad_payload", "application/json"),
    "empty": (page(), "bad_payload", "empty"),
    "half a line": (answer(GATE + b"1", content_type=TEXT), "bad_payload", "breaks off"),
    "a body that broke off": (page(GATE + b"1", length=500), "bad_payload", "broke off"),
    "bytes beyond the limit": (page(b"# " + b"x" * 300_000), "bad_payload", "larger"),
    "a redirect": (page(status="302 Found"), "misconfigured", "302"),
    "not found": (page(status="404 Not Found"), "misconfigured", "no metrics there"),
    "no token": (page(status="401 X"), "auth", "401"),
    "too often": (page(status="429 X", headers={"Retry-After": "7"}), "rate_limited", "429"),
    "without the client's library": (
        page(b"prometheus_client required but unavailable", status="503 X"),
        "down",
        "required but unavailable",
    ),
    "a bad gateway": (answer(b"<html>", "502 X", content_type="text/html"), "down", "502"),
}


@pytest.mark.parametrize("fault", BODIES)
def test_a_bad_answer_is_a_state_and_no_event(server: Any, fault: str) -> None:
    """P06, P07, P08: the state and the reason of each; what was known before is not forgotten."""
    body, state, reason = BODIES[fault]
    clock = Clock()
    source = counted(server.on("/metrics", page(GATE + b"4")), clock, max_bytes=200_000)
    source.read()
    server.on("/metrics", body)
    clock.now += 6
    reading = source.read()
    assert (reading.state, len(reading.frame)) == (state, 0)
    assert reading.problem is not None and reason in reading.problem
    server.on("/metrics", page(GATE + b"6"))
    clock.now += 400
    after = source.read()
    assert (after.state, after.frame["value"].tolist()) == ("ok", [2.0])


@pytest.mark.parametrize("fault", ["silent", "body_drip", "endless_body", "gzip_bomb", "hang_up"])
def test_an_answer_that_does_not_end_costs_the_time_limit(server: Any, fault: str) -> None:
    """P02–P05: silence, drips, floods and bombs end by the deadline and below the byte cap."""
    server.on("/metrics", getattr(server, fault))
    source = counted(server.url("/metrics"), Clock(), timeout_seconds=0.3)
    begun = time.monotonic()
    reading = source.read()
    assert reading.state in ("down", "bad_payload")
    assert time.monotonic() - begun < 5


def test_nobody_listens() -> None:
    """P01: a closed port is `down`, with its reason and without the URL's secrets."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    reading = counted(f"http://me:hidden@127.0.0.1:{port}/metrics?key=secret", Clock()).read()
    assert reading.state == "down"
    assert reading.problem is not None and "refused" in reading.problem
    assert not {"hidden", "secret"} & set(reading.problem.replace("?", " ").split())


def read(body: bytes, *followed: str, content_type: str = TEXT) -> Exposed:
    """What stands in a body."""
    headers = httpx.Headers({"content-type": content_type})
    return read_counters(Answer(200, headers, body, 0.0), followed or ("*",))


@pytest.mark.parametrize("way", [generate_latest, openmetrics])
def test_both_formats_of_the_real_client_say_the_same(way: Any) -> None:
    """Text and OpenMetrics: counters alone, whole, whatever stands in their labels."""
    registry = CollectorRegistry()
    strange = 'a "quoted" {x="1"} \\ back\nslash, € # 5'
    Counter("gate_total", "Of\nlines", ["reason"], registry=registry).labels(strange).inc(3)
    Counter("seconds", "Without _total", registry=registry).inc(0.25)
    Gauge("open_orders", "No counter", registry=registry).set(7)
    Histogram("latency", "No counter either", registry=registry).observe(1)
    kind = "application/openmetrics-text; version=1.0.0" if way is openmetrics else TEXT
    found = read(way(registry), content_type=kind)
    assert sorted(found.values.values()) == [0.25, 3.0]
    assert any("quoted" in series and "€ # 5" in series for series in found.values)
    assert found.refused == {}


def test_what_tells_no_count_is_set_aside_alone() -> None:
    """Not a number, below zero, half a line, twice, a gauge: each with its reason."""
    found = read(
        b"# TYPE wrong_total gauge\nwrong_total 3\n"
        b'nan_total NaN\nless_total -1\nhalf_total{a=\nhalf_total{a="1"\n'
        b'good_total 2\ngood_total 5\nlong_total{a="' + b"x" * 9_000 + b'"} 1\n'
        b"process_start_time_seconds 1.7e9\n"
    )
    assert found.values == {'["good_total",[]]': 2}
    assert found.started == 1.7e9
    assert sorted(found.refused.values()) == sorted(
        ["no_counter", "no_count", "no_count", "malformed", "malformed", "told_twice", "oversize"]
    )


@pytest.mark.parametrize("value", ["9007199254740992", "1e19", "1.7e308", "+Inf"])
def test_a_number_that_no_process_counted_to_is_no_count(server: Any, value: str) -> None:
    """From 2^53 on one more is no other number; afterwards counting goes on from before."""
    clock = Clock()
    source = counted(server.on("/metrics", page(GATE + b"4")), clock)
    told = []
    for each in ("4", value, "6", "9007199254740991"):
        server.on("/metrics", page(GATE + each.encode()))
        told.append(source.read())
        clock.now += 6
    rises = [n for reading in told for n in reading.frame["value"]]
    assert rises == [2.0, 2.0**53 - 7]
    assert told[-1].counts.quarantined == {"no_count": 1}


def test_a_line_that_stays_bad_is_set_aside_once(server: Any) -> None:
    """It stands there at each look; the counts say one line, and add up."""
    clock = Clock()
    source = counted(server.on("/metrics", page(GATE + b"NaN")), clock)
    for _ in range(3):
        reading = source.read()
        clock.now += 6
    assert reading.counts.quarantined == {"no_count": 1}
    assert reading.counts.balanced


@pytest.mark.parametrize("body", [b"hello\n  world", b"\xff\xfe\n", b"\n\n", b"[1]\n"])
def test_text_of_another_kind_is_no_page_of_metrics(body: bytes) -> None:
    """It is refused whole: nothing is searched for in it."""
    with pytest.raises(BadPayloadError):
        read(body)


def test_a_table_that_cannot_be_used_is_refused_by_its_line(tmp_path: Path) -> None:
    """A dialect of one's own names its counters in `[prometheus]`, and nothing else."""
    file = tmp_path / "mine.toml"
    record = 'name = "mine"\n[record]\ntime = ["ts_ms"]\ncode = ["event"]\n[prometheus]\n'
    file.write_text(record + 'counters = ["orders_total"]\n')
    assert counted("http://127.0.0.1:9/metrics", Clock(), dialect=str(file)).dialect == str(file)
    for wrong, told in ((b"gauges = []", "unknown key"), (b"counters = [1]", "must be a text")):
        file.write_text(record + wrong.decode() + "\n")
        with pytest.raises(DialectError, match=rf"mine.toml:6: .*{told}"):
            counted("http://127.0.0.1:9/metrics", Clock(), dialect=str(file))
