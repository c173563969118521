"""A broker whose answers are too large: no more than the cap is read or unfolded."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest

from data_sources.alpaca import AlpacaSource
from data_sources.errors import ConfigError
from demo.alpaca_server import AlpacaServer, send

Make = Callable[..., AlpacaSource]
CHUNK = b" " * 65_536
CAP = 1 << 20


def test_an_endless_answer_ends_at_the_cap(source: Make, broker: AlpacaServer) -> None:
    """P04: of a body without an end a mebibyte is read, and what a socket holds beside it."""
    sent = [0]

    def endless(to: BaseHTTPRequestHandler) -> None:
        to.send_response(200)
        to.end_headers()
        to.close_connection = True
        try:
            while sent[0] < 1 << 30:
                to.wfile.write(CHUNK)
                sent[0] += len(CHUNK)
        except OSError:
            return

    asked = source(max_bytes=CAP, timeout_seconds=60.0)
    good = asked.read()
    broker.faults = {"/v2/account": endless}
    bad = asked.read()
    assert (bad.state, bad.as_of) == ("bad_payload", good.as_of)
    assert "too_large" in str(bad.problem)
    assert sent[0] < 64 << 20


def test_a_bomb_is_not_unfolded(source: Make, broker: AlpacaServer) -> None:
    """P05: 50 MB of spaces in 200 kB are refused at the cap; no compressed answer was asked for."""
    heard: list[str | None] = []
    bomb = gzip.compress(b" " * 50_000_000, compresslevel=1)
    assert len(bomb) < CAP

    def answer(to: BaseHTTPRequestHandler) -> None:
        heard.append(to.headers["Accept-Encoding"])
        send(to, 200, bomb, {"Content-Encoding": "gzip"})

    broker.faults = {"/v2/account": answer}
    reading = source(max_bytes=CAP, timeout_seconds=60.0).read()
    assert reading.state == "bad_payload"
    assert "unfolded body is larger" in str(reading.problem)
    assert heard == ["identity"]


def test_a_file_of_authorities_that_is_none(source: Make) -> None:
    """A file that cannot be read is refused when the source is made, by the name of its key."""
    with pytest.raises(ConfigError, match=r"^ca_file: '/no/such\.pem'"):
        source(ca_file="/no/such.pem")
