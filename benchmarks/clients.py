"""Many browsers' worth of connections, in a process of their own: streams, or polls once a second.

`python -m benchmarks.clients stream|poll HOST PORT N SECONDS` prints `ready` once all are connected
and one JSON line at the end.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import subprocess
import sys
import time
from typing import Any

from benchmarks.fresh import ROOT

CONNECTING = 50
"""Connections opened at a time, so that the server's backlog is not what is measured."""
INTERVAL_SECONDS = 1.0
POLL: dict[str, Any] = {
    "output": "..live-beat.data...live-frame.data..",
    "outputs": [
        {"id": "live-beat", "property": "data"},
        {"id": "live-frame", "property": "data"},
    ],
    "inputs": [{"id": "live-interval", "property": "n_intervals", "value": 1}],
    "state": [
        {"id": "_pages_location", "property": "pathname", "value": "/"},
        {"id": "_pages_location", "property": "search", "value": ""},
        {"id": "live-seen", "property": "data"},
    ],
    "changedPropIds": ["live-interval.n_intervals"],
}
"""What a browser sends for the overview when its Interval fires."""


def start(kind: str, host: str, port: int, n: int, seconds: float) -> subprocess.Popen[str]:
    """Start clients; returns when all are connected."""
    command = [sys.executable, "-m", "benchmarks.clients", kind, host, str(port), str(n)]
    process = subprocess.Popen(
        [*command, str(seconds)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    if process.stdout.readline().strip() != "ready":
        raise RuntimeError("the clients could not connect")
    return process


def finish(clients: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for the end of the clients; return what they counted."""
    told, _ = clients.communicate()
    return dict(json.loads(told.splitlines()[-1]))


async def stream(host: str, port: int, n: int, seconds: float) -> dict[str, Any]:
    """Hold streams of the overview open and take everything that comes."""
    request = (
        f"GET /_live/stream?page=/ HTTP/1.1\r\nHost: {host}:{port}\r\n"
        "Accept: text/event-stream\r\nAccept-Encoding: gzip\r\n\r\n"
    ).encode()
    gate = asyncio.Semaphore(CONNECTING)
    taken = 0

    async def open_one() -> asyncio.StreamReader:
        async with gate:
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(request)
            status = await reader.readline()
            assert b" 200 " in status, status
            held.append(writer)
            return reader

    async def drain(reader: asyncio.StreamReader) -> None:
        nonlocal taken
        while data := await reader.read(1 << 18):
            taken += len(data)

    held: list[asyncio.StreamWriter] = []
    readers = await asyncio.gather(*(open_one() for _ in range(n)))
    print("ready", flush=True)
    tasks = [asyncio.create_task(drain(reader)) for reader in readers]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    return {"bytes": taken}


async def poll(host: str, port: int, n: int, seconds: float) -> dict[str, Any]:
    """Ask for the overview once a second each, at times of their own, on kept connections."""
    body = json.dumps(POLL).encode()
    head = (
        f"POST /_dash-update-component HTTP/1.1\r\nHost: {host}:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        "Accept-Encoding: gzip\r\n\r\n"
    ).encode()
    frames = taken = 0
    ends = time.monotonic() + seconds

    async def ask_on() -> None:
        nonlocal frames, taken
        reader, writer = await asyncio.open_connection(host, port)
        await asyncio.sleep(random.uniform(0, INTERVAL_SECONDS))
        while (begun := time.monotonic()) < ends:
            writer.write(head + body)
            answer = await _answer(reader)
            frames, taken = frames + 1, taken + len(answer)
            await asyncio.sleep(max(0.0, begun + INTERVAL_SECONDS - time.monotonic()))

    print("ready", flush=True)
    await asyncio.gather(*(ask_on() for _ in range(n)))
    return {"frames": frames, "bytes": taken}


async def _answer(reader: asyncio.StreamReader) -> bytes:
    headers = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert b" 200 " in headers.partition(b"\r\n")[0], headers
    if b"transfer-encoding: chunked" in headers:
        pieces = []
        while size := int(await reader.readline(), 16):
            pieces.append(await reader.readexactly(size))
            await reader.readline()
        await reader.readline()
        return b"".join(pieces)
    length = headers.partition(b"content-length:")[2].partition(b"\r\n")[0]
    return await reader.readexactly(int(length))


def main() -> None:
    """Be the clients that the command line says."""
    kind, host, port, n, seconds = sys.argv[1:]
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    be = stream if kind == "stream" else poll
    print(json.dumps(asyncio.run(be(host, int(port), int(n), float(seconds)))), flush=True)


if __name__ == "__main__":
    main()
