"""The server as a process of its own: ready line, signals, busy ports, restarts."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from stream_reader import StreamReader

SCRIPT = Path(__file__).parent / "serve_small.py"


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, str(SCRIPT), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=SCRIPT.parent.parent.parent,
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            child.kill()
        child.communicate()


def ready_address(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    line = child.stdout.readline()
    match = re.fullmatch(r"Deskwatch is ready at http://(127\.0\.0\.1:\d+)/\n", line)
    assert match, f"no ready line but {line!r}"
    return match[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0_while_streams_are_open(number: signal.Signals) -> None:
    """With reading and deaf viewers of both streams; they are ended, not left hanging."""
    with process() as child:
        address = ready_address(child)
        readers = [
            StreamReader(address, path, gzip=gzip)
            for path in ("/sse", "/_live/stream?page=/")
            for gzip in (False, True)
        ]
        for reader in readers:
            reader.events(1)
        began = time.monotonic()
        child.send_signal(number)
        assert child.wait(10) == 0
        assert time.monotonic() - began < 10
        for reader in readers:
            while reader.read_chunk():
                pass
            reader.close()
            assert reader.ended, "the stream was torn, not ended"
        assert child.stderr is not None
        assert "Traceback" not in child.stderr.read()


def test_the_ready_line_is_true() -> None:
    """When it is printed, requests are answered; port 0 is told as the real port."""
    with process("0") as child:
        address = ready_address(child)
        assert not address.endswith(":0")
        assert httpx.get(f"http://{address}/healthz", trust_env=False).status_code == 200
        assert httpx.get(f"http://{address}/", trust_env=False).status_code == 200


def test_a_busy_port_is_one_message_and_69() -> None:
    """The message names the port and what to do."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with process(str(port)) as child:
            out, err = child.communicate(timeout=30)
    assert child.returncode == 69
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert str(port) in err
    assert "--port 0" in err


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "desk.example", ""])
def test_an_address_that_others_can_reach_is_refused(host: str) -> None:
    """There is no login yet: 78 and one message that says why and how else."""
    from web.server import EXIT_CONFIG, refusal_of_host

    refusal = refusal_of_host(host)
    assert refusal is not None
    assert "login" in refusal
    assert EXIT_CONFIG == 78


def test_such_an_address_ends_the_process_with_78() -> None:
    """Nothing listens, nothing is printed as ready."""
    with process("0", "0.0.0.0") as child:
        out, err = child.communicate(timeout=30)
    assert child.returncode == 78
    assert out == ""
    assert len(err.strip().splitlines()) == 1


def test_a_restart_takes_the_same_port_at_once_and_streams_come_back() -> None:
    """Connections of the old process do not keep the address; the new one has full state."""
    with process() as child:
        address = ready_address(child)
        reader = StreamReader(address, "/_live/stream?page=/&window=all")
        reader.events(2)
        os.kill(child.pid, signal.SIGKILL)
        child.wait(5)
        port = address.rpartition(":")[2]
        with process(port) as second:
            assert ready_address(second) == address
            with StreamReader(address, "/_live/stream?page=/&window=all") as again:
                assert '"children":"1"' in again.events(2)[1]["data"]
        reader.close()
