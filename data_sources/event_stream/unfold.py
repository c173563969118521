"""Bodies that come compressed although `identity` was asked for, unfolded piece by piece."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from data_sources.deadline import FetchError

PIECE_BYTES: Final = 1 << 16


def unfolded(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Give the plain bytes, never more than 64 KiB at once, however much a chunk unfolds to.

    Args:
        chunks: of the body.
        encoding: the `Content-Encoding` of the answer.

    Raises:
        FetchError: for an encoding that we do not know, or a body that is not in it.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        yield from chunks
        return
    if name not in ("gzip", "x-gzip", "deflate"):
        raise FetchError("encoding", f"the stream came with the encoding {name[:40]!r}")
    unfolding = zlib.decompressobj(47)  # gzip or zlib, whichever the header says
    for chunk in chunks:
        while chunk:
            try:
                piece = unfolding.decompress(chunk, PIECE_BYTES)
            except zlib.error as e:
                raise FetchError("encoding", "the stream is not what its encoding says") from e
            if piece:
                yield piece
            if unfolding.eof:
                return
            chunk = unfolding.unconsumed_tail
