"""TLS, names and secrets: what is not trusted, what is no name, what must not leak."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import pytest

from data_sources.alpaca import AlpacaSource
from data_sources.redis_streams import RedisStreamsSource
from tests.data_sources.fault_server import answer, fault_server
from tests.data_sources.network.services import Clock, book, small, told
from tests.data_sources.tls_authority import Authority


@pytest.mark.parametrize("case", ["good", "expired", "wrong_host", "self_signed", "tls10"])
def test_rest_trusts_its_authority_alone(tmp_path: Path, case: str) -> None:
    """P08: expired, for another host, self-signed, too old a TLS: down with its reason, unsent."""
    authority = Authority(tmp_path)
    with fault_server(authority.server(case)) as server:
        server.on("/book", told(book()))
        source = small(
            tmp_path,
            server,
            Clock(),
            endpoints=["book"],
            ca_file=str(authority.file),
            token="tok-en",
        )
        reading = source.read()
    if case == "good":
        assert reading.state == "ok"
    else:
        assert reading.state == "down"
        assert "tls" in (reading.problem or "")
        assert server.requests == []


@pytest.mark.parametrize("case", ["good", "expired", "wrong_host", "self_signed", "tls10"])
def test_a_broker_trusts_its_authority_alone(tmp_path: Path, case: str) -> None:
    """P08: the same for a broker: its keys go to no server that is another."""
    authority = Authority(tmp_path)
    with fault_server(authority.server(case)) as server:
        url = server.on("/v2/account", answer(b'{"account_number": "PA1", "equity": "5"}'))
        origin = url.removesuffix("/v2/account")
        keys = {"api_key": "k-e-y", "secret_key": "sec-ret", "ca_file": str(authority.file)}
        reading = AlpacaSource(origin, data_url=origin, bars=0, **keys).read()
    if case == "good":
        assert reading.frames["accounts"]["equity"].tolist() == [5.0]
        assert b"sec-ret" in server.requests[0]
    else:
        assert reading.state == "down"
        assert "tls" in (reading.problem or "")
        assert server.requests == []


@pytest.mark.parametrize("case", ["good", "expired", "wrong_host", "self_signed"])
def test_rediss_trusts_its_authority_alone(tmp_path: Path, case: str) -> None:
    """P08: the same for Redis over TLS: no password is sent to a server that is another."""
    authority = Authority(tmp_path)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = threading.Thread(
            target=_one_refusal, args=(listener, authority.server(case), heard)
        )
        server.start()
        reading = RedisStreamsSource(
            f"rediss://127.0.0.1:{port}",
            streams=["s"],
            ca_file=str(authority.file),
            password="pass-word",
            timeout_seconds=3,
        ).read()
        server.join()
    if case == "good":
        assert reading.state == "auth"
        assert b"pass-word" in heard[0]
    else:
        assert reading.state == "down"
        assert "tls" in (reading.problem or "")
        assert heard == []


def _one_refusal(listener: socket.socket, context: ssl.SSLContext, heard: list[bytes]) -> None:
    """Take one connection, and refuse whatever password comes."""
    connection, _ = listener.accept()
    connection.settimeout(5)
    try:
        with context.wrap_socket(connection, server_side=True) as safe:
            heard.append(safe.recv(65536))
            safe.sendall(b"-WRONGPASS invalid username-password pair or user is disabled.\r\n")
    except OSError:
        connection.close()


def test_names_that_are_none_are_told(tmp_path: Path, server: Any) -> None:
    """P09: a host that cannot be resolved is down by dns, for each kind."""
    rest = small(tmp_path, server, Clock(), url="http://no-such-host.invalid").read()
    redis = RedisStreamsSource("redis://no-such-host.invalid", streams=["s"]).read()
    nowhere = "https://no-such-host.invalid"
    broker = AlpacaSource(nowhere, data_url=nowhere, api_key="k", secret_key="s").read()
    for reading in (rest, redis, broker):
        assert reading.state == "down"
        assert "dns" in (reading.problem or "")


def test_no_secret_stands_in_a_text_or_a_log(
    tmp_path: Path, server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """P18: token, password and query are in no problem, frame, repr or record of a log."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    secret = "s3cr3t-token"
    with caplog.at_level(logging.DEBUG):
        sources: list[Any] = [
            small(tmp_path, server, Clock(), url=f"http://me:{secret}@127.0.0.1:{port}"),
            small(tmp_path, server, Clock(), token=secret),
            RedisStreamsSource(f"redis://me:{secret}@127.0.0.1:{port}", streams=["s"]),
        ]
        readings = [source.read() for source in sources]
    for source, reading in zip(sources, readings, strict=True):
        assert reading.state != "ok"
        texts = [reading.problem or "", repr(source), source.url, reading.frame.to_csv()]
        assert secret not in "".join([*texts, str(reading.cursor)])
    assert secret not in caplog.text
