"""A stream that comes back other than it was is read to the last entry, and no entry twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from data_sources.redis_streams import RedisStreamsSource


class Reader:
    """A source of the stream `s` and the names of all it told, with a clock moved by hand."""

    def __init__(self, url: str, **options: Any) -> None:
        self.now = 1_800_000_000_000_000_000
        self.source = RedisStreamsSource(url, streams=["s"], clock=lambda: self.now, **options)
        self.told: list[str] = []
        self.reading = self.read()

    def read(self, *, later_seconds: float = 0.0) -> Any:
        """Read until there is no more."""
        self.now += int(later_seconds * 1e9)
        more = True
        while more:
            self.reading = self.source.read()
            self.told += self.reading.frame["symbol"].dropna().tolist()
            more = self.reading.more
        return self.reading


def add(redis_server, *numbers: int, name: str = "old") -> None:
    """Append entries under these ids; each is called by its name and number."""
    for number in numbers:
        redis_server.add("s", f"{1_771_000_000_000 + number}-0", symbol=f"{name}{number}")


@pytest.mark.parametrize("later_seconds", [0.0, 2.0])
def test_a_stream_made_anew_around_our_place_is_read_whole(redis_server, later_seconds) -> None:
    """Ids below, at and above the last one read: nothing of the new life is passed by."""
    add(redis_server, *range(10, 20))
    reader = Reader(redis_server.url)
    redis_server.client.delete("s")
    add(redis_server, 3, 15, 19, 25, 26, name="new")

    reading = reader.read(later_seconds=later_seconds)

    assert reader.told[10:] == ["new3", "new15", "new19", "new25", "new26"]
    assert reading.counts.generations["restarted"] == 1
    assert (reading.state, reader.source.lost_entries) == ("ok", 0)
    assert reading.counts.balanced


def test_a_longer_stream_made_anew_is_no_loss(redis_server) -> None:
    """More entries than were counted before: the server's counter does not give it away."""
    add(redis_server, 10, 11, 12)
    reader = Reader(redis_server.url)
    redis_server.client.delete("s")
    add(redis_server, *range(4, 24, 2), name="new")
    cursor = json.loads(json.dumps(reader.reading.cursor))
    reading = RedisStreamsSource(redis_server.url, streams=["s"]).read(cursor)
    assert reading.more
    reader.read(later_seconds=2)

    assert reader.told[3:] == [f"new{number}" for number in range(4, 24, 2)]
    assert reader.source.lost_entries == 0


def test_a_server_restored_from_a_backup_goes_on_where_the_copy_ended(redis_server) -> None:
    """Entries of the copy are not told again; what was added behind it is, also below our place."""
    add(redis_server, *range(20))
    redis_server.client.save()
    reader = Reader(redis_server.url)
    add(redis_server, *range(20, 30))
    reader.read()
    redis_server.stop()
    redis_server.start()
    assert redis_server.client.xlen("s") == 20
    add(redis_server, 22, 27, 29, 35, name="new")

    reading = reader.read(later_seconds=61)
    reading = reader.read(later_seconds=61)

    assert reader.told[30:] == ["new22", "new27", "new29", "new35"]
    assert (reading.counts.accepted, reading.counts.duplicates) == (34, 0)
    assert reading.counts.generations["restarted"] == 1
    assert reader.source.lost_entries == 0


@pytest.mark.parametrize("kept", [150, 3_000])
def test_an_old_copy_costs_duplicates_and_tells_nothing_twice(redis_server, kept: int) -> None:
    """A copy thousands of entries old: what was read before is counted as such, by its id."""
    pipeline = redis_server.client.pipeline(transaction=False)
    for number in range(4_000):
        pipeline.xadd("s", {"symbol": f"old{number}"}, id=f"{number + 1}-0")
        if number + 1 == kept:
            pipeline.dump("s")
    copy = next(reply for reply in pipeline.execute() if len(reply) > 100)
    reader = Reader(redis_server.url)
    redis_server.client.restore("s", 0, copy, replace=True)
    reader.read(later_seconds=2)
    add(redis_server, 7, name="new")

    reading = reader.read(later_seconds=2)

    assert len(reader.told) == 4_001
    assert reader.told[-1] == "new7"
    assert reading.counts.duplicates < 4_000 / 2
    assert reading.counts.lines_in == 4_001 + reading.counts.duplicates
    assert reading.counts.balanced


def test_a_stream_that_falls_back_and_catches_up_is_told_once(redis_server) -> None:
    """A replica a few entries behind, then the first server again: no entry counts twice."""
    add(redis_server, *range(10))
    behind = redis_server.client.dump("s")
    add(redis_server, *range(10, 20))
    ahead = redis_server.client.dump("s")
    reader = Reader(redis_server.url)
    redis_server.client.restore("s", 0, behind, replace=True)
    reader.read(later_seconds=2)
    redis_server.client.restore("s", 0, ahead, replace=True)
    reading = reader.read(later_seconds=2)

    assert len(reader.told) == len(set(reader.told)) == 20
    assert reading.counts.duplicates == 10


def test_trimming_and_deleting_do_not_look_like_a_new_life(redis_server) -> None:
    """Our entry deleted, or trimmed with all before it: read on, and nothing again."""
    client = redis_server.client
    add(redis_server, *range(10))
    reader = Reader(redis_server.url)
    client.xdel("s", "1771000000009-0")
    add(redis_server, 10, 11)
    reader.read(later_seconds=2)
    add(redis_server, 12, 13, 14)
    client.xtrim("s", maxlen=2, approximate=False)
    reader.read()
    client.execute_command("XSETID", "s", "1771000000100-0")
    reading = reader.read(later_seconds=2)

    assert reader.told == [f"old{number}" for number in [*range(12), 13, 14]]
    assert "restarted" not in reading.counts.generations
    assert reader.source.lost_entries == 1


def test_a_cursor_without_marks_goes_on(redis_server) -> None:
    """A position as it was kept before streams were marked is still one."""
    add(redis_server, 1, 2)
    first = Reader(redis_server.url).reading.cursor
    assert first is not None
    for key in ("marks", "first", "told"):
        del first["streams"]["s"][key]
    add(redis_server, 3)
    reading = RedisStreamsSource(redis_server.url, streams=["s"]).read(first)
    assert reading.frame["symbol"].tolist() == ["old3"]
