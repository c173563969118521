"""Redis streams of a real server become events, each entry once, and are resumed by their ids."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources import Catalog, ConfigError, SourceError
from data_sources.columns import EVENT_COLUMNS
from data_sources.redis_streams import RedisStreamsSource


def test_entries_become_events_with_their_stream_and_id(redis_server) -> None:
    """An event names its stream and leads back to the very entry it came from."""
    entry_id = redis_server.add("bot:orders", timestamp="1771123813.5", symbol="BTC", price="7.5")
    with_source = RedisStreamsSource(redis_server.url, streams=["bot:orders"], account_id="A1")

    reading = with_source.read()

    assert list(reading.frame.columns) == list(EVENT_COLUMNS)
    event = reading.frame.iloc[0]
    assert event["raw_generation"] == "bot:orders"
    assert event["symbol"] == "BTC"
    assert event["account_id"] == "A1"
    raw = json.loads(with_source.raw_line("bot:orders", int(event["raw_offset"])) or "")
    assert raw["id"] == entry_id
    assert raw["fields"] == {"timestamp": "1771123813.5", "symbol": "BTC", "price": "7.5"}
    assert (reading.state, reading.problem) == ("ok", None)
    assert (reading.counts.lines_in, reading.counts.accepted) == (1, 1)


def test_a_cursor_goes_on_in_another_process(redis_server) -> None:
    """A new source with the JSON of an old cursor reads exactly what came since."""
    for number in range(5):
        redis_server.add("s", name=f"before-{number}")
    first = RedisStreamsSource(redis_server.url, streams=["s"])
    cursor = json.loads(json.dumps(first.read().cursor))
    first.close()
    for number in range(3):
        redis_server.add("s", name=f"after-{number}")

    reading = RedisStreamsSource(redis_server.url, streams=["s"]).read(cursor)

    assert len(reading.frame) == 3
    assert reading.counts.accepted == 8
    assert reading.counts.balanced


def test_batches_are_bounded_and_say_that_there_is_more(redis_server) -> None:
    """No read takes more than its batch; `more` holds until the last entry was taken."""
    for _ in range(25):
        redis_server.add("s")
    source = RedisStreamsSource(redis_server.url, streams=["s"], batch_entries=10)

    readings = [source.read() for _ in range(3)]

    assert [len(reading.frame) for reading in readings] == [10, 10, 5]
    assert [reading.more for reading in readings] == [True, True, False]
    assert len(source.read({}).frame) == 10


def test_limit_bytes_bounds_a_read(redis_server) -> None:
    """A small limit gives a small batch, and in the end everything."""
    for _ in range(40):
        redis_server.add("s", text="x" * 500)
    source = RedisStreamsSource(redis_server.url, streams=["s"])
    sizes, more = [], True
    while more:
        reading = source.read(limit_bytes=6_000)
        sizes.append(len(reading.frame))
        more = reading.more
    assert sum(sizes) == 40
    assert max(sizes) <= 12


def test_patterns_names_and_exclusions_choose_streams(redis_server) -> None:
    """A pattern finds streams alone, also later ones; a name is waited for; others stay out."""
    clock = [1_800_000_000_000_000_000]
    redis_server.add("bot:a")
    redis_server.add("bot:noise")
    redis_server.add("other")
    redis_server.client.set("bot:text", "no stream")
    source = RedisStreamsSource(
        redis_server.url,
        streams=["bot:*", "late"],
        exclude=["*noise"],
        clock=lambda: clock[0],
    )
    assert set(source.read().frame["raw_generation"]) == {"bot:a"}

    redis_server.add("bot:b")
    redis_server.add("late")
    clock[0] += 6_000_000_000
    found = pd.concat([source.read().frame, source.read().frame])

    assert sorted(found["raw_generation"]) == ["bot:b", "late"]


def test_a_key_of_another_type_is_a_wrong_configuration(redis_server) -> None:
    """A list under a configured name is told; the streams beside it are read all the same."""
    redis_server.client.rpush("queue", "x")
    redis_server.add("s")
    source = RedisStreamsSource(redis_server.url, streams=["queue", "s"])

    readings = [source.read(), source.read()]

    assert readings[0].state == "misconfigured"
    assert "queue" in (readings[0].problem or "")
    assert sum(len(reading.frame) for reading in readings) == 1


def test_a_key_that_fits_a_pattern_and_is_no_stream_is_told(redis_server) -> None:
    """Beside streams in the problem; alone it is a wrong configuration; gone, it is forgotten."""
    client = redis_server.client
    client.set("bot:text", "x")
    client.rpush("bot:noise", "x")
    source = RedisStreamsSource(
        redis_server.url, streams=["bot:*"], exclude=["*noise"], clock=iter_clock()
    )
    alone = source.read()
    redis_server.add("bot:a")
    beside = [source.read() for _ in range(4)]
    client.delete("bot:text")
    gone = [source.read() for _ in range(40)][-1]

    assert alone.state == "misconfigured"
    assert sum(len(reading.frame) for reading in beside) == 1
    assert beside[-1].state == "ok"
    for reading in (alone, beside[-1]):
        assert "bot:text" in (reading.problem or "")
        assert "noise" not in (reading.problem or "")
    assert (gone.state, gone.problem) == ("ok", None)
    everything = RedisStreamsSource(redis_server.url, streams=["*"]).read()
    assert (everything.state, everything.problem) == ("ok", None)


def test_a_stream_that_becomes_another_key_and_comes_back_is_told_and_read(redis_server) -> None:
    """While a text stands in its place the source says so; neither it nor the rest stays lost."""
    client = redis_server.client
    redis_server.add("s")
    redis_server.add("t")
    source = RedisStreamsSource(redis_server.url, streams=["s", "t"], clock=iter_clock())
    source.read()
    client.delete("s")
    client.set("s", "x")
    redis_server.add("t")
    wrong = [source.read(), source.read()]
    client.delete("s")
    gone = source.read()
    redis_server.add("s")
    back = [source.read(), source.read()]

    assert {reading.state for reading in wrong} == {"misconfigured"}
    assert [len(reading.frame) for reading in wrong] == [0, 1]
    assert (gone.state, gone.problem) == ("ok", None)
    assert sum(len(reading.frame) for reading in back) == 1
    assert back[-1].counts.accepted == 4


def test_nothing_there_yet_is_waiting(redis_server) -> None:
    """A server without such streams is waited for, and the first entry is taken."""
    source = RedisStreamsSource(redis_server.url, streams=["s"], clock=iter_clock())
    first = source.read()
    redis_server.add("s")
    later = [source.read(), source.read()]

    assert first.state == "waiting"
    assert "s" in (first.problem or "")
    assert sum(len(reading.frame) for reading in later) == 1
    assert later[-1].state == "ok"


def test_start_at_the_end_reads_only_what_is_new(redis_server) -> None:
    """`start = "end"` passes by what is there, but not what a later stream begins with."""
    redis_server.add("s", name="old")
    source = RedisStreamsSource(
        redis_server.url, streams=["s", "t"], start="end", clock=iter_clock()
    )
    first = source.read()
    assert first.frame.empty
    redis_server.add("s", name="new")
    redis_server.add("t", name="first")

    found = pd.concat([source.read().frame, source.read().frame])
    later = RedisStreamsSource(redis_server.url, streams=["s", "t"], start="end").read(first.cursor)

    assert sorted(found["raw_generation"]) == ["s", "t"]
    assert sorted(later.frame["raw_generation"]) == ["s", "t"]


def test_the_reader_takes_nothing_away(redis_server) -> None:
    """Consumer groups and the streams themselves are as they were."""
    redis_server.add("s")
    redis_server.client.xgroup_create("s", "bot", id="0")
    before = redis_server.client.xinfo_stream("s")

    RedisStreamsSource(redis_server.url, streams=["s"]).read()

    assert redis_server.client.xinfo_stream("s") == before
    assert len(redis_server.client.xreadgroup("bot", "one", {"s": ">"})) == 1


def test_all_reads_share_one_connection_and_only_ever_read(redis_server) -> None:
    """One connection for every stream and read, one for a look; no command that writes."""
    redis_server.add("a")
    redis_server.add("b")
    redis_server.client.config_resetstat()
    source = RedisStreamsSource(redis_server.url, streams=["*"], clock=iter_clock())
    for _ in range(20):
        reading = source.read()
    offset = int(source.read({}).frame["raw_offset"].iloc[0])
    assert redis_server.client.info("stats")["total_connections_received"] == 1
    source.raw_line("a", offset)

    assert reading.counts.accepted == 2
    assert redis_server.client.info("stats")["total_connections_received"] == 2
    commands = {name.partition("_")[2] for name in redis_server.client.info("commandstats")}
    ours = commands - {"config|resetstat", "info"}
    assert ours == {"xread", "xrange", "xinfo|stream", "scan", "multi", "exec"}


def test_a_foreign_cursor_is_refused(redis_server) -> None:
    """What is no cursor of this kind is named, and nothing is read by it."""
    source = RedisStreamsSource(redis_server.url, streams=["s"])
    for cursor in ({"tail": {}}, {"streams": {"s": {"id": "x", "lost": 0}}, "counts": {}}):
        with pytest.raises(SourceError, match="cursor"):
            source.read(cursor)


def test_options_come_from_a_table_and_are_checked() -> None:
    """The kind is found by its name; a wrong URL, zone or limit is refused with its key."""
    made = Catalog.from_specs(
        {"q": {"kind": "redis_streams", "url": "redis://h:1/2", "dialect": "quantum_trader"}}
    )["q"]
    assert isinstance(made, RedisStreamsSource)
    assert made.url == "redis://h:1/2"
    assert made.speaks == "quantum_trader_redis"
    urls = ("http://h", "redis://", "redis://h:x", "redis://h/a", "redis://h?db=1", "unix://")
    options: list[dict[str, Any]] = [{"url": url} for url in urls]
    for wrong in (*options, {"timezone": "Mars/X"}, {"timeout_seconds": 0}):
        with pytest.raises(ConfigError):
            RedisStreamsSource(**{"url": "redis://h", **wrong})
    with pytest.raises(ConfigError, match="DESKWATCH_SOURCES__Q__PASSWORD"):
        Catalog.from_specs({"q": {"kind": "redis_streams", "url": "redis://h", "password": "x"}})


def test_a_unix_socket_is_a_place_too(redis_server, tmp_path: Path) -> None:
    """`unix://PATH` reads the same server without a network."""
    redis_server.stop()
    redis_server.start("--unixsocket", str(tmp_path / "redis.sock"))
    redis_server.add("s")
    source = RedisStreamsSource(f"unix://{tmp_path}/redis.sock", streams=["s"])
    assert len(source.read().frame) == 1


def iter_clock():
    """A clock that goes on two seconds at each look."""
    now = [1_800_000_000_000_000_000]

    def clock() -> int:
        now[0] += 2_000_000_000
        return now[0]

    return clock
