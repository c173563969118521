"""Pieces of an event stream."""

from __future__ import annotations

import gzip
import io
import zlib

from hypothesis import given, settings
from hypothesis import strategies as st

from web.fragment import GZIP_HEADER, comment, event, fragment


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=3000), min_size=1, max_size=12), st.randoms())
def test_packed_pieces_fit_together_in_any_order(pieces: list[bytes], random: object) -> None:
    """Pieces that were compressed apart unpack, one behind the other, to exactly their texts."""
    packed = [fragment(piece) for piece in pieces]
    random.shuffle(packed)  # type: ignore[attr-defined]
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert unpack.decompress(GZIP_HEADER) == b""
    for piece in packed:
        assert unpack.decompress(piece.packed) == piece.plain, "a piece had to wait for the next"


def test_python_gzip_reads_it_too() -> None:
    """The header is one that other readers take."""
    stream = GZIP_HEADER + fragment(b"hello ").packed + fragment(b"world").packed
    reader = gzip.GzipFile(fileobj=io.BytesIO(stream))
    assert reader.read(11) == b"hello world"


def test_an_event_has_the_fields_that_browsers_read() -> None:
    """Id, kind and data, each on a line, and an empty line at the end."""
    assert event(b'{"a":1}', kind="frame", event_id=7) == b'id: 7\nevent: frame\ndata: {"a":1}\n\n'
    assert event(b"1") == b"data: 1\n\n"
    assert comment("heartbeat") == b": heartbeat\n\n"
