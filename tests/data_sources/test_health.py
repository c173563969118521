"""The health source against a server that misbehaves in every way that is known."""

from __future__ import annotations

import importlib.util
import json
import logging
import resource
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import httpx
import pandas as pd
import pytest

from data_sources.errors import ConfigError
from data_sources.health import SERVICE_COLUMNS, HealthSource
from data_sources.reading import STATES


def _load(name: str) -> ModuleType:
    """A file beside this one: the tests are no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


faults = _load("fault_server")


@pytest.fixture
def server() -> Iterator[object]:
    with faults.fault_server() as running:
        yield running


def test_a_healthy_bot_is_one_ok_row_of_services(server) -> None:
    """Aurora's /health becomes the agreed services frame with its latency and no problem."""
    url = server.on("/health", faults.health(models_loaded=True, version={"api": "1.4.2"}))

    reading = HealthSource(url, name="aurora_api", account_id="A1").read()

    assert (reading.state, reading.problem) == ("ok", None)
    assert tuple(reading.frame.columns) == SERVICE_COLUMNS
    row = reading.frame.iloc[0]
    assert (row["source"], row["name"], row["account_id"]) == ("aurora_api", "aurora_api", "A1")
    assert (row["kind"], row["state"]) == ("bot", "ok")
    assert 0 < row["latency_seconds"] < 5
    assert row["as_of"] == reading.as_of
    assert str(reading.frame["since"].dtype) == "datetime64[ns, UTC]"


@pytest.mark.parametrize(
    ("status", "body", "state", "words"),
    [
        ("200 OK", {"status": "starting", "models_loaded": False}, "degraded", "models not loaded"),
        ("200 OK", {"ok": True}, "ok", ""),
        (
            "200 OK",
            {"config_loaded": True, "last_event_ts": 0, "halt": False, "models_loaded": True},
            "ok",
            "",
        ),
        (
            "200 OK",
            {"config_loaded": True, "last_event_ts": None, "halt": True, "models_loaded": True},
            "degraded",
            "halted",
        ),
        ("503 Service Unavailable", {"detail": {"halt": True}}, "degraded", "HTTP 503: halted"),
        (
            "503 Service Unavailable",
            {"detail": {"config_loaded": False, "halt": False, "models_loaded": False}},
            "degraded",
            "configuration not loaded; models not loaded",
        ),
        ("200 OK", {"status": "unhealthy", "reason": "feed lost"}, "degraded", "feed lost"),
        ("200 OK", {"status": "purple"}, "unknown", "unknown status 'purple'"),
        ("200 OK", {"uptime": 3}, "unknown", "no status"),
        ("500 Internal Server Error", {"detail": "boom"}, "down", "HTTP 500"),
        ("401 Unauthorized", {"detail": "bad token"}, "auth", "HTTP 401"),
        ("403 Forbidden", {"detail": {"halt": False}}, "auth", "HTTP 403"),
        ("404 Not Found", {"detail": "Not Found"}, "misconfigured", "HTTP 404"),
    ],
)
def test_what_a_body_says_becomes_its_state(
    server, status: str, body: dict[str, object], state: str, words: str
) -> None:
    """Each of Aurora's bodies, and a word nobody knows, is told apart; unknown is never ok."""
    url = server.on("/x", faults.answer(json.dumps(body).encode(), status))

    reading = HealthSource(url).read()

    assert reading.state == state
    assert words in (reading.problem or "")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (faults.answer(b"<html>ok</html>", content_type="text/html"), "text/html"),
        (faults.answer(b"[]"), "list"),
        (faults.answer(b'"healthy"'), "str"),
        (faults.answer(b'{"status": "heal'), "not JSON"),
        (faults.answer(b'{"status": NaN}'), "not JSON"),
        (faults.answer(b'{"status": "healthy\xff"}'), "not JSON"),
        (faults.answer('{"status": "ok"}'.encode("utf-16")), "not JSON"),
        (faults.answer(b"{}", content_type="application/json; charset=latin-1"), "charset"),
        (faults.answer(b"[" * 100_000), "not JSON"),
        (faults.answer(b'{"status": "ok"}', length=4000), "broke off"),
        (faults.answer(b""), "not JSON"),
        (faults.answer(b"x", headers={"Content-Encoding": "gzip"}), "encoding"),
        (faults.answer(b"x", headers={"Content-Encoding": "br"}), "br"),
    ],
)
def test_a_wrong_payload_is_never_green(server, reply: bytes, words: str) -> None:
    """A page, a list, half a document or a foreign charset with status 200 is bad_payload."""
    reading = HealthSource(server.on("/x", reply)).read()

    assert reading.state == "bad_payload"
    assert words in (reading.problem or "")


