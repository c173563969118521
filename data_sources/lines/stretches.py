"""Joins chunks that follow each other, because decoding many lines at once costs less a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from data_sources.lines.chunk import Chunk

STRETCH_BYTES: Final = 1 << 20


def in_stretches(chunks: Iterable[Chunk], most: int = STRETCH_BYTES) -> Iterator[Chunk]:
    """The same lines, neighbors of one generation joined up to about *most* bytes."""
    held: list[Chunk] = []
    size = 0
    for chunk in chain(chunks, [None]):
        if held and (chunk is None or size >= most or not _follows(held[-1], chunk)):
            yield _joined(held, size)
            held, size = [], 0
        if chunk is not None:
            held.append(chunk)
            size += len(chunk.data)


def _follows(before: Chunk, chunk: Chunk) -> bool:
    return (
        chunk.generation == before.generation
        and chunk.offset == before.offset + len(before.data)
        and not before.final
    )


def _joined(held: list[Chunk], size: int) -> Chunk:
    first = held[0]
    if len(held) == 1:
        return first
    data = b"".join([chunk.data for chunk in held])
    assert len(data) == size
    return Chunk(first.file, first.generation, first.offset, data, held[-1].final)
