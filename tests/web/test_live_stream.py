"""The live channel, read from the real server by real sockets."""

from __future__ import annotations

import json
import socket
import time
import zlib
from collections.abc import Callable

import pytest
from running_server import RunningServer
from stream_reader import StreamReader

from web.fragment import GZIP_HEADER


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def nobody_watches(served: RunningServer) -> None:
    wait_for(lambda: not served.app.hub.viewers, "viewers of an earlier test stay")


def open_page(served: RunningServer, query: str = "page=/", **options: bool) -> StreamReader:
    return StreamReader(served.address, f"/_live/stream?{query}", **options)


def test_a_viewer_gets_the_full_state_on_connect(served: RunningServer) -> None:
    """First how to reconnect, then who serves, then the whole page; an id is the version."""
    served.app.desk.submit("connect")
    with open_page(served, "page=/&window=all") as reader:
        hello, frame = reader.events(2)
    assert reader.text.startswith(b"retry: ")
    assert 1000 <= int(reader.text.split(b"\n")[0][7:]) <= 4000
    assert hello["event"] == "hello"
    known = json.loads(hello["data"])
    assert list(known["keys"].values()) == ["/?window=all"]
    body = json.loads(frame["data"])
    assert body["key"] == "/?window=all"
    assert body["problem"] is None
    assert body["v"] == int(frame["id"]) == served.app.desk.version
    assert body["props"]["newest-id"] == {"children": "connect"}
    assert {"count", "window", "newest-id", "table", "chart"} < set(body["props"])


def test_the_headers_are_those_of_an_event_stream(served: RunningServer) -> None:
    """Nothing on the way may keep, change or hold back the stream."""
    with open_page(served) as reader:
        assert reader.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert "no-store" in reader.headers["cache-control"]
        assert reader.headers["x-accel-buffering"] == "no"
        assert reader.headers["vary"] == "Accept-Encoding"
        assert "content-length" not in reader.headers


def test_a_client_of_http_1_0_gets_the_frames_unframed(served: RunningServer) -> None:
    """As nginx asks by default: the body is the events alone, without the lengths of chunks."""
    host, _, port = served.address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as client:
        line = "GET /_live/stream?page=/&window=all HTTP/1.0"
        client.sendall(f"{line}\r\nHost: {served.address}\r\n\r\n".encode())
        taken = b""
        for _ in range(2):
            served.app.desk.submit(f"plain-{time.monotonic_ns()}")
            seen = taken.count(b"event: frame")
            while taken.count(b"event: frame") <= seen or not taken.endswith(b"\n\n"):
                taken += client.recv(65536)
    head, _, body = taken.partition(b"\r\n\r\n")
    assert b"chunked" not in head.lower()
    fields = [line.partition(b": ")[0] for line in body.split(b"\n") if line]
    assert set(fields) <= {b"retry", b"event", b"data", b"id", b""}


def test_a_change_reaches_the_viewer(served: RunningServer) -> None:
    """An order that comes is in the next frame."""
    with open_page(served, "window=all") as reader:
        before = json.loads(reader.events(2)[1]["data"])["props"]["count"]["children"]
        served.app.desk.submit("another")
        after = json.loads(reader.events(3)[2]["data"])["props"]["count"]["children"]
    assert int(after) == int(before) + 1


def test_gzipped_viewers_get_the_shared_bytes_one_behind_the_other(served: RunningServer) -> None:
    """Each viewer's body is the header, an own greeting, and byte for byte the same frames."""
    served.app.desk.submit("zipped")
    with open_page(served, gzip=True) as one:
        one.events(2)
        served.app.desk.submit("zipped-2")
        one.events(3)
        with open_page(served, gzip=True) as two, open_page(served) as plain:
            two.events(2)
            served.app.desk.submit("zipped-3")
            for reader, count in ((one, 4), (two, 3), (plain, 3)):
                reader.events(count)
    assert one.gzip
    assert two.gzip
    assert not plain.gzip
    assert one.body.startswith(GZIP_HEADER)
    assert two.body.startswith(GZIP_HEADER)
    greeting, *frames = one.text.split(b"id: ")
    assert greeting.startswith(b"retry: ")
    assert len(frames) == 3
    assert two.text.split(b"id: ")[1:] == frames[1:]
    assert plain.text.split(b"id: ")[1:] == frames[1:]
    # The last frame is one piece of deflate that both connections got unchanged.
    piece = one.body[one.body.rindex(b"\x00\x00\xff\xff", 0, -4) + 4 :]
    assert two.body.endswith(piece)
    unpacked = zlib.decompressobj(-zlib.MAX_WBITS).decompress(piece)
    assert unpacked == b"id: " + frames[-1]


