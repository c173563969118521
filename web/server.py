"""Serving: one uvicorn in this process that owns its signals and says when it really answers."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import os
import resource
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Final

import uvicorn

from web.application import Application, create_app
from web.connection import Connection

__all__ = ["EXIT_CONFIG", "EXIT_UNAVAILABLE", "create_app", "serve"]

LOG = logging.getLogger(__name__)

EXIT_UNAVAILABLE: Final = 69
EXIT_CONFIG: Final = 78
GRACE_SECONDS: Final = 3
END_SECONDS: Final = 8.0
"""Ending may take this long, whatever hangs; who asked waits ten seconds."""

SEND_BUFFER_BYTES: Final = 256 * 1024
"""What the kernel holds for a client that does not read; without a bound it takes megabytes."""
SILENT_PEER_MS: Final = 40_000
WANTED_FILES: Final = 16_384


def serve(app: Application, host: str = "127.0.0.1", port: int = 8050) -> int:
    """Serve until SIGTERM or Ctrl-C; gives the exit code of the process.

    Prints `Deskwatch is ready at http://HOST:PORT/` on standard output once a request was answered.
    0 after an orderly end, 69 when the port is taken, 78 for an address that is not this machine's
    own; each with one message on standard error.
    """
    refusal = refusal_of_host(host)
    if refusal is not None:
        _complain(refusal)
        return EXIT_CONFIG
    _raise_file_limit()
    try:
        listener = _listen(host, port)
    except OSError as error:
        _complain(
            f"Deskwatch cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}. "
            "Stop what listens there, or choose another port: --port 0 takes any free one."
        )
        return EXIT_UNAVAILABLE
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=1024,
    )
    with listener:
        Server(config, app, _address(listener)).run(sockets=[listener])
    return 0


def refusal_of_host(host: str) -> str | None:
    """Why this host cannot be served; None for an address of this machine alone."""
    if _is_loopback(host):
        return None
    return (
        f"Deskwatch has no login yet, so it serves this machine only; host was {host!r}, "
        "allowed: 127.0.0.1, localhost, ::1. To reach it from elsewhere, put a proxy with a "
        "login in front or use: ssh -L 8050:127.0.0.1:8050 THIS-MACHINE"
    )


class Server(uvicorn.Server):
    """uvicorn that ends its streams first, exits 0 when asked to, and tells when it is ready."""

    def __init__(self, config: uvicorn.Config, app: Application, address: str) -> None:
        super().__init__(config)
        self._application = app
        self._address = address
        self._ready: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Own SIGTERM and SIGINT; unlike uvicorn, do not send them again to this process after."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        owned = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in owned}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end, within a bounded time."""
        if not self.should_exit:
            end = threading.Timer(END_SECONDS, os._exit, args=(0,))
            end.daemon = True
            end.start()
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell so once a request was answered."""
        await super().startup(sockets=sockets)
        self._ready = asyncio.create_task(_tell_ready(self._address))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then everything else."""
        if self._ready is not None:
            self._ready.cancel()
        self._application.hub.stop()
        await super().shutdown(sockets=sockets)


async def _tell_ready(address: str) -> None:
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    try:
        writer.write(
            f"GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n".encode()
        )
        status = await reader.readline()
    finally:
        writer.close()
    if b" 200 " not in status:
        raise RuntimeError("the server answers, but not as it should")
    sys.stdout.write(f"Deskwatch is ready at http://{address}/\n")
    sys.stdout.flush()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted connections take these over from the socket that listens.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_PEER_MS)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def _address(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _raise_file_limit() -> None:
    """Every viewer is an open file; take as many as the system allows without asking."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _complain(text: str) -> None:
    sys.stderr.write(text + "\n")
