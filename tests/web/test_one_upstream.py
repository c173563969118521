"""However many watch, the origin has one listener."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from running_server import RunningServer
from stream_reader import StreamReader

from data_sources.sse import SseSource
from desk.desk import Desk
from desk.origin import origin
from tests.data_sources.rick.arena_server import arena
from tests.desk.small_desk import wait_for
from web.application import create_app

VIEWERS = 50


def test_fifty_viewers_and_one_connection_upstream(tmp_path: Path) -> None:
    """P16: fifty streams of ours hear of the same order, over the one stream of the Arena."""
    with arena() as street:
        source = SseSource(street.url, dialect="rick", name="arena")
        desk = Desk([origin("arena", source)], state_dir=tmp_path)
        app = create_app(desk, pages_folder=Path(__file__).parent / "small_pages")
        desk.start()
        try:
            wait_for(lambda: desk.sources()[0]["state"] == "ok")
            with RunningServer(app) as served, contextlib.ExitStack() as stack:
                readers = [
                    stack.enter_context(StreamReader(served.address, "/sse?window=all"))
                    for _ in range(VIEWERS)
                ]
                for reader in readers:
                    reader.events(1)
                street.place(1)
                for reader in readers:
                    while submitted(reader) < 1:
                        reader.events(len(reader.parsed()) + 1, seconds=30)
                assert (len(street.requests), len(street.subscribers)) == (1, 1)
        finally:
            desk.stop()


def submitted(reader: StreamReader) -> int:
    """How many orders the newest event of a stream tells of."""
    return int(json.loads(reader.parsed()[-1]["data"])["orders"]["submitted"])
