"""A Redis server that is away, refuses, hangs or is none: a state and a sentence in time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from data_sources.redis_streams import RedisStreamsSource


@contextmanager
def talker(say: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A listener that treats each connection so; gives its redis:// URL."""
    ending = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        connection.settimeout(5)
        with connection:
            try:
                connection.recv(65536)
                say(connection, ending)
            except OSError:
                return

    def accept() -> None:
        while not ending.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            threads.append(threading.Thread(target=serve, args=(connection,)))
            threads[-1].start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        ending.set()
        acceptor.join()
        listener.close()
        for thread in threads:
            thread.join()


def silent(connection: socket.socket, ending: threading.Event) -> None:
    ending.wait(10)


def drip(connection: socket.socket, ending: threading.Event) -> None:
    """A reply that grows by a byte every 50 ms, for ever."""
    connection.sendall(b"$100000\r\n")
    while not ending.wait(0.05):
        connection.sendall(b"x")


def endless(connection: socket.socket, ending: threading.Event) -> None:
    """A reply that never ends, as fast as it is taken."""
    connection.sendall(b"$99999999999\r\n")
    while not ending.is_set():
        connection.sendall(b"x" * 65_536)


def web(connection: socket.socket, ending: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def hang_up(connection: socket.socket, ending: threading.Event) -> None:
    """Close without a word."""


def test_a_closed_port_is_down_and_is_asked_again_with_growing_jittered_pauses() -> None:
    """P01: refused: down at once; within the pause nothing is asked, after it again."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    now = [1_800_000_000_000_000_000]
    source = RedisStreamsSource(f"redis://127.0.0.1:{port}", streams=["s"], clock=lambda: now[0])
    pauses = []
    for _ in range(60):
        reading = source.read()
        assert (reading.state, reading.more, len(reading.frame)) == ("down", False, 0)
        assert "refused" in (reading.problem or "")
        pauses.append((source.backoff.not_before_ns - now[0]) / 1e9)
        assert source.read() is not None
        assert (source.backoff.not_before_ns - now[0]) / 1e9 == pauses[-1]
        now[0] = source.backoff.not_before_ns

    later = pauses[10:]
    mean = sum(later) / len(later)
    spread = (sum((pause - mean) ** 2 for pause in later) / len(later)) ** 0.5
    assert spread / mean >= 0.3
    assert pauses[0] <= 1.0
    assert max(pauses) <= 60.0


@pytest.mark.parametrize(
    ("say", "state", "words"),
    [
        (silent, "down", "timeout"),
        (drip, "down", "timeout"),
        (web, "bad_payload", "protocol"),
        (hang_up, "down", "closed"),
    ],
)
def test_a_server_that_does_not_answer_ends_by_the_time_limit(
    say: Callable[[socket.socket, threading.Event], None], state: str, words: str
) -> None:
    """P02, P03: silence, single bytes, another protocol, a hang-up: told by `timeout_seconds`."""
    with talker(say) as url:
        source = RedisStreamsSource(url, streams=["s"], timeout_seconds=0.4)
        begun = time.monotonic()
        reading = source.read()
        spent = time.monotonic() - begun
        source.close()

    assert reading.state == state
    assert words in (reading.problem or "").lower()
    assert spent < 1.0


def test_an_endless_answer_ends_by_its_size() -> None:
    """P04: a reply without an end is given up, and named."""
    with talker(endless) as url:
        source = RedisStreamsSource(
            url, streams=["s"], timeout_seconds=20, max_reply_bytes=1 << 20, max_entry_bytes=1_000
        )
        reading = source.read()
    assert reading.state == "bad_payload"
    assert "larger than 1,048,576 bytes" in (reading.problem or "")


def test_a_missing_and_a_wrong_password_are_auth(redis_server) -> None:
    """NOAUTH and WRONGPASS are told as such, asked again only after a minute, without a secret."""
    redis_server.client.config_set("requirepass", "the-right-one")
    now = [1_800_000_000_000_000_000]
    for password in ("", "the-wrong-one"):
        source = RedisStreamsSource(
            redis_server.url, streams=["s"], password=password, clock=lambda: now[0]
        )
        reading = source.read()
        assert reading.state == "auth"
        assert "the-wrong-one" not in (reading.problem or "") + repr(source)
        assert source.backoff.not_before_ns - now[0] == 60_000_000_000
    right = RedisStreamsSource(redis_server.url, streams=["s"], password="the-right-one")
    assert right.read().state == "waiting"


def test_a_password_in_the_url_is_never_shown(redis_server) -> None:
    """User, password and query stay out of every text."""
    url = redis_server.url.replace("redis://", "redis://someone:hunter22@")
    source = RedisStreamsSource(url, streams=["s"])
    reading = source.read()
    assert reading.state == "auth"
    for text in (source.url, repr(source), source.name, reading.problem or ""):
        assert "hunter22" not in text
        assert "someone" not in text


def test_an_acl_that_forbids_a_command_is_auth(redis_server) -> None:
    """A user who may read but not look is told which commands are needed."""
    redis_server.client.execute_command(
        "ACL", "SETUSER", "viewer", "on", ">pw-of-viewer", "~*", "+xread", "+multi", "+exec"
    )
    options = {"username": "viewer", "password": "pw-of-viewer"}
    reading = RedisStreamsSource(redis_server.url, streams=["s"], **options).read()
    assert reading.state == "auth"
    assert "+xinfo" in (reading.problem or "")
    redis_server.client.execute_command("ACL", "SETUSER", "viewer", "+xinfo", "+scan", "+xrange")
    redis_server.add("s")
    for streams in (["s"], ["*"]):
        source = RedisStreamsSource(redis_server.url, streams=streams, **options)
        assert len(source.read().frame) == 1


def test_a_server_that_restarts_is_read_on_without_a_double(redis_server) -> None:
    """Down, then up again with the same entries: nothing twice, nothing missing."""
    now = [1_800_000_000_000_000_000]
    source = RedisStreamsSource(redis_server.url, streams=["s"], clock=lambda: now[0])
    redis_server.add("s", "1771123813390-0")
    assert len(source.read().frame) == 1
    redis_server.stop()
    down = source.read()
    redis_server.start()
    redis_server.add("s", "1771123813390-0")
    redis_server.add("s", "1771123813390-1")
    now[0] += 61_000_000_000

    up = source.read()

    assert down.state == "down"
    assert (up.state, len(up.frame)) == ("ok", 1)
    assert up.counts.lines_in == 2
    assert source.lost_entries == 0


def test_a_database_that_does_not_exist_is_a_wrong_configuration(redis_server) -> None:
    """The number of the database is told to be wrong, not the server to be down."""
    reading = RedisStreamsSource(redis_server.url + "/99", streams=["s"]).read()
    assert reading.state == "misconfigured"
    assert "DB" in (reading.problem or "")
