"""A reader that follows a folder and keeps what it was given, and the oracles about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from data_sources.lines.chunk import Chunk, Oversize
from data_sources.lines.tail import Tail


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Follower:
    """A tail, its clock, and every chunk it gave so far."""

    def __init__(self, path: Path, **options: Any) -> None:
        self.path = path
        self.clock = Clock()
        self.options = {"rotate_wait_seconds": 30.0, **options}
        self.tail = self._tail()
        self.chunks: list[Chunk] = []
        self.oversize: list[Oversize] = []

    def _tail(self) -> Tail:
        return Tail(self.path, clock=self.clock, **self.options)

    def read(self, seconds: float = 1.1) -> list[bytes]:
        """Let seconds pass, read until nothing is left, and return the new lines."""
        self.clock.now += seconds
        new: list[Chunk] = []
        while True:
            new += self.tail.read()
            if not self.tail.more:
                break
        for chunk in new:
            assert chunk.data.endswith(b"\n"), "a chunk holds whole lines"
        self.chunks += new
        self.oversize += self.tail.take_oversize()
        return [line for chunk in new for line in chunk.data.split(b"\n")[:-1]]

    def settle(self) -> list[bytes]:
        """Read until the wait for late writers is over."""
        lines = self.read()
        for _ in range(3):
            lines += self.read(self.options["rotate_wait_seconds"] + 1)
        return lines

    def restart(
        self, cursor: dict[str, Any] | None = None, *, gone_with_memory: bool = True
    ) -> None:
        """Go on in a new tail from the last position, or an earlier one, as after a crash."""
        if cursor is None:
            cursor = json.loads(json.dumps(self.tail.cursor()))
        if gone_with_memory:
            self.tail.close()
            self.tail = self._tail()
        self.tail.restore(cursor)

    @property
    def lines(self) -> list[bytes]:
        """Every line given so far."""
        return [line for chunk in self.chunks for line in chunk.data.split(b"\n")[:-1]]

    def check_identity(self) -> None:
        """No byte disappears without a number, and no byte of a generation comes twice."""
        totals = self.tail.totals
        given = sum(len(chunk.data) for chunk in self.chunks)
        assert totals.bytes_read == (
            given - totals.partial_final + totals.nul_bytes + totals.bom_bytes
            + totals.oversize_bytes
        )  # fmt: skip
        assert totals.oversize_bytes == sum(record.length for record in self.oversize)
        assert totals.oversize_lines == len(self.oversize)
        assert totals.partial_final == sum(chunk.final for chunk in self.chunks)
        ends: dict[str, int] = {}
        for chunk in self.chunks:
            assert chunk.generation.startswith(chunk.file + "#")
            assert chunk.offset >= ends.get(chunk.generation, 0), "order within a generation"
            ends[chunk.generation] = chunk.offset + len(chunk.data) - chunk.final


def numbers(lines: list[bytes]) -> list[int]:
    """The `seq` of each line; fails on a torn record."""
    return [json.loads(line)["seq"] for line in lines]


def record(number: int, padding: int = 0) -> bytes:
    """One log line with its number."""
    pad = f',"pad":"{"x" * padding}"' if padding else ""
    return f'{{"seq":{number}{pad}}}\n'.encode()
