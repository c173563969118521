"""No entry disappears without a number: trimmed, mirrored, broken, doubled, huge, made anew."""

from __future__ import annotations

import json
import random

import hypothesis
import hypothesis.strategies as st
import pytest

from data_sources.redis_streams import RedisStreamsSource
from data_sources.streams.entry import id_of, offset_of
from data_sources.streams.mirrors import Mirrors
from data_sources.streams.position import Position, StreamFacts, order


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000_000_000

    def __call__(self) -> int:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += int(seconds * 1e9)


def test_a_trimmed_stream_is_noticed_and_the_loss_is_counted_exactly(redis_server) -> None:
    """100 entries more, of which MAXLEN left 30: 70 are lost, told once, and remembered."""
    clock = Clock()
    source = RedisStreamsSource(redis_server.url, streams=["s"], clock=clock)
    for _ in range(10):
        redis_server.add("s")
    assert source.read().problem is None
    for _ in range(100):
        redis_server.add("s")
    redis_server.client.xtrim("s", maxlen=30, approximate=False)
    clock.later(2)

    reading = source.read()
    clock.later(2)
    after = source.read()

    assert len(reading.frame) == 30
    assert (reading.state, after.state) == ("degraded", "ok")
    assert "70 entries" in (reading.problem or "")
    assert "MAXLEN" in (after.problem or "")
    assert source.lost_entries == 70
    assert after.counts.generations["lost"] == 70
    assert after.counts.lines_in == 40


def test_what_was_trimmed_before_we_came_is_no_loss(redis_server) -> None:
    """A stream that is bounded by design begins with its oldest entry, without a complaint."""
    for _ in range(50):
        redis_server.client.xadd("s", {"n": "1"}, maxlen=20, approximate=False)
    reading = RedisStreamsSource(redis_server.url, streams=["s"]).read()
    assert (reading.state, reading.problem, len(reading.frame)) == ("ok", None, 20)


def test_a_loss_while_we_were_down_is_counted_by_the_cursor(redis_server) -> None:
    """The cursor of an earlier process is enough to know how many entries are missing."""
    redis_server.add("s")
    cursor = json.loads(
        json.dumps(RedisStreamsSource(redis_server.url, streams=["s"]).read().cursor)
    )
    for _ in range(12):
        redis_server.add("s")
    redis_server.client.xtrim("s", maxlen=0, approximate=False)

    source = RedisStreamsSource(redis_server.url, streams=["s"])
    reading = source.read(cursor)

    assert source.lost_entries == 12
    assert reading.state == "degraded"


@pytest.mark.parametrize("seed", range(4))
def test_read_and_lost_are_all_that_was_ever_added(redis_server, seed: int) -> None:
    """Whatever is added, trimmed, deleted and read in whatever batches: read + lost = added."""
    chance = random.Random(seed)
    clock = Clock()
    source = RedisStreamsSource(redis_server.url, streams=["s"], batch_entries=7, clock=clock)
    redis_server.add("s")
    source.read()
    added = [redis_server.add("s")]
    for _ in range(60):
        step = chance.random()
        if step < 0.6:
            added.append(redis_server.add("s"))
        elif step < 0.7:
            redis_server.client.xtrim("s", maxlen=chance.randrange(12), approximate=False)
        elif step < 0.8:
            redis_server.client.xdel("s", chance.choice(added))
        else:
            clock.later(chance.choice([0.0, 2.0]))
            source.read()
    clock.later(2)
    while source.read().more:
        clock.later(2)
    clock.later(2)
    reading = source.read()

    total = redis_server.client.xinfo_stream("s")["entries-added"]
    assert reading.counts.lines_in + source.lost_entries == total
    assert reading.counts.balanced


def test_a_stream_made_anew_is_read_from_its_beginning(redis_server) -> None:
    """After DEL the ids may begin lower: noticed at the next check, everything is read."""
    clock = Clock()
    source = RedisStreamsSource(redis_server.url, streams=["s"], clock=clock)
    redis_server.add("s", "2000000000000-0")
    source.read()
    redis_server.client.delete("s")
    redis_server.add("s", "1700000000000-0")
    clock.later(2)

    readings = [source.read(), source.read()]

    assert sum(len(reading.frame) for reading in readings) == 1
    assert readings[-1].counts.generations["restarted"] == 1
    assert source.lost_entries == 0


def test_bad_entries_are_set_aside_and_cost_nobody_else(redis_server) -> None:
    """Bytes that are no text, payloads that are no JSON, a field twice, a huge one: one each."""
    add = redis_server.client.execute_command
    stream = "quantum:stream:x"
    add("XADD", stream, "*", "name", b"\xff\xfe")
    add("XADD", stream, "*", "payload", '{"a": 1}, "evil": {"b": 2}')
    add("XADD", stream, "*", "payload", '{"a": NaN}')
    add("XADD", stream, "*", "side", "BUY", "side", "SELL")
    add("XADD", stream, "*", "text", "y" * 5_000)
    add("XADD", stream, "*", "timestamp", "tomorrow")
    add("XADD", stream, "*", "payload", '{"a":\n1}')
    add("XADD", stream, "*", "event", "PLAIN")
    add("XADD", stream, "99999999999999999-0", "n", "1")
    source = RedisStreamsSource(
        redis_server.url, dialect="quantum_trader", streams=[stream], max_entry_bytes=4_000
    )

    reading = source.read()

    assert reading.counts.quarantined == {
        "utf8": 1,
        "malformed": 2,
        "dup_key": 1,
        "oversize": 1,
        "bad_ts": 1,
        "int_range": 1,
    }
    assert len(reading.frame) == reading.counts.accepted == 2
    assert reading.counts.balanced
    doubled = next(line for line in reading.quarantined if line.reason == "dup_key")
    assert "SELL" in doubled.head
    assert source.raw_line(doubled.generation, doubled.offset) is not None