@pytest.mark.parametrize("fault", ["silent", "header_drip", "body_drip"])
def test_the_deadline_holds_however_little_arrives(server, fault: str) -> None:
    """A silent or dripping server is cut off at the wall deadline and called down: timeout."""
    source = HealthSource(server.on("/x", getattr(server, fault)), timeout_seconds=1.0)
    started = time.monotonic()

    reading = source.read()

    # The promise is the deadline itself: without it each of these faults lasts 20 s or for ever.
    assert time.monotonic() - started < 5
    assert reading.state == "down"
    assert "timeout" in (reading.problem or "")


def test_a_drip_under_tls_is_cut_off_too(tmp_path: Path) -> None:
    """The deadline is armed below the TLS layer as well."""
    authority = faults_tls(tmp_path)
    with faults.fault_server(authority.server()) as server:
        url = server.on("/x", server.header_drip)
        started = time.monotonic()

        reading = HealthSource(url, timeout_seconds=1.0, ca_file=str(authority.file)).read()

        assert time.monotonic() - started < 5
        assert reading.state == "down"
        assert "timeout" in (reading.problem or "")


def test_an_endless_body_costs_one_mebibyte(server) -> None:
    """Reading stops at the cap, and memory stays where it was."""
    source = HealthSource(server.on("/x", server.endless_body))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    reading = source.read()

    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert reading.state == "bad_payload"
    assert "too_large" in (reading.problem or "")
    assert grown_kib < 16 * 1024


def test_a_gzip_bomb_is_not_unfolded(server) -> None:
    """A body that came compressed although identity was asked for is unfolded up to the cap."""
    reading = HealthSource(server.on("/x", server.gzip_bomb), max_bytes=300_000).read()

    assert reading.state == "bad_payload"
    assert "too_large" in (reading.problem or "")
    assert b"accept-encoding: identity" in server.requests[0].lower()


def test_an_honest_gzip_body_is_read(server) -> None:
    """A server that compresses all the same is understood below the cap."""
    import gzip

    body = gzip.compress(b'{"status": "ok"}')
    url = server.on("/x", faults.answer(body, headers={"Content-Encoding": "gzip"}))

    assert HealthSource(url).read().state == "ok"


@pytest.mark.parametrize(
    "target", ["/loop", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd"]
)
def test_a_redirect_is_a_wrong_configuration(server, target: str) -> None:
    """No redirect is followed, wherever it leads."""
    url = server.on("/loop", faults.answer(b"", "302 Found", headers={"Location": target}))

    reading = HealthSource(url).read()

    assert reading.state == "misconfigured"
    assert len(server.requests) == 1


def test_a_closed_port_is_down_since_a_moment(server) -> None:
    """Refused: down, with since, the last good answer's time, and an as_of that stays behind."""
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
    """A name that cannot be resolved says so and leaves nothing open, poll after poll."""
    source = HealthSource("http://no-such-host.invalid/health")
    reading = source.read()
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        source.read()

    assert reading.state == "down"
    assert "dns" in (reading.problem or "")
    assert len(list(Path("/proc/self/fd").iterdir())) <= open_before


def test_failures_are_asked_again_with_jitter() -> None:
    """The wait after failures is spread out (variation ≥ 0.3) and never above three paces."""
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
    """After 429 nothing is asked until Retry-After is over; its problem stays to be seen."""
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
    """Nonsense and immoderate demands are bounded; an HTTP date works as well as seconds."""
    limited = faults.answer(b"{}", "429 Too Many Requests", headers={"Retry-After": value})
    source = HealthSource(server.on("/x", limited), now=lambda: 1_800_000_000.0)

    source.read()

    assert seconds <= source.wait_seconds <= seconds + 3


def test_a_refused_token_is_tried_once_a_minute(server) -> None:
    """401 leads to at most one request in 60 s."""
    clock = [1_800_000_000.0]
    source = HealthSource(
        server.on("/x", faults.answer(b"{}", "401 Unauthorized")), now=lambda: clock[0]
    )
    for _ in range(12):
        source.read()
        clock[0] += 5

    assert len(server.requests) == 1


def test_an_old_answer_is_stale(server) -> None:
    """A body that says ok with a timestamp of ten minutes ago is stale, not ok."""
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


def test_no_secret_is_ever_shown(server, caplog: pytest.LogCaptureFixture) -> None:
    """Token, password and query stay out of frames, problems, repr and logs, even when echoed."""
    secrets = ("tok-5f3a", "pa55word", "query-9d1c")
    echo = json.dumps({"status": "unhealthy", "reason": f"bad {' '.join(secrets)}"}).encode()
    server.on("/x", faults.answer(echo))
    url = f"http://ops:pa55word@127.0.0.1:{server.port}/x?key=query-9d1c"
    source = HealthSource(url, token="tok-5f3a", auth_header="X-OPS-TOKEN")
    with caplog.at_level(logging.DEBUG):
        readings = [source.read()]
        server.close()
        readings.append(source.read())

    shown = [repr(source), source.url, source.name, caplog.text]
    shown += [f"{r} {r.problem} {r.cursor} {r.frame.to_dict()}" for r in readings]
    for secret in secrets:
        assert not [text for text in shown if secret in text]
    head = server.requests[0].lower()
    assert b"x-ops-token: tok-5f3a" in head
    assert b"authorization: basic " in head
    assert b"get /x?key=query-9d1c " in head


def test_since_survives_a_restart(server) -> None:
    """With the cursor of an earlier process, `since` goes on instead of beginning anew."""
    clock = [1_800_000_000.0]
    url = server.on("/x", faults.health())
    first = HealthSource(url, now=lambda: clock[0]).read()
    cursor = json.loads(json.dumps(first.cursor))
    clock[0] += 3600

    again = HealthSource(url, now=lambda: clock[0]).read(cursor)

    assert again.frame["since"][0] == first.frame["since"][0]


def test_it_recovers_by_itself(server) -> None:
    """Down, degraded, ok: each read tells the present."""
    states = []
    source = HealthSource(server.on("/x", server.hang_up))
    for reply in (server.hang_up, faults.answer(b'{"status":"warn"}'), faults.health()):
        server.on("/x", reply)
        states.append(source.read().state)

    assert states == ["down", "degraded", "ok"]


def test_a_transport_can_stand_in_for_the_network() -> None:
    """A notebook or a test can give its own transport."""
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"status": "pass"}))

    assert HealthSource("http://bot/health", transport=transport).read().state == "ok"


