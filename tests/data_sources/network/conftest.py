"""A real Redis server on a free loopback port, and the entries that were really captured."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.data_sources.fault_server import fault_server


class RedisServer:
    """A server of our own: started, asked, stopped and started again at the same port."""

    def __init__(self, program: str, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self.port}"
        self.client = redis.Redis(port=self.port, socket_timeout=5)
        self._program, self._folder = program, folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Start it and wait until it answers, even if only that it wants a password."""
        own = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [self._program, *own, "--dir", str(self._folder), *options],
            stdout=subprocess.DEVNULL,
        )
        ends = time.monotonic() + 10
        while time.monotonic() < ends:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError("redis-server did not start")

    def stop(self) -> None:
        """End the process that we started."""
        self.client.close()
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)
            self._process = None

    def add(self, stream: str, entry_id: str = "*", **fields: Any) -> str:
        """Append one entry; gives its id."""
        added: bytes = self.client.xadd(stream, fields or {"n": "1"}, id=entry_id)
        return added.decode()

    def replay(self, file: Path) -> int:
        """Append captured entries under their own ids; gives how many."""
        entries = [json.loads(line) for line in file.read_text().splitlines()]
        for entry in entries:
            self.client.xadd(entry["stream"], entry["fields"], id=entry["entry_id"])
        return len(entries)


@contextmanager
def running_redis(folder: Path) -> Iterator[RedisServer]:
    """A fresh, empty Redis server, ended afterwards; skips where none is installed."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server not found. Run: sudo apt-get install redis-server")
    server = RedisServer(program, folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A fresh, empty Redis server."""
    with running_redis(tmp_path) as server:
        yield server


@pytest.fixture
def server() -> Iterator[object]:
    """The fault server on a free loopback port."""
    with fault_server() as running:
        yield running
