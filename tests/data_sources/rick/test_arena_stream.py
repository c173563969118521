"""The source at a healthy Arena: each event once, over reconnects, restarts and processes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from data_sources import EVENT_COLUMNS, SourceError
from data_sources.lines.frame import no_events
from data_sources.sse import SseSource
from tests.data_sources.rick.arena_server import Arena
from tests.data_sources.rick.reading_on import Heard

Listen = Callable[..., SseSource]


def test_events_arrive_while_they_happen(street: Arena, listen: Listen) -> None:
    """The replay comes first, then what happens; frames have the agreed columns and dtypes."""
    street.place(1)
    heard = Heard(listen(street.url)).events(2)
    street.place(2, side="SELL")
    heard.events(3)
    assert tuple(heard.rows.columns) == EVENT_COLUMNS
    assert (
        heard.reading.frame.dtypes.astype(str).tolist() == no_events().dtypes.astype(str).tolist()
    )
    assert heard.column("kind") == ["heartbeat", "order.submitted", "order.submitted"]
    assert heard.column("client_order_id") == [None, "paper-oanda-1", "paper-oanda-2"]
    assert heard.column("side") == [None, "buy", "sell"]
    assert heard.reading.state == "ok"
    assert heard.reading.as_of == heard.rows["ts_event"].iloc[-1]
    assert heard.reading.counts.accepted == 3
    assert heard.reading.counts.balanced


def test_the_original_is_a_click_away(street: Arena, listen: Listen) -> None:
    """`raw_line` and the attributes give an event byte for byte; other places give nothing."""
    line = street.place(1)
    heard = Heard(listen(street.url)).events(2)
    row = heard.rows.iloc[1]
    source = heard.source
    assert source.raw_line(row["raw_generation"], row["raw_offset"]) == line.decode()
    assert row["attributes"] == line.decode()
    assert source.raw_line(row["raw_generation"], row["raw_offset"] + 1) is None
    assert source.raw_line("another", row["raw_offset"]) is None


def test_a_replay_is_counted_once(street: Arena, listen: Listen) -> None:
    """After a reconnect the Arena tells its newest events again: duplicates, no rows, no gap."""
    for number in range(5):
        street.place(number)
    heard = Heard(listen(street.url)).events(6)
    street.end_streams()
    heard.until(lambda h: len(street.requests) == 2)
    street.place(6)
    heard.events(7)
    assert heard.column("client_order_id")[-1] == "paper-oanda-6"
    counts = heard.reading.counts
    assert (counts.accepted, counts.duplicates, counts.lines_in) == (7, 6, 13)
    assert counts.generations == {"connections": 2, "renewals": 0, "gaps": 0}
    assert heard.reading.state == "ok"


def test_what_was_missed_is_in_the_replay(street: Arena, listen: Listen) -> None:
    """Orders placed while nobody listened arrive with the next connection."""
    heard = Heard(listen(street.url)).events(1)
    heard.source.close()
    for number in range(50):
        street.place(number)
    heard.events(51)
    assert len(set(heard.column("client_order_id"))) == 51
    assert heard.reading.counts.generations["gaps"] == 0


def test_more_than_the_replay_holds_is_a_gap(street: Arena, listen: Listen) -> None:
    """When more was missed than is told again, nothing joins on: that is told and counted."""
    heard = Heard(listen(street.url)).events(1)
    heard.source.close()
    for number in range(250):
        street.place(number)
    heard.events(201)
    assert heard.reading.counts.generations["gaps"] == 1
    assert heard.reading.state == "degraded"
    assert "may be missing" in str(heard.reading.problem)


def test_a_restarted_arena_begins_a_session(street: Arena, listen: Listen) -> None:
    """Order ids begin anew with the Arena: its new orders are others, in a session of their own."""
    street.place(1)
    heard = Heard(listen(street.url)).events(2)
    street.stop()
    heard.state("down", "degraded")
    street.start()
    street.place(1)
    heard.events(4)
    assert heard.column("client_order_id") == [None, "paper-oanda-1"] * 2
    first, again = dict.fromkeys(heard.column("session_id"))
    assert heard.column("session_id") == [first, first, again, again]
    assert heard.reading.counts.duplicates == 0
    assert heard.reading.counts.generations["gaps"] == 1


def test_a_cursor_goes_on_in_another_process(street: Arena, listen: Listen) -> None:
    """A cursor, through JSON, makes a new source go on: the replay is known, counts and places."""
    street.place(1)
    first = Heard(listen(street.url)).events(2)
    cursor = json.loads(json.dumps(first.reading.cursor))
    first.source.close()
    street.place(2)
    heard = Heard(listen(street.url), cursor).events(1)
    assert heard.column("client_order_id") == ["paper-oanda-2"]
    assert heard.column("session_id") == [first.column("session_id")[0]]
    assert heard.rows["raw_generation"].iloc[0] == first.rows["raw_generation"].iloc[0]
    assert heard.rows["raw_offset"].iloc[0] > first.rows["raw_offset"].iloc[-1]
    assert (heard.reading.counts.accepted, heard.reading.counts.duplicates) == (3, 2)


def test_an_older_cursor_gives_the_same_again(street: Arena, listen: Listen) -> None:
    """A desk that failed after a read goes back to its cursor: same events, same places."""
    heard = Heard(listen(street.url)).events(1)
    cursor = heard.reading.cursor
    street.place(1)
    street.place(2)
    heard.events(3)
    again = heard.source.read(cursor)
    columns = ["raw_generation", "raw_offset", "client_order_id"]
    assert again.frame[columns].astype("str").to_numpy().tolist() == (
        heard.rows[columns].iloc[1:].astype("str").to_numpy().tolist()
    )
    assert again.counts.accepted == 3


def test_an_empty_cursor_takes_the_replay_as_new(street: Arena, listen: Listen) -> None:
    """`read({})` forgets what was told; a foreign cursor is refused with what to do."""
    street.place(1)
    heard = Heard(listen(street.url)).events(2)
    heard.read({})
    assert heard.events(4).reading.counts.accepted == 2
    with pytest.raises(SourceError, match="from the beginning"):
        heard.source.read({"tail": {}})


def test_any_dialect_can_be_guessed(street: Arena, listen: Listen) -> None:
    """With `auto` the first events say what is spoken."""
    source = listen(street.url, dialect="auto")
    assert source.speaks == ""
    heard = Heard(source).events(1)
    assert source.speaks == "rick"
    assert heard.column("system") == ["rick"]


def test_one_connection_however_often_it_is_read(street: Arena, listen: Listen) -> None:
    """P16: reading opens nothing: there is one connection, asked for with the right words."""
    heard = Heard(listen(street.url)).events(1)
    for number in range(20):
        street.place(number)
        heard.events(2 + number)
    assert len(street.requests) == 1
    head = street.requests[0].lower()
    assert b"accept: text/event-stream" in head
    assert b"cookie" not in head


def test_a_forgotten_source_stops_listening(street: Arena) -> None:
    """A source that nobody holds any more lets its connection go."""
    source = SseSource(street.url, dialect="rick")
    assert source.wait(10)
    listener = source._listener
    assert listener is not None
    del source
    listener._thread.join(timeout=5)
    assert not listener._thread.is_alive()
