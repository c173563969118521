"""Whatever an endpoint does, it becomes its state, in time and within its bytes."""

from __future__ import annotations

import gzip
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from tests.data_sources.fault_server import answer
from tests.data_sources.network.services import Clock, book, small, told, well

GOOD = told(book())


def state_of(reading: Any, name: str = "book") -> tuple[str, str]:
    row = reading.frame.set_index("name").loc[f"small.{name}"]
    return row["state"], str(row["detail"])


BODIES: dict[str, tuple[bytes, str, str]] = {
    "a web page": (answer(b"<html>", content_type="text/html"), "bad_payload", "text/html"),
    "half a body": (answer(b'{"equity": 1', length=12), "bad_payload", "malformed"),
    "a body that broke off": (answer(b'{"equity": 1}', length=500), "bad_payload", "broke off"),
    "not a number": (answer(b'{"equity": NaN}'), "bad_payload", "NaN"),
    "infinity": (answer(b'{"equity": 1e999}'), "bad_payload", "beyond"),
    "a key twice": (answer(b'{"equity": 1, "equity": 2}'), "bad_payload", "twice"),
    "two values": (answer(b'{"a": 1}, "b": {"c": 2}'), "bad_payload", "more than one"),
    "a huge integer": (answer(b'{"equity": ' + b"9" * 400 + b"}"), "bad_payload", "64 bits"),
    "bytes": (answer(b'{"equity": "\xff"}'), "bad_payload", "utf8"),
    "another charset": (
        answer(b"{}", content_type="application/json; charset=utf-16"),
        "bad_payload",
        "utf-16",
    ),
    "a list for an object": (answer(b"[]"), "bad_payload", "no list at positions"),
    "rows that are a text": (told(book(positions="none")), "bad_payload", "no list at positions"),
    "empty": (answer(b""), "bad_payload", "malformed"),
    "null": (answer(b"null"), "bad_payload", "no list"),
    "deep": (answer(b'{"a":' + b"[" * 500 + b"]" * 500 + b"}"), "bad_payload", "depth"),
    "a redirect": (
        answer(b"", "302 Found", headers={"Location": "/venue"}),
        "misconfigured",
        "302",
    ),
    "not found": (answer(b"{}", "404 Not Found"), "misconfigured", "404"),
    "no token": (answer(b"{}", "401 Unauthorized"), "auth", "401"),
    "the wrong role": (answer(b"{}", "403 Forbidden"), "auth", "403"),
    "not ready": (told({"detail": "warming up"}, status="503 X"), "degraded", "warming up"),
    "not set up": (told({"detail": "no API"}, status="501 X"), "misconfigured", "no API"),
    "a bad gateway": (answer(b"<html>", "502 X", content_type="text/html"), "down", "502"),
    "an old answer": (told(book(at=1_799_999_000)), "stale", "2027-01-15T07:43:20Z"),
}


@pytest.mark.parametrize("fault", BODIES)
def test_a_bad_answer_is_a_state_and_no_row(server, tmp_path: Path, fault: str) -> None:
    """P06, P07: each bad answer has its state and its reason; the endpoints beside it are well."""
    well(server)
    body, state, reason = BODIES[fault]
    server.on("/book", body)

    reading = small(tmp_path, server, Clock()).read()

    found, detail = state_of(reading)
    assert found == state
    assert reason in detail
    assert reading.state == "degraded"
    assert len(reading.frames["equity"]) == (1 if state == "stale" else 0)
    assert reading.frames["positions"]["quantity"].tolist() == [0.5]
    assert state_of(reading, "news")[0] == "ok"
    assert len(server.requests) == 3


@pytest.mark.parametrize("fault", ["silent", "header_drip", "body_drip", "hang_up"])
def test_a_slow_answer_ends_by_the_wall_clock(server, tmp_path: Path, fault: str) -> None:
    """P02, P03: silence and drips end by the deadline, however little arrives at a time."""
    well(server)
    server.on("/book", getattr(server, fault))
    source = small(tmp_path, server, timeout_seconds=0.7)

    begun = time.monotonic()
    reading = source.read()
    spent = time.monotonic() - begun
    source.close()

    assert spent < 1.5
    assert state_of(reading)[0] == "down"
    assert state_of(reading, "venue")[0] == "ok"


