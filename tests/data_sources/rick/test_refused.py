"""Answers that are no event stream, and bodies that would break a simpler client."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Callable

import pytest

from data_sources.errors import ConfigError
from data_sources.sse import SseSource
from tests.data_sources.fault_server import FaultServer, answer
from tests.data_sources.rick.reading_on import Heard

Listen = Callable[..., SseSource]
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
OFF = {"health_url": "none", "dialect": "generic"}
REFUSALS = {
    "204 No Content": ("misconfigured", "no more connections"),
    "301 Moved Permanently": ("misconfigured", "redirects are not followed"),
    "401 Unauthorized": ("auth", "HTTP 401"),
    "403 Forbidden": ("auth", "HTTP 403"),
    "404 Not Found": ("misconfigured", "no event stream there"),
    "429 Too Many Requests": ("rate_limited", "HTTP 429"),
    "500 Internal Server Error": ("down", "HTTP 500"),
}


@pytest.mark.parametrize("status", REFUSALS)
def test_a_refusal_is_a_state(server: FaultServer, listen: Listen, status: str) -> None:
    """P07, P15: each refusal has its state and says what it was; no exception leaves `read()`."""
    url = server.on("/events", answer(b"", status, headers={"Location": server.url("/other")}))
    state, words = REFUSALS[status]
    heard = Heard(listen(url, **OFF)).state(state)
    assert words in str(heard.reading.problem)
    assert url in str(heard.reading.problem)
    assert len(heard.reading.frame) == 0
    assert not any(b"/other" in request for request in server.requests)


@pytest.mark.parametrize("status", [*REFUSALS][:6])
def test_no_hot_retry(server: FaultServer, listen: Listen, status: str) -> None:
    """P07, P15: what only a person can mend is not asked again soon: 204 never, others later."""
    source = listen(server.on("/events", answer(b"", status)), **OFF)
    Heard(source).state(REFUSALS[status][0])
    listener = source._listener
    assert listener is not None
    if status.startswith("204"):
        listener._thread.join(timeout=5)
        assert not listener._thread.is_alive()
    listener._thread.join(timeout=0.7)
    assert len(server.requests) == 1


def test_retry_after_is_honored() -> None:
    """P15: 429 with `Retry-After: 30` is tried again after 30 to 33 s."""
    import httpx

    from data_sources.event_stream.connection import Opened
    from data_sources.event_stream.pace import Pace
    from data_sources.event_stream.refusal import refusal_of

    refusal = refusal_of(Opened(429, httpx.Headers({"Retry-After": "30"}), iter(())))
    assert refusal is not None
    assert 30 <= Pace().seconds(refusal.wait_seconds) <= 33


def test_a_page_is_no_stream(server: FaultServer, listen: Listen) -> None:
    """200 with HTML is a bad payload, never green."""
    url = server.on("/events", answer(b"<html>", content_type="text/html"))
    heard = Heard(listen(url, **OFF)).state("bad_payload")
    assert "not text/event-stream" in str(heard.reading.problem)


def test_nobody_there(listen: Listen) -> None:
    """P01, P09: a closed port is down, a name that does not resolve too; each says which it was."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    heard = Heard(listen(f"http://127.0.0.1:{port}/events", **OFF)).state("down")
    assert "refused" in str(heard.reading.problem)
    heard = Heard(listen("http://nowhere.invalid/events", **OFF)).state("down")
    assert "dns" in str(heard.reading.problem)


def test_silent_and_dripping_heads(server: FaultServer, listen: Listen) -> None:
    """P02, P03: a server that says nothing, or drips its head, is down by the head's deadline."""
    silent = Heard(listen(server.on("/silent", server.silent), **OFF))
    drip = Heard(listen(server.on("/drip", server.header_drip), **OFF))
    silent.until(lambda h: h.reading.state == "down", seconds=8)
    drip.until(lambda h: h.reading.state == "down", seconds=8)
    assert "timeout" in str(silent.reading.problem)
    assert "timeout" in str(drip.reading.problem)


def body(*parts: bytes, headers: bytes = b"") -> Callable[[socket.socket], None]:
    """Send a stream's head and these bytes, then keep the connection open."""

    def send(connection: socket.socket) -> None:
        connection.sendall(STREAM + headers + b"\r\n")
        for part in parts:
            connection.sendall(part)
        connection.recv(1)

    return send


def test_a_compressed_body(server: FaultServer, listen: Listen) -> None:
    """A body that comes gzipped although that was not asked for is read as it comes."""
    packed = gzip.compress(b'data: {"ts": 1760000000, "message": "hi"}\n\n' * 3)
    url = server.on(
        "/events", body(packed[:20], packed[20:], headers=b"Content-Encoding: gzip\r\n")
    )
    heard = Heard(listen(url, **OFF)).events(3)
    assert heard.column("text") == ["hi"] * 3
    assert b"accept-encoding: identity" in server.requests[0].lower()


def test_a_body_that_unfolds_for_ever(server: FaultServer, listen: Listen) -> None:
    """P05: a bomb in one event is a giant: 50 MB unfold piece by piece, and nothing is kept."""
    packed = gzip.compress(b"data: " + b"x" * 50_000_000 + b"\n\ndata: {}\n\n", compresslevel=1)
    url = server.on("/events", body(packed, headers=b"Content-Encoding: gzip\r\n"))
    heard = Heard(listen(url, **OFF)).events(1)
    assert heard.reading.counts.quarantined == {"oversize": 1}
    assert heard.reading.counts.balanced


