"""An entry is looked up while the source goes on reading: neither disturbs the other."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from data_sources.redis_streams import RedisStreamsSource
from tests.data_sources.network.conftest import RedisServer
from tests.desk.small_desk import wait_for

ENTRIES, LOOKS, LOOKERS = 600, 150, 3


def wanted_text(number: int) -> str:
    """What entry *number* holds, long enough that an answer comes in several pieces."""
    return f"{number}:" + str(number) * 2_000


def filled(server: RedisServer) -> None:
    with server.client.pipeline() as pipe:
        for number in range(ENTRIES):
            pipe.xadd("s", {"n": wanted_text(number)}, id=f"1771123813390-{number}")
        pipe.execute()


def test_lookers_and_the_reader_at_the_same_time(redis_server: RedisServer) -> None:
    """Three threads look up entries while a fourth reads: each gets its own entry, all are read."""
    filled(redis_server)
    source = RedisStreamsSource(redis_server.url, streams=["s"], batch_entries=10)
    source.read()
    offset_of_first = 1_771_123_813_390 << 12
    begin = threading.Barrier(LOOKERS + 1)

    def looked_up(offset: int) -> str | None:
        ends = time.monotonic() + 30
        # On a busy machine the server may miss the deadline of one question.
        while (line := source.raw_line("s", offset)) is None and time.monotonic() < ends:
            pass
        return line

    def look(looker: int) -> list[tuple[int, str | None]]:
        begin.wait(timeout=30)
        numbers = [(looker * LOOKS + n) % ENTRIES for n in range(LOOKS)]
        return [(n, looked_up(offset_of_first + n)) for n in numbers]

    def read() -> tuple[int, set[str]]:
        begin.wait(timeout=30)
        count, states = 10, set()
        for _ in range(10 * ENTRIES):
            reading = source.read()
            count += len(reading.frame)
            states.add(reading.state)
            if count >= ENTRIES:
                break
        return count, states

    with ThreadPoolExecutor(LOOKERS + 1) as threads:
        lookers = [threads.submit(look, number) for number in range(LOOKERS)]
        count, states = threads.submit(read).result(timeout=120)
        found = [each for looker in lookers for each in looker.result(timeout=120)]
    assert (count, states) == (ENTRIES, {"ok"})
    for number, line in found:
        raw = json.loads(line or "{}")
        assert (raw["id"], raw["fields"]) == (
            f"1771123813390-{number}",
            {"n": wanted_text(number)},
        )
    assert source.read().counts.accepted == ENTRIES
    source.close()


def test_nothing_is_looked_up_that_is_not_watched(redis_server: RedisServer) -> None:
    """Only streams that the configuration chooses are read back, before the first read too."""
    for stream in ("bot:orders", "bot:secret", "other"):
        redis_server.add(stream, "1771123813390-0", n="1")
    source = RedisStreamsSource(redis_server.url, streams=["bot:*"], exclude=["bot:secret"])
    offset = 1_771_123_813_390 << 12
    for _ in range(2):
        assert source.raw_line("bot:orders", offset) is not None
        assert source.raw_line("bot:secret", offset) is None
        assert source.raw_line("other", offset) is None
        assert source.raw_line("bot:orders", offset + 1) is None
        source.read()
    source.close()


def test_a_look_leaves_no_connection(redis_server: RedisServer) -> None:
    """Looking up holds nothing open: beside ours and the reader's there is no client."""
    redis_server.add("s", "1771123813390-0", n="1")
    source = RedisStreamsSource(redis_server.url, streams=["s"])
    source.read()
    before = len(redis_server.client.client_list())
    assert source.raw_line("s", 1_771_123_813_390 << 12) is not None
    wait_for(lambda: len(redis_server.client.client_list()) == before)
    redis_server.stop()
    assert source.raw_line("s", 1_771_123_813_390 << 12) is None
    source.close()
