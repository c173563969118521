"""Health endpoints that answer, and ones that hang: a process of its own, thousands of connections.

Run as a program it prints its port and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

from benchmarks.fresh import ROOT

BODY: Final = b'{"status": "healthy"}'
HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
ANSWER: Final = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
DRIP_SECONDS: Final = 0.2
HOLD_SECONDS: Final = 60.0


@contextlib.contextmanager
def endpoints() -> Iterator[str]:
    """Serve until the block ends; give the URL below which `/ok`, `/silent`, … stand."""
    command = [sys.executable, "-m", "benchmarks.endpoints"]
    server = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
    finally:
        server.terminate()
        server.wait(timeout=10)


def closed_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        request = await reader.readuntil(b"\r\n")
        path = request.split(b" ", 2)[1]
        if path.startswith(b"/ok"):
            writer.write(ANSWER)
            await writer.drain()
        elif path.startswith(b"/drip"):
            await _drip(writer)
        else:
            # Silent: until the other side has had enough.
            await asyncio.wait([asyncio.ensure_future(reader.read())], timeout=HOLD_SECONDS)
    writer.close()


async def _drip(writer: asyncio.StreamWriter) -> None:
    """A good head, then a byte of the body from time to time."""
    writer.write(HEAD + b"Content-Length: 100000\r\n\r\n")
    for _ in range(round(HOLD_SECONDS / DRIP_SECONDS)):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(DRIP_SECONDS)


async def _main() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main())