def test_an_endless_line(server: FaultServer, listen: Listen) -> None:
    """P13: a line without an end is told once, while it still runs, with its first bytes."""

    def endless(connection: socket.socket) -> None:
        connection.sendall(STREAM + b"\r\ndata: ")
        for _ in range(64):
            connection.sendall(b"z" * 65_536)
        connection.recv(1)

    source = listen(server.on("/events", endless), **OFF)
    reading = Heard(source).until(lambda h: h.reading.counts.quarantined != {}).reading
    assert reading.counts.quarantined == {"oversize": 1}
    assert reading.quarantined[0].head.startswith("data: zzz")


def test_events_that_cannot_be_used(server: FaultServer, listen: Listen) -> None:
    """A proxy's error that is no JSON costs one quarantine count, and never its neighbors."""
    proxy = b"data: {'error': 'refused', 'source': 'arena_proxy'}\n\n"
    good = b'data: {"ts": 1760000000}\n\n'
    url = server.on(
        "/events", body(good, proxy, b"data: \xff\n\n", b"data: [1]\n\ndata:\n\n", good)
    )
    heard = Heard(listen(url, **OFF)).events(2)
    counts = heard.reading.counts
    assert counts.quarantined == {"malformed": 1, "utf8": 1, "not_object": 1}
    assert (counts.blank, counts.lines_in, counts.balanced) == (1, 6, True)


def test_only_useless_events_are_a_bad_payload(server: FaultServer, listen: Listen) -> None:
    """A stream of which nothing can be used says so."""
    url = server.on("/events", body(b"data: nothing\n\n" * 150))
    heard = Heard(listen(url, **OFF)).state("bad_payload")
    assert "none of 150 events" in str(heard.reading.problem)


def test_names_and_ids_reach_the_event(server: FaultServer, listen: Listen) -> None:
    """An event's own name and id stand in its line; data over several lines is one object."""
    url = server.on("/events", body(b'event: tick\nid: 7\ndata: {"ts":\ndata: 1760000000}\n\n'))
    heard = Heard(listen(url, **OFF)).events(1)
    row = heard.rows.iloc[0]
    raw = heard.source.raw_line(row["raw_generation"], row["raw_offset"])
    assert raw == '{"ts":\n1760000000}'
    assert heard.reading.cursor["last_id"] == "7"


def test_last_event_id(server: FaultServer, listen: Listen) -> None:
    """P12: after a break the server is asked to go on; a number left out is a gap, counted."""
    event = b'id: %d\ndata: {"ts": 1760000000, "n": %d}\n\n'
    parts = iter([event % (1, 1) + event % (2, 2), event % (3, 3), event % (7, 7), event % (7, 7)])

    def one_part(connection: socket.socket) -> None:
        connection.sendall(STREAM + b"Connection: close\r\n\r\n" + next(parts))

    heard = Heard(listen(server.on("/events", one_part), **OFF)).events(4)
    asked = [
        line.split(b": ")[1]
        for head in server.requests
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"last-event-id")
    ]
    assert asked[:2] == [b"2", b"3"]
    heard.until(lambda h: h.reading.counts.duplicates == 1)
    assert heard.reading.counts.accepted == 4
    assert heard.reading.counts.generations["gaps"] == 1


def test_secrets_stay_secret(server: FaultServer, listen: Listen) -> None:
    """P18: the token travels in a header, to the stream's host alone, and is shown nowhere."""
    url = server.on("/events", answer(b"", "401 Unauthorized"))
    source = listen(f"{url}?key=s3cr3t-key", token="t0ken-value", **OFF)
    heard = Heard(source).state("auth")
    assert b"authorization: bearer t0ken-value" in server.requests[0].lower()
    shown = f"{source!r} {source.url} {heard.reading.problem} {json.dumps(heard.reading.cursor)}"
    assert "s3cr3t" not in shown
    assert "t0ken" not in shown


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": "ftp://x/events"}, "url"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"max_event_bytes": 10}, "max_event_bytes"),
        ({"buffer_bytes": 0}, "buffer_bytes"),
        ({"heartbeat_seconds": -1.0}, "heartbeat_seconds"),
        ({"token": "a\nb"}, "token"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, object], words: str) -> None:
    """A wrong option is refused by its name, before anything is opened."""
    with pytest.raises(ConfigError, match=words):
        SseSource(**{"url": "http://127.0.0.1:1/events", **options})  # type: ignore[arg-type]


def test_useless_events_are_told_again_once(server: FaultServer, listen: Listen) -> None:
    """Equal useless events are several; a new connection that tells them again adds none."""

    def twice(connection: socket.socket) -> None:
        useless = b"data: no\n\ndata: no\n\n" if len(server.requests) == 1 else b"data: no\n\n"
        connection.sendall(STREAM + b"Connection: close\r\n\r\n" + useless)

    heard = Heard(listen(server.on("/events", twice), **OFF))
    heard.until(lambda h: h.reading.counts.duplicates == 2)
    assert heard.reading.counts.quarantined == {"malformed": 2}