def test_mirrored_streams_count_once_whichever_comes_first(redis_server) -> None:
    """The copy of an entry is a duplicate, equal entries of one stream are not."""
    result, copy = "quantum:stream:execution.result", "quantum:stream:trade.execution.res"
    clock = Clock()
    source = RedisStreamsSource(
        redis_server.url, dialect="quantum_trader", streams=[result, copy], clock=clock
    )
    fields = {"payload": json.dumps({"symbol": "BTC", "status": "rejected"})}
    for stream in (result, result, copy):
        redis_server.client.xadd(stream, fields)
    first = source.read()
    redis_server.client.xadd(copy, fields)
    redis_server.client.xadd(copy, {"payload": json.dumps({"symbol": "ETH", "status": "filled"})})
    cursor = json.loads(json.dumps(first.cursor))
    again = RedisStreamsSource(redis_server.url, dialect="quantum_trader", streams=[result, copy])

    second = again.read(cursor)

    assert first.frame["kind"].tolist() == ["order.rejected"] * 2
    assert first.counts.duplicates == 1
    assert second.frame["symbol"].tolist() == ["ETH"]
    assert (second.counts.duplicates, second.counts.balanced) == (2, True)


def test_long_mirrors_are_matched_over_many_reads(redis_server) -> None:
    """Two streams of 2,154 equal results each are 2,154 events, in whatever batches."""
    streams = ["quantum:stream:execution.result", "quantum:stream:trade.execution.res"]
    pipeline = redis_server.client.pipeline(transaction=False)
    for stream in streams:
        for number in range(2_154):
            pipeline.xadd(stream, {"payload": json.dumps({"order_id": number % 700})})
    pipeline.execute()
    for batch in (5_000, 300):
        source = RedisStreamsSource(
            redis_server.url, dialect="quantum_trader", streams=streams, batch_entries=batch
        )
        reading = source.read()
        while reading.more:
            reading = source.read()
        assert (reading.counts.accepted, reading.counts.duplicates) == (2_154, 2_154)
        assert reading.cursor["mirrors"] == {}


def test_a_burst_is_taken_in_bounded_batches_without_a_loss(redis_server) -> None:
    """30,000 entries at once: each read stays below its bytes, the sum is exact."""
    pipeline = redis_server.client.pipeline(transaction=False)
    for number in range(30_000):
        pipeline.xadd("s", {"symbol": "BTC", "price": str(number), "text": "x" * 40})
    pipeline.execute()
    source = RedisStreamsSource(redis_server.url, streams=["s"], batch_entries=30_000)
    reading = source.read(limit_bytes=1 << 20)
    prices = list(reading.frame["price"])
    while reading.more:
        reading = source.read(limit_bytes=1 << 20)
        assert int(reading.frame["attributes"].str.len().sum()) <= 2 << 20
        prices += list(reading.frame["price"])
    assert prices == list(range(30_000))
    assert (reading.counts.accepted, source.lost_entries) == (30_000, 0)


@hypothesis.given(st.integers(0, 2**41 - 1), st.integers(0, 2**20 - 1))
def test_every_id_is_one_offset_and_back(ms: int, sequence: int) -> None:
    """An id and its offset name each other; in one stream no two ids share one."""
    offset = offset_of(f"{ms}-{sequence}")
    assert offset is not None
    assert id_of(offset) == f"{ms}-{sequence}"
    assert offset < 2**63


@hypothesis.given(st.lists(st.tuples(st.booleans(), st.integers(0, 3)), max_size=60))
def test_mirrors_match_one_to_one(told: list[tuple[bool, int]]) -> None:
    """Of any mixture of two copies, each value counts as often as the stream that has it most."""
    mirrors = Mirrors({"copy": "original"})
    counted = [
        value
        for original, value in told
        if not mirrors.repeats("original" if original else "copy", [b"v", b"%d" % value])
    ]
    for value in range(4):
        each = [sum(1 for o, v in told if o is side and v == value) for side in (True, False)]
        assert counted.count(value) == max(each)


def test_a_server_that_does_not_count_is_read_without_a_guess() -> None:
    """Before Redis 7 nobody knows how many were added: nothing is said to be lost."""
    facts = StreamFacts.of(
        [b"length", 2, b"last-generated-id", b"9-1", b"first-entry", [b"8-0", []]]
    )
    position = Position("5-0")
    assert position.took(["8-0", "9-1"], facts, all_taken=True) == 0
    assert position.last_id == "9-1"
    assert order("10-2") > order("9-11")
