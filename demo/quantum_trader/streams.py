"""A Redis server of the demo's own, and what is written to it."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable
from typing import Any, Final

from demo.folder import Written
from demo.script import NS, Piece

LONGEST: Final = 10_000
START_SECONDS: Final = 10.0
UNTIL_END_OF_INPUT: Final = '"$0" "$@" & read -r _; kill $!; wait'


def installed() -> str | None:
    """Where redis-server is, if it is here."""
    return shutil.which("redis-server")


class Streams:
    """A Redis server on a free loopback port that keeps nothing; pieces become entries.

    It ends with this process, however that ends: a shell waits for the end of a pipe from here.
    """

    def __init__(self, program: str) -> None:
        self.written = Written()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = int(free.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._client = None
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", ""]
        options += ["--appendonly", "no", "--loglevel", "warning"]
        self._process = subprocess.Popen(  # noqa: S603 - a program of the system, our own options
            ["/bin/sh", "-c", UNTIL_END_OF_INPUT, program, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=tempfile.gettempdir(),
            # Ctrl-C at the terminal reaches the demo, which then ends this.
            start_new_session=True,
        )

    def write(self, pieces: Iterable[Piece]) -> None:
        """Add an entry for each piece; its id begins with the piece's own time.

        Raises:
            OSError: when the server does not answer for long.
        """
        for piece in pieces:
            number = f"{piece.ts_ns * 1000 // NS}-*"
            fields = json.loads(piece.data)
            self._connected().xadd(piece.path, fields, id=number, maxlen=LONGEST)
            self.written.bytes += len(piece.data)

    def _connected(self) -> Any:
        if self._client is None:
            import redis

            deadline = time.monotonic() + START_SECONDS
            while not _answers(self._port):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise OSError("redis-server did not start")
                time.sleep(0.01)
            self._client = redis.Redis.from_url(self.url)
        return self._client

    def close(self) -> None:
        """End the server."""
        if self._client is not None:
            self._client.close()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=5)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return True
    except OSError:
        return False
