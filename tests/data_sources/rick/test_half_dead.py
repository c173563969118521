"""Streams that are open and will never speak again: noticed within the time that is promised."""

from __future__ import annotations

import time
from collections.abc import Callable

from data_sources.event_stream.pace import ATTEMPTS_A_MINUTE, Pace
from data_sources.sse import SseSource
from tests.data_sources.rick.arena_server import Arena, chunked, framed
from tests.data_sources.rick.reading_on import Heard

Listen = Callable[..., SseSource]


def test_a_server_that_shuts_down(street: Arena, listen: Listen) -> None:
    """Its streams stay open and silent, its health is refused: down within seconds."""
    heard = Heard(listen(street.url)).events(1)
    street.refuse()
    heard.until(lambda h: h.reading.state == "down", seconds=10)
    assert "refused" in str(heard.reading.problem) or "health" in str(heard.reading.problem)
    street.stop()
    street.start()
    street.place(1)
    heard.events(3)
    heard.state("ok", "degraded")


def test_a_subscriber_that_was_forgotten(street: Arena, listen: Listen) -> None:
    """Health is fine, the connection stands, nothing comes: opening it anew brings all back."""
    heard = Heard(listen(street.url, renew_after_seconds=1.0)).events(1)
    street.forget()
    for number in range(10):
        street.place(number)
    begun = time.monotonic()
    heard.events(11)
    assert time.monotonic() - begun < 5
    assert heard.reading.state == "ok"
    assert heard.reading.counts.generations["renewals"] >= 1
    assert heard.reading.counts.generations["gaps"] == 0


def test_silence_alone_is_no_trouble(street: Arena, listen: Listen) -> None:
    """A healthy Arena may be silent: the state stays ok, and no heartbeat is waited for."""
    heard = Heard(listen(street.url)).events(1)
    asked = street.health_requests
    heard.until(lambda h: street.health_requests > asked + 3)
    assert heard.reading.state == "ok"
    assert len(street.requests) == 1


def test_promised_heartbeats_that_stop(street: Arena, listen: Listen) -> None:
    """Where heartbeats are promised, three missed ones end the connection."""
    source = listen(street.url, heartbeat_seconds=5.0)
    source._silence_seconds = 0.5  # 45 s at least, in earnest
    heard = Heard(source).events(1)
    street.forget()
    heard.until(lambda h: len(street.requests) >= 2)
    assert heard.state("ok").reading.counts.accepted == 1


def test_a_cut_in_the_middle_of_an_event(street: Arena, listen: Listen) -> None:
    """Half an event is none: the next connection tells it whole, once."""
    line = street.place(1)
    street.after_head = lambda connection: connection.sendall(b"40\r\n" + framed(line)[:30])
    heard = Heard(listen(street.url))
    heard.until(lambda h: len(street.requests) == 1)
    street.stop()
    street.after_head = None
    street.start()
    street.publish(line)
    heard.until(lambda h: "paper-oanda-1" in h.column("client_order_id") if len(h.rows) else False)
    assert heard.column("client_order_id").count("paper-oanda-1") == 1
    assert heard.reading.counts.quarantined == {}


def test_a_flood_is_counted_to_the_last(street: Arena, listen: Listen) -> None:
    """P17: what comes faster than it is taken is dropped beyond the buffer, each one counted."""
    number = 5_000
    event = b'{"source":"oanda","type":"order_cancelled","payload":{"order_id":"%d"},"ts":%d}'
    lines = [framed(event % (n, 1_760_000_000_000_000_000 + n)) for n in range(number)]

    def flood(connection) -> None:  # type: ignore[no-untyped-def]
        connection.sendall(b"".join(chunked(line) for line in lines))

    street.after_head = flood
    source = listen(street.url, buffer_bytes=100_000)
    assert source.wait(10)
    source._listener._thread.join(timeout=1)  # type: ignore[union-attr]
    heard = Heard(source)
    heard.until(lambda h: h.reading.counts.lines_in >= number + 1)
    counts = heard.reading.counts
    assert counts.quarantined["overflow"] > 0
    assert counts.accepted + counts.quarantined["overflow"] == number + 1
    assert counts.balanced
    assert heard.reading.state == "degraded"
    assert "buffer_bytes" in str(heard.reading.problem)


def test_the_pace_grows_and_starts_over() -> None:
    """P11: waits double with failures, stay within 0.5 and 60 s, differ, and start over."""
    pace = Pace(1.0, clock=lambda: 0.0)
    longest = []
    for _ in range(10):
        waits = [pace.seconds() for _ in range(200)]
        assert all(0.5 <= wait <= 60 for wait in waits)
        assert max(waits) > min(waits)
        longest.append(max(waits))
        pace.failed()
    assert longest[0] <= 1.0
    assert longest[5] > 20
    assert longest[-1] > 50
    pace.succeeded()
    assert max(pace.seconds() for _ in range(200)) <= 1.0


def test_what_the_server_says_is_clamped() -> None:
    """P13: `retry: 0` and `retry: 99999999` stay within 0.5 and 60 s; a demand is kept."""
    pace = Pace(clock=lambda: 0.0)
    pace.server_says(0)
    assert pace.seconds() == 0.5
    pace.server_says(99_999_999)
    assert 0.5 <= pace.seconds() <= 60
    assert 30 <= pace.seconds(30.0) <= 33


def test_at_most_twenty_attempts_a_minute() -> None:
    """P11: however soon a stream ends again, the attempts of one minute are counted."""
    now = [0.0]
    pace = Pace(0.5, clock=lambda: now[0])
    attempts = []
    while now[0] < 300:
        pace.attempt()
        attempts.append(now[0])
        pace.succeeded()
        now[0] += pace.seconds()
    for begin in range(0, 240, 7):
        assert sum(begin <= at < begin + 60 for at in attempts) <= ATTEMPTS_A_MINUTE