@pytest.mark.parametrize(
    "url", ["ftp://x/health", "127.0.0.1:80/health", "http://", "http://h:99999/x", "file:///etc"]
)
def test_an_impossible_url_is_refused_at_once(url: str) -> None:
    """What can never be asked is an error of the configuration, before the first read."""
    with pytest.raises(ConfigError, match="url"):
        HealthSource(url)


@pytest.mark.parametrize(
    ("url", "shown", "name"),
    [
        ("http://u:p@h:8080/health?key=s3cret#x", "http://h:8080/health", "h:8080"),
        ("https://[::1]:8443/h", "https://[::1]:8443/h", "[::1]:8443"),
        ("http://bot", "http://bot", "bot"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str, name: str) -> None:
    """User, password, query and fragment are left out; the rest stands as it was written."""
    source = HealthSource(url)

    assert (source.url, source.name) == (shown, name)


@pytest.mark.parametrize("key", ["every_seconds", "timeout_seconds", "max_bytes"])
@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_an_impossible_limit_is_refused_by_its_name(key: str, value: float) -> None:
    """A pace or a limit that is not a number above zero names its key."""
    with pytest.raises(ConfigError, match=f"^{key}: was"):
        HealthSource("http://127.0.0.1:1/", **{key: value})


def test_every_state_is_an_agreed_one(server) -> None:
    """The states of the whole fault server are those of /api/sources."""
    replies: list[bytes | Callable[..., None]] = [
        faults.answer(b"{}", f"{code} X") for code in (200, 204, 301, 400, 401, 418, 429, 500, 503)
    ]
    for reply in replies:
        assert HealthSource(server.on("/x", reply)).read().state in STATES


def faults_tls(folder: Path):
    """An authority and its certificates, made on the spot."""
    return _load("tls_authority").Authority(folder)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("good", ""),
        ("expired", "expired"),
        ("wrong_host", "mismatch"),
        ("self_signed", "self-signed"),
        ("tls10", "tls"),
    ],
)
def test_tls_is_verified(tmp_path: Path, case: str, words: str) -> None:
    """An expired, foreign or self-signed certificate and old TLS are refused, each by its name."""
    authority = faults_tls(tmp_path)
    with faults.fault_server(authority.server(case)) as server:
        url = server.on("/x", faults.health())

        reading = HealthSource(url, ca_file=str(authority.file)).read()

        assert reading.state == ("ok" if case == "good" else "down")
        if words:
            assert "tls" in (reading.problem or "")
            assert words in (reading.problem or "").lower()
