"""Bytes of an event stream become events as the standard says, in whatever chunks they come."""

from __future__ import annotations

from itertools import pairwise

import pytest
from httpx_sse._decoders import SSEDecoder
from hypothesis import given
from hypothesis import strategies as st

from data_sources.event_stream.parser import GiantEvent, StreamEvent, StreamParser

CAP = 1_024


def parse(*chunks: bytes, cap: int = CAP, last_id: str = "") -> list[StreamEvent | GiantEvent]:
    parser = StreamParser(max_event_bytes=cap, last_id=last_id)
    return [event for chunk in chunks for event in parser.feed(chunk)]


def data_of(*chunks: bytes) -> list[bytes]:
    return [e.data if isinstance(e, StreamEvent) else b"GIANT" for e in parse(*chunks)]


FIELDS = (b"data: {}", b"data:x", b"data", b"data:  two", b"event: tick", b"id: 7", b"id", b"")
ODD = (b"id:a\0b", b": comment", b"retry: 250", b"retry: soon", b"other: 1", b"\xff\xfe")
LONG = (b"data: " + b"y" * 700, b"x" * 1_500, b": " + b"c" * 1_500, b"id: " + b"i" * 1_200)
WIDE = (b"data: \xe2\x80\xa8", b"data: \xc2\x85\xf0\x9f\x93\xa1")
PIECES = st.sampled_from([*FIELDS, b"", *ODD, *LONG, *WIDE])
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


@given(
    st.lists(st.tuples(PIECES, ENDS), max_size=30),
    st.booleans(),
    st.lists(st.integers(min_value=0, max_value=12_000), max_size=20),
)
def test_chunks_do_not_matter(lines: list[tuple[bytes, bytes]], bom: bool, cuts: list[int]) -> None:
    """P14: whatever the chunks, byte by byte too, the events, ids and giants are the same."""
    body = (b"\xef\xbb\xbf" if bom else b"") + b"".join(line + end for line, end in lines)
    places = sorted({0, len(body), *(cut for cut in cuts if cut < len(body))})
    whole = parse(body)
    assert parse(*[body[a:b] for a, b in pairwise(places)]) == whole
    assert parse(*[body[i : i + 1] for i in range(len(body))]) == whole


@given(st.lists(st.tuples(PIECES, ENDS), max_size=30))
def test_another_parser_says_the_same(lines: list[tuple[bytes, bytes]]) -> None:
    """Events with data are those that httpx-sse finds in the same lines, name and id included."""
    body = b"".join(line + end for line, end in lines)
    other = SSEDecoder()
    expected = []
    for line in body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")[:-1]:
        found = other.decode(line.decode("utf-8", "replace"))
        if found is not None and found.data:
            expected.append((found.data, found.event, found.id))
    mine = [
        (e.data.decode("utf-8", "replace"), e.name or "message", e.last_id)
        for e in parse(body, cap=1 << 20)
        if isinstance(e, StreamEvent) and e.data
    ]
    long_id = any(line.startswith(b"id: iii") for line, _ in lines)
    assert [e[:2] for e in mine] == [e[:2] for e in expected]
    assert long_id or mine == expected


def test_the_bytes_of_the_arena(realdata: object) -> None:
    """Both captures give their frames, byte for byte the lines behind `data: `."""
    for name, frames in (
        ("arena/arena_events_20251016.sse.txt", 6),
        ("generated_run/arena_events_capture.sse.txt", 8),
    ):
        body = (realdata / "rick" / name).read_bytes()  # type: ignore[operator]
        lines = [line[6:] for line in body.split(b"\n") if line.startswith(b"data: ")]
        assert data_of(body) == lines
        assert len(lines) == frames


def test_every_line_end_and_a_bom() -> None:
    """P14: a BOM is dropped; CR, LF and both end lines, also across chunks; nothing else does."""
    assert data_of(b"\xef\xbb", b"\xbfdata: a\r", b"\ndata: b\r", b"data: c\n", b"\r\n") == [
        b"a\nb\nc"
    ]
    odd = "data: a\u2028b\u0085c\x0bd\x0c\U0001f4e1\n\n".encode()
    assert data_of(odd) == [odd[6:-2]]
    assert data_of(b"\xef\xbb\xbf\xef\xbb\xbfdata: second\n\n") == []


def test_what_is_no_event() -> None:
    """Comments, events without data, unknown fields and an unfinished end give nothing."""
    assert data_of(b": ping\n\nevent: tick\nid: 4\n\nnonsense\n\ndata: cut off\n") == []
    assert data_of(b"data\n\n") == [b""]


def test_fields() -> None:
    """P13: one blank behind the colon is dropped; an id holds on, one with a NUL does not count."""
    parser = StreamParser()
    body = (
        b"id: 1\ndata:  x\nevent: tick\n\ndata: y\n\nid: 2\0\nretry: 9x\ndata: z\n\nid\ndata: w\n\n"
    )
    assert parser.feed(body) == [
        StreamEvent(b" x", "tick", "1", True),
        StreamEvent(b"y", "", "1", False),
        StreamEvent(b"z", "", "1", False),
        StreamEvent(b"w", "", "", True),
    ]
    assert parser.retry_ms is None
    parser.feed(b"retry: 1500\n")
    assert parser.retry_ms == 1500


def test_an_id_of_an_earlier_connection_holds_until_another() -> None:
    """The last id goes on over a new connection, as the standard says."""
    assert parse(b"data: a\n\nid: 9\ndata: b\n\n", last_id="8") == [
        StreamEvent(b"a", "", "8", False),
        StreamEvent(b"b", "", "9", True),
    ]


def test_a_giant_is_told_at_once_and_once() -> None:
    """P13: an endless line is told when it passes the cap, kept nowhere; its neighbors live."""
    parser = StreamParser(max_event_bytes=CAP)
    assert parser.feed(b"data: before\n\ndata: ") == [StreamEvent(b"before")]
    found = [e for _ in range(200) for e in parser.feed(b"x" * 1_000)]
    assert [type(e) for e in found] == [GiantEvent]
    assert len(parser._line) <= 2 * CAP
    assert parser.feed(b"\nid: 5\n\ndata: after\n\n") == [StreamEvent(b"after", "", "5", False)]


def test_many_small_lines_are_a_giant_too() -> None:
    """The cap holds for the event as a whole, not for each of its lines."""
    found = parse(b"data: 0123456789\n" * 200 + b"\ndata: next\n\n")
    assert [type(e) for e in found] == [GiantEvent, StreamEvent]


def test_a_cap_too_small_is_refused() -> None:
    """The cap leaves room for an id."""
    with pytest.raises(ValueError, match="at least"):
        StreamParser(max_event_bytes=10)
