"""The health source against a server that misbehaves in every way that is known: its bodies."""

from __future__ import annotations

import json
import resource
import time
from pathlib import Path

import pytest

from data_sources.health import SERVICE_COLUMNS, HealthSource
from tests.data_sources import fault_server as faults
from tests.data_sources.tls_authority import Authority


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
    """P06: a page, a list, half a document or a foreign charset with status 200 is bad_payload."""
    reading = HealthSource(server.on("/x", reply)).read()

    assert reading.state == "bad_payload"
    assert words in (reading.problem or "")


@pytest.mark.parametrize("fault", ["silent", "header_drip", "body_drip"])
def test_the_deadline_holds_however_little_arrives(server, fault: str) -> None:
    """P02, P03: a silent or dripping server is cut off at the deadline and called down: timeout."""
    source = HealthSource(server.on("/x", getattr(server, fault)), timeout_seconds=1.0)
    started = time.monotonic()

    reading = source.read()

    # The promise is the deadline itself: without it each of these faults lasts 20 s or for ever.
    assert time.monotonic() - started < 5
    assert reading.state == "down"
    assert "timeout" in (reading.problem or "")


def test_a_drip_under_tls_is_cut_off_too(tmp_path: Path) -> None:
    """P03: the deadline is armed below the TLS layer as well."""
    authority = Authority(tmp_path)
    with faults.fault_server(authority.server()) as server:
        url = server.on("/x", server.header_drip)
        started = time.monotonic()

        reading = HealthSource(url, timeout_seconds=1.0, ca_file=str(authority.file)).read()

        assert time.monotonic() - started < 5
        assert reading.state == "down"
        assert "timeout" in (reading.problem or "")


def test_an_endless_body_costs_one_mebibyte(server) -> None:
    """P04: reading stops at the cap, and memory stays where it was."""
    source = HealthSource(server.on("/x", server.endless_body))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    reading = source.read()

    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert reading.state == "bad_payload"
    assert "too_large" in (reading.problem or "")
    assert grown_kib < 16 * 1024


def test_a_gzip_bomb_is_not_unfolded(server) -> None:
    """P05: a body that came compressed though identity was asked for is unfolded up to the cap."""
    url = server.on("/x", server.gzip_bomb)
    reading = HealthSource(url, max_bytes=300_000, timeout_seconds=60).read()

    assert reading.state == "bad_payload"
    assert "too_large" in (reading.problem or "")
    assert b"accept-encoding: identity" in server.requests[0].lower()


def test_an_honest_gzip_body_is_read(server) -> None:
    """A server that compresses all the same is understood below the cap."""
    import gzip

    body = gzip.compress(b'{"status": "ok"}')
    url = server.on("/x", faults.answer(body, headers={"Content-Encoding": "gzip"}))

    assert HealthSource(url).read().state == "ok"