def test_a_hundred_viewers_cost_one_rendering(served: RunningServer) -> None:
    """Rendered once, packed once, sent a hundred times."""
    served.app.desk.submit("start")
    readers = [open_page(served, "window=1h", gzip=number % 2 == 0) for number in range(100)]
    try:
        for reader in readers:
            reader.events(2)
        time.sleep(0.2)
        renders = served.app.renderer.counts.renders
        encoded = served.app.hub.counts.frames_encoded
        sent = served.app.hub.counts.frames_sent
        served.app.desk.submit("for-all")
        frames = {reader.events(3)[2]["data"] for reader in readers}
        assert len(frames) == 1
        assert served.app.renderer.counts.renders == renders + 1
        assert served.app.hub.counts.frames_encoded == encoded + 1
        assert served.app.hub.counts.frames_sent == sent + 100
    finally:
        for reader in readers:
            reader.close()


def test_an_equal_picture_is_not_sent_again(served: RunningServer) -> None:
    """A change that a page does not show is looked at and is not worth a frame."""
    counts = served.app.hub.counts
    with open_page(served, "page=/order/still") as reader:
        reader.events(2)
        encoded = counts.frames_encoded
        for number in range(3):
            renders = served.app.renderer.counts.renders
            served.app.desk.submit(f"unseen-{number}")
            wait_for(
                lambda before=renders: served.app.renderer.counts.renders > before,
                "the page was not looked at",
            )
        assert counts.frames_encoded == encoded


def test_one_stream_carries_the_pages_of_several_tabs(served: RunningServer) -> None:
    """Each frame says whose it is; an odd address of one tab does not end the others' stream."""
    keys = "key=/%3Fwindow%3Dall&key=/paced&key=/nosuch&key=/%3Fwindow%3D7m"
    with open_page(served, keys) as reader:
        events = reader.events(3)
    names = json.loads(events[0]["data"])["keys"]
    assert names == {"/?window=all": "/?window=all", "/paced": "/paced?window=5m"}
    assert {json.loads(event["data"])["key"] for event in events[1:]} == set(names.values())


def test_a_page_that_fails_says_so_in_its_frame(served: RunningServer) -> None:
    """The viewer learns that the page is broken and nothing of its insides."""
    with open_page(served, "page=/failing") as reader:
        body = json.loads(reader.events(2)[1]["data"])
    assert "error id" in body["problem"]
    assert body["props"] == {}
    assert b"secret" not in reader.text
    assert b"Traceback" not in reader.text


def test_nobody_watching_costs_nothing(served: RunningServer) -> None:
    """A page is rendered for those who look, and forgotten with the last of them."""
    with open_page(served) as reader:
        reader.events(2)
    wait_for(lambda: not served.app.hub.channels, "the picture was not forgotten")
    renders = served.app.renderer.counts.renders
    served.app.desk.submit("unwatched")
    time.sleep(0.3)
    assert served.app.renderer.counts.renders == renders


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("page=/nosuch", 404),
        ("page=/order/..", 404),
        ("page=/%00", 404),
        ("page=/&window=7m", 422),
        ("page=/&window=60", 422),
        ("page=/&at=yesterday", 422),
        ("&".join(f"key=/order/{number}" for number in range(9)), 422),
    ],
)
def test_what_is_not_there_cannot_be_watched(
    served: RunningServer, query: str, status: int
) -> None:
    """A page that does not exist is a 404, a filter that is not allowed a 422, both in JSON."""
    with served.client() as client:
        answer = client.get(f"/_live/stream?{query}")
    assert answer.status_code == status
    assert answer.json()["error"]


def test_the_33rd_picture_is_refused_and_the_others_go_on(served: RunningServer) -> None:
    """Distinct pictures are capped: 503 with Retry-After, and no open stream is cut."""
    readers = [
        open_page(served, "&".join(f"key=/order/{first * 8 + number}" for number in range(8)))
        for first in range(4)
    ]
    try:
        for reader in readers:
            reader.events(9)
        with served.client() as client:
            refused = client.get("/_live/stream?page=/paced")
            shared = open_page(served, "page=/order/0")
            readers.append(shared)
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "5"
        assert "32" in refused.json()["error"]
        assert shared.events(2), "a picture that is live already takes one more viewer"
        assert len(served.app.hub.channels) == 32
    finally:
        for reader in readers:
            reader.close()


def test_a_client_that_goes_is_forgotten_at_once(served: RunningServer) -> None:
    """A closed connection frees its place without waiting for a heartbeat."""
    reader = open_page(served)
    reader.events(2)
    assert len(served.app.hub.viewers) == 1
    reader.close()
    wait_for(lambda: not served.app.hub.viewers, "the viewer stays", 2.0)


def test_one_viewer_too_many_is_refused_and_none_is_cut(
    served: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of viewers is bounded: 503 with Retry-After, for both streams."""
    monkeypatch.setattr(served.app.hub, "_most_viewers", 2)
    with open_page(served) as one, open_page(served) as two, served.client() as client:
        one.events(2)
        two.events(2)
        for path in ("/_live/stream?page=/", "/sse"):
            refused = client.get(path)
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "5"
        served.app.desk.submit(f"both-{time.monotonic_ns()}")
        assert len(one.events(3)) == len(two.events(3)) == 3
