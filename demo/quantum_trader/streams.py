"""A Redis server of the demo's own, and what is written to it."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable
from typing import Final

from demo.folder import Written
from demo.script import NS, Piece

LONGEST: Final = 10_000
START_SECONDS: Final = 3.0


def installed() -> str | None:
    """Where redis-server is, if it is here."""
    return shutil.which("redis-server")


class Streams:
    """A Redis server on a free loopback port that keeps nothing; pieces become entries.

    Raises:
        OSError: when the server does not start.
    """

    def __init__(self, program: str) -> None:
        self.written = Written()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = int(free.getsockname()[1])
        self._folder = tempfile.mkdtemp(prefix="deskwatch-demo-redis-")
        options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", self._folder]
        options += ["--save", "", "--appendonly", "no", "--loglevel", "warning"]
        self._process = subprocess.Popen(  # noqa: S603 - a program of the system, our own options
            [program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.url = f"redis://127.0.0.1:{port}/0"
        self._client = None
        deadline = time.monotonic() + START_SECONDS
        while not _answers(port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise OSError("redis-server did not start")
            time.sleep(0.01)

    def write(self, pieces: Iterable[Piece]) -> None:
        """Add an entry for each piece; its id is the piece's own time."""
        import redis

        if self._client is None:
            self._client = redis.Redis.from_url(self.url)
        for piece in pieces:
            fields = json.loads(piece.data)
            number = f"{piece.ts_ns * 1000 // NS}-*"
            self._client.xadd(piece.path, fields, id=number, maxlen=LONGEST, approximate=True)
            self.written.bytes += len(piece.data)

    def close(self) -> None:
        """End the server and remove its folder."""
        if self._client is not None:
            self._client.close()
        self._process.terminate()
        try:
            self._process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=3)
        shutil.rmtree(self._folder, ignore_errors=True)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return True
    except OSError:
        return False
