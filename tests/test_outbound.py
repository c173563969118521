"""The recorder of outbound connections sees what leaves, in this process and in its children."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.outbound import recorder

NOWHERE = "192.0.2.1"
"""An address of documentation: nobody is there, and nothing is sent for a datagram's connect."""
CONNECT = f"import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('{NOWHERE}', 9))"


@pytest.mark.parametrize(
    ("address", "here"),
    [
        (("127.0.0.1", 80), True),
        (("127.1.2.3", 80), True),
        (("::1", 80, 0, 0), True),
        (("localhost", 80), True),
        (("0.0.0.0", 80), True),
        ("/run/a.sock", True),
        ((NOWHERE, 80), False),
        (("2001:db8::1", 80, 0, 0), False),
        (("10.0.0.1", 80), False),
        (("169.254.169.254", 80), False),
        (("api.alpaca.markets", 443), False),
    ],
)
def test_what_is_this_machine(address: object, here: bool) -> None:
    """Loopback and files are; private, link-local and public addresses and names are not."""
    assert recorder.is_here(address) is here


def test_a_connection_of_this_process_is_seen(children_recorded: Path) -> None:
    """A connect to elsewhere is written down by its address; one to loopback is not."""
    with contextlib.closing(socket.socket(type=socket.SOCK_DGRAM)) as away:
        with contextlib.suppress(OSError):  # without any route it is refused, and seen all the same
            away.connect((NOWHERE, 9))
        away.close()
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
    assert [NOWHERE in told for told in recorder.outbound] == [True]
    recorder.outbound.clear()
    assert NOWHERE in children_recorded.read_text()
    children_recorded.unlink()


def test_a_connection_of_a_child_is_seen(children_recorded: Path) -> None:
    """A process that a test starts records into the suite's own file, without knowing of it."""
    assert os.environ[recorder.LOG] == str(children_recorded)
    subprocess.run([sys.executable, "-c", CONNECT], check=False, stderr=subprocess.DEVNULL)
    assert NOWHERE in children_recorded.read_text()
    assert recorder.outbound == []
    children_recorded.unlink()


ORDER = "{method} /v2/orders HTTP/1.1\r\nHost: x\r\nAPCA-API-KEY-ID: PK\r\n\r\n"
SEND = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5) as to:
    to.{how}(sys.argv[2].encode())
"""


@pytest.mark.parametrize("how", ["send", "sendall"])
@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH", "PUT", "GET"])
def test_what_a_broker_is_asked_is_seen(children_recorded: Path, how: str, method: str) -> None:
    """A request with a broker's key is written down; one that is no GET fails whoever sent it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with socket.create_connection(address, timeout=5) as to:
            getattr(to, how)(ORDER.format(method=method).encode())
            getattr(to, how)(b"POST /orders HTTP/1.1\r\nHost: x\r\n\r\n")
    assert recorder.asked == [(method, *address)]
    assert [method in told for told in recorder.outbound] == ([] if method == "GET" else [True])
    recorder.outbound.clear()
    assert children_recorded.exists() == (method != "GET")
    children_recorded.unlink(missing_ok=True)


def test_what_a_child_asks_a_broker_is_seen(children_recorded: Path) -> None:
    """A process that a test starts cannot send an order unseen either."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        arguments = [str(server.getsockname()[1]), ORDER.format(method="POST")]
        subprocess.run([sys.executable, "-c", SEND.format(how="sendall"), *arguments], check=True)
    assert "POST to the broker" in children_recorded.read_text()
    assert recorder.outbound == []
    children_recorded.unlink()