@pytest.mark.parametrize("fault", ["endless", "bomb"])
def test_an_answer_without_an_end_is_cut_at_its_limit(server, tmp_path: Path, fault: str) -> None:
    """P04, P05: no more than `max_bytes` is read or unfolded."""
    well(server)
    bomb = gzip.compress(b" " * 10_000_000, compresslevel=9)
    assert len(bomb) < 100_000
    folded = answer(bomb, headers={"Content-Encoding": "gzip"})
    server.on("/book", server.endless_body if fault == "endless" else folded)
    reading = small(tmp_path, server, Clock(), max_bytes=100_000).read()
    assert state_of(reading)[0] == "bad_payload"
    assert "larger than 100,000 bytes" in state_of(reading)[1]
    assert server.sent < 20_000_000


def test_a_closed_port_is_down_and_all_down_is_down(tmp_path: Path, server) -> None:
    """P01: nothing listens: every endpoint is down, and so is the source."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    reading = small(tmp_path, server, Clock(), url=url).read()
    assert reading.state == "down"
    assert "refused" in (reading.problem or "")
    assert all(frame.empty for frame in reading.frames.values())


def test_a_429_is_kept_as_long_as_it_asks(server, tmp_path: Path) -> None:
    """P15: Retry-After 30: asked again after 30 to 33 s; the others go on."""
    well(server)
    server.on("/book", answer(b"{}", "429 Slow Down", headers={"Retry-After": "30"}))
    clock = Clock()
    source = small(tmp_path, server, clock)
    assert state_of(source.read())[0] == "rate_limited"

    def asked() -> int:
        return sum(head.startswith(b"GET /book") for head in server.requests)

    for _ in range(29):
        clock.now += 1
        source.read()
    assert asked() == 1
    clock.now += 5
    source.read()
    assert asked() == 2


def test_a_401_is_asked_once_a_minute(server, tmp_path: Path) -> None:
    """P15: a refused token is not hammered with."""
    server.on("/book", answer(b"{}", "401 Unauthorized"))
    clock = Clock()
    source = small(tmp_path, server, clock, endpoints=["book"])
    for _ in range(60):
        source.read()
        clock.now += 1
    assert len(server.requests) == 1
    assert source.read().state == "auth"


@pytest.mark.parametrize(
    "row",
    [
        {"symbol": {"a": 1}, "size": [1]},
        {"symbol": None, "size": "many"},
        {"symbol": 7, "size": True},
        {},
        {"symbol": "x" * 9_000, "size": 1e308},
    ],
)
def test_values_of_the_wrong_type_are_missing(server, tmp_path: Path, row: dict[str, Any]) -> None:
    """A value that is none of its column is missing; the row and its neighbors stay."""
    good = {"symbol": "BTC", "size": 1}
    server.on("/book", told(book(positions=[row, good])))
    frame = small(tmp_path, server, Clock(), endpoints=["book"]).read().frames["positions"]
    assert frame["symbol"].tolist()[1] == "BTC"
    assert len(frame) == 2
    assert frame["quantity"].isna().tolist()[0] is (row.get("size") != 1e308)


def test_recovery_is_seen_at_the_next_question(server, tmp_path: Path) -> None:
    """A failure is over as soon as an answer is good."""
    well(server)
    clock = Clock()
    server.on("/book", server.hang_up)
    source = small(tmp_path, server, clock, endpoints=["book"])
    assert source.read().state == "down"
    server.on("/book", GOOD)
    clock.now += 10
    source.read()
    assert wait_for_ok(source)


def wait_for_ok(source: Any) -> bool:
    """Read until the answer that is under way has come."""
    ends = time.monotonic() + 5
    while time.monotonic() < ends:
        if source.read().state == "ok":
            return True
    return False
