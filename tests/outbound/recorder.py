"""Writes down every address beyond this machine that a process connects to.

It stands alone, so that a process that a test starts can have it too: see `sitecustomize.py`.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Any

LOG = "OUTBOUND_CONNECTIONS_FILE"
"""The variable that names the file for what is found."""
WATCHED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})

connected: list[tuple[str, int]] = []
"""Host and port of everything that this process connected to, oldest first."""
outbound: list[str] = []
"""What of it is beyond this machine."""


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
        told = f"{os.path.basename(sys.argv[0] if sys.argv else '')}: {event} {arguments[1]}"
        outbound.append(told)
        file = os.environ.get(LOG)
        if file:
            with open(file, "a", encoding="utf-8") as log:
                log.write(told + "\n")


def install() -> None:
    """Record from now on, until the process ends: an audit hook cannot be taken back."""
    sys.addaudithook(note)
