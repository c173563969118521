"""Writes down what a process sends that it never may: to elsewhere, or to a broker but to read.

It stands alone, so that a process that a test starts can have it too: see `sitecustomize.py`.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import sys
from collections.abc import Callable
from typing import Any

LOG = "OUTBOUND_CONNECTIONS_FILE"
"""The variable that names the file for what is found."""
WATCHED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})

connected: list[tuple[str, int]] = []
"""Host and port of everything that this process connected to, oldest first."""
outbound: list[str] = []
"""What of it is beyond this machine, and requests to a broker that do more than read."""
asked: list[tuple[str, str, int]] = []
"""Method, host and port of every request with a broker's key, oldest first.

Without TLS, as on loopback; a broker with TLS is beyond this machine, and seen by its address.
"""
_REQUEST = re.compile(rb"([A-Za-z]+) \S+ HTTP/1\.[01]\r\n")
_KEY = re.compile(rb"\r\napca-api-key-id:", re.IGNORECASE)


def is_here(address: Any) -> bool:
    """Whether an address leads to this machine: a path, loopback, or where nobody can be."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0]).partition("%")[0]
    if host in ("", "localhost"):
        return True
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host.endswith((".invalid", ".localhost"))
    return found.is_loopback or found.is_unspecified


def note(event: str, arguments: tuple[Any, ...]) -> None:
    """Take an audit event of the interpreter."""
    if event not in WATCHED:
        return
    if isinstance(arguments[1], tuple):
        connected.append(arguments[1][:2])
    if not is_here(arguments[1]):
        _tell(f"{event} {arguments[1]}")


def note_request(data: Any, peer: Any) -> None:
    """Take what is sent to a peer: is it a request to a broker?"""
    head = bytes(memoryview(data)[:16_384])
    request = _REQUEST.match(head)
    if request is None or not _KEY.search(head):
        return
    method = request[1].decode()
    asked.append((method, str(peer[0]), int(peer[1])))
    if method != "GET":
        _tell(f"{method} to the broker at {peer[0]}:{peer[1]}")


def _tell(what: str) -> None:
    told = f"{os.path.basename(sys.argv[0] if sys.argv else '')}: {what}"
    outbound.append(told)
    file = os.environ.get(LOG)
    if file:
        with open(file, "a", encoding="utf-8") as log:
            log.write(told + "\n")


def _watched(send: Callable[..., Any]) -> Callable[..., Any]:
    def watched(self: socket.socket, data: Any, *flags: int) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and self.type == socket.SOCK_STREAM:
            try:
                peer = self.getpeername()
            except OSError:  # not connected: the real one says so
                return send(self, data, *flags)
            note_request(data, peer)
        return send(self, data, *flags)

    return watched


def install() -> None:
    """Record from now on, until the process ends: an audit hook cannot be taken back."""
    sys.addaudithook(note)
    for name in "send", "sendall":
        setattr(socket.socket, name, _watched(getattr(socket.socket, name)))
