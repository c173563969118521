"""The health source when an origin fails, refuses or grows old, and when it asks again."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

import pandas as pd
import pytest

from data_sources.health import HealthSource
from tests.data_sources import fault_server as faults


@pytest.mark.parametrize(
    "target", ["/loop", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd"]
)
def test_a_redirect_is_a_wrong_configuration(server, target: str) -> None:
    """P07: no redirect is followed, wherever it leads."""
    url = server.on("/loop", faults.answer(b"", "302 Found", headers={"Location": target}))

    reading = HealthSource(url).read()

    assert reading.state == "misconfigured"
    assert len(server.requests) == 1


def test_a_closed_port_is_down_since_a_moment(server) -> None:
    """P01: refused: down, with since, the last good answer's time, and an as_of that stays."""
    clock = [1_800_000_000.0]
    source = HealthSource(server.on("/x", faults.health()), now=lambda: clock[0])
    good = source.read()
    server.close()
    clock[0] += 30

    first = source.read()
    clock[0] += 30
    second = source.read()

    assert (first.state, second.state) == ("down", "down")
    assert "refused" in (first.problem or "")
    assert "last ok 2027-01-15T08:00:00Z" in (first.problem or "")
    assert first.frame["since"][0] == second.frame["since"][0]
    assert second.as_of == good.as_of
    assert pd.isna(second.frame["latency_seconds"][0])


def test_the_server_that_hangs_up_is_down(server) -> None:
    """A connection closed without a word is down, not an exception."""
    assert HealthSource(server.on("/x", server.hang_up)).read().state == "down"


def test_an_unknown_name_is_dns() -> None:
    """P09: a name that cannot be resolved says so and leaves nothing open, poll after poll."""
    source = HealthSource("http://no-such-host.invalid/health")
    reading = source.read()
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        source.read()

    assert reading.state == "down"
    assert "dns" in (reading.problem or "")
    assert len(list(Path("/proc/self/fd").iterdir())) <= open_before


def test_failures_are_asked_again_with_jitter() -> None:
    """P01: the wait after failures is spread out (variation ≥ 0.3) and never above three paces."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    source = HealthSource(f"http://127.0.0.1:{port}/health", every_seconds=2.0)
    waits = []
    for _ in range(200):
        source.read()
        waits.append(source.wait_seconds)

    later = pd.Series(waits[10:])
    assert later.std() / later.mean() >= 0.3
    assert max(waits) <= 6.0


def test_a_rate_limit_is_obeyed(server) -> None:
    """P15: after 429 nothing is asked until Retry-After is over; its problem stays to be seen."""
    clock = [1_800_000_000.0]
    limited = faults.answer(b"{}", "429 Too Many Requests", headers={"Retry-After": "30"})
    source = HealthSource(server.on("/x", limited), now=lambda: clock[0])

    assert source.read().state == "rate_limited"
    assert 30 <= source.wait_seconds <= 33
    clock[0] += 29
    assert source.read().state == "rate_limited"
    assert len(server.requests) == 1
    server.on("/x", faults.health())
    clock[0] += 5
    assert source.read().state == "ok"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("99999", 300.0), ("0", 1.0), ("soon", 30.0), ("Fri, 15 Jan 2027 08:00:20 GMT", 20.0)],
)
def test_retry_after_is_bounded(server, value: str, seconds: float) -> None:
    """P15: nonsense and immoderate demands are bounded; an HTTP date works as well as seconds."""
    limited = faults.answer(b"{}", "429 Too Many Requests", headers={"Retry-After": value})
    source = HealthSource(server.on("/x", limited), now=lambda: 1_800_000_000.0)

    source.read()

    assert seconds <= source.wait_seconds <= seconds + 3


def test_a_refused_token_is_tried_once_a_minute(server) -> None:
    """P15: 401 leads to at most one request in 60 s."""
    clock = [1_800_000_000.0]
    source = HealthSource(
        server.on("/x", faults.answer(b"{}", "401 Unauthorized")), now=lambda: clock[0]
    )
    for _ in range(12):
        source.read()
        clock[0] += 5

    assert len(server.requests) == 1


def test_an_old_answer_is_stale(server) -> None:
    """P20: a body that says ok with a timestamp of ten minutes ago is stale, not ok."""
    old = pd.Timestamp.now("UTC") - pd.Timedelta(minutes=10)
    reading = HealthSource(server.on("/x", faults.health(timestamp=old.isoformat()))).read()

    assert reading.state == "stale"
    assert reading.as_of == old.as_unit("ns")


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
def test_a_fresh_answer_is_ok_in_any_unit_of_time(server, unit: int) -> None:
    """Epoch seconds, milliseconds, microseconds and nanoseconds are told apart by magnitude."""
    url = server.on("/x", faults.health(timestamp=int(time.time() * unit)))

    reading = HealthSource(url).read()

    assert reading.state == "ok"
    assert reading.as_of is not None
    assert abs((reading.as_of - pd.Timestamp.now("UTC")).total_seconds()) < 5


@pytest.mark.parametrize(("age_seconds", "told"), [(1, False), (600, True)])
def test_a_bot_without_events_says_since_when(server, age_seconds: int, told: bool) -> None:
    """An old last_event_ts of /readiness is told in the detail; a fresh one is not."""
    body = {"config_loaded": True, "halt": False, "models_loaded": True}
    body["last_event_ts"] = int((time.time() - age_seconds) * 1e9)
    url = server.on("/readiness", faults.answer(json.dumps(body).encode()))

    reading = HealthSource(url).read()

    assert reading.state == "ok"
    assert ("no event since" in str(reading.frame["detail"][0])) == told


def test_a_clock_ahead_of_ours_is_told(server) -> None:
    """A timestamp in the future is named as skew instead of being taken for fresh in silence."""
    ahead = (pd.Timestamp.now("UTC") + pd.Timedelta(minutes=10)).isoformat()
    reading = HealthSource(server.on("/x", faults.health(timestamp=ahead))).read()

    assert "ahead of ours" in reading.frame["detail"][0]
