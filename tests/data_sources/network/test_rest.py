"""Polled endpoints become frames: each at its pace, ranked, merged, and none in another's way."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pandas as pd
import pytest

from data_sources import Catalog, ConfigError
from data_sources.frames import FRAMES, TRACE
from data_sources.rest import RestSource
from tests.data_sources.network.services import Clock, book, small, told, well


def test_answers_become_the_agreed_frames(server, tmp_path: Path) -> None:
    """Rows have the columns and types that every page knows, with source and account."""
    well(server)
    source = small(tmp_path, server, Clock(), name="desk", account_id="A1")

    reading = source.read()

    assert (reading.state, reading.problem) == ("ok", None)
    assert set(reading.frames) == {"equity", "positions", "signals", "disagreements"}
    for name, frame in {**reading.frames, "services": reading.frame}.items():
        assert set(frame.columns) == set(FRAMES[name]) | set(TRACE)
        assert {c: str(frame[c].dtype) for c in FRAMES[name]} == FRAMES[name]
    assert reading.frames["equity"]["equity"].tolist() == [3902.69]
    assert reading.frames["equity"]["account_id"].tolist() == ["A1"]
    assert reading.frames["signals"]["confidence_ratio"].tolist() == [0.68]
    assert reading.frame["name"].tolist() == ["desk.book", "desk.venue", "desk.news"]
    assert reading.frames["disagreements"].empty
    assert (reading.counts.lines_in, reading.counts.accepted) == (4, 4)


def test_the_best_ranked_endpoint_is_believed_and_the_difference_is_kept(
    server, tmp_path: Path
) -> None:
    """Two lists of positions are never added up: one stands, the other's difference is told."""
    well(server)
    venue = [{"symbol": "BTC", "quantity": 0.4}, {"symbol": "ETH", "side": "short", "quantity": 2}]
    server.on("/venue", told(venue))

    frames = small(tmp_path, server, Clock()).read().frames

    assert frames["positions"]["symbol"].tolist() == ["BTC", "ETH"]
    rows = frames["disagreements"][["what", "source_a", "value_a", "source_b", "value_b"]]
    assert rows.fillna("-").to_numpy().tolist() == [
        ["position BTC", "venue", "0.4", "book", "0.5"],
        ["position ETH", "venue", "-2", "book", "-"],
        ["positions", "venue", "2", "book", "1"],
    ]


def test_a_placeholder_is_told_and_never_shown_as_truth(server, tmp_path: Path) -> None:
    """10000.0 is what the service says when it knows nothing: no equity, a degraded service."""
    well(server)
    server.on("/book", told(book(equity=10000.0, positions=[])))
    source = small(tmp_path, server, Clock())

    reading = source.read()

    assert reading.frames["equity"].empty
    service = reading.frame.set_index("name").loc["small.book"]
    assert (reading.state, service["state"]) == ("degraded", "degraded")
    assert "placeholder" in service["detail"]
    told_rows = reading.frames["disagreements"].set_index("what")
    assert told_rows.loc["equity", "value_b"] == "10000"
    assert told_rows.loc["equity", "source_b"] == "book (placeholder)"
    assert pd.isna(told_rows.loc["equity", "value_a"])
    assert reading.frames["positions"]["quantity"].tolist() == [0.5]


def test_a_sick_endpoint_keeps_its_last_good_rows_with_their_own_time(
    server, tmp_path: Path
) -> None:
    """After a failure the rows stay, as_of does not move, the state and the problem say so."""
    well(server)
    clock = Clock()
    source = small(tmp_path, server, clock)
    good = source.read()
    server.on("/book", told({"error": "no database"}, status="500 Internal Server Error"))
    clock.now += 10

    sick = source.read()

    assert sick.state == "degraded"
    assert "no database" in (sick.problem or "")
    assert sick.frames["equity"].equals(good.frames["equity"])
    rows = sick.frame.set_index("name")
    assert rows.loc["small.book", "state"] == "down"
    assert rows.loc["small.book", "as_of"] == pd.Timestamp(1_800_000_000, unit="s", tz="UTC")
    assert rows.loc["small.news", "as_of"] == pd.Timestamp(1_800_000_010, unit="s", tz="UTC")


def test_a_hanging_endpoint_delays_the_others_once_at_most(server, tmp_path: Path) -> None:
    """While one endpoint hangs, the others keep their pace; what it says later is taken."""
    well(server)
    server.on("/venue", server.silent)
    source = small(tmp_path, server, timeout_seconds=2.5)
    source.read()
    begun = time.monotonic()
    longest, reads = 0.0, 0
    while time.monotonic() < begun + 2.5:
        before = time.monotonic()
        reading = source.read()
        longest, reads = max(longest, time.monotonic() - before), reads + 1
        time.sleep(min(0.1, source.wait_seconds))
    source.close()

    assert longest < 1.5
    assert reads >= 5
    assert reading.frame.set_index("name").loc["small.venue", "state"] == "down"
    asked = [head.split(b" ")[1] for head in server.requests]
    assert asked.count(b"/news?limit=2") >= 2


def test_each_endpoint_is_asked_at_its_own_pace(server, tmp_path: Path) -> None:
    """Within a pace nothing is asked again; `wait_seconds` says when the next one is due."""
    well(server)
    clock = Clock()
    source = small(tmp_path, server, clock)
    source.read()
    assert 0.9 <= source.wait_seconds <= 1.1
    source.read()
    assert len(server.requests) == 3
    clock.now += 1.1
    source.read()
    assert len(server.requests) == 5
    clock.now += 1.1
    source.read()
    assert len(server.requests) == 8


def test_services_have_base_urls_of_their_own(server, tmp_path: Path) -> None:
    """An endpoint is asked at its service's URL; endpoints without any URL are left out."""
    well(server)
    here = {"venue": server.url("")}
    source = small(tmp_path, server, url="", services=here)
    assert source.read().frame["name"].tolist() == ["small.venue"]
    for options in ({"services": {"venu": "http://h"}}, {"endpoints": ["boks"]}, {"url": ""}):
        with pytest.raises(ConfigError, match=r"(Did you mean|is missing)"):
            small(tmp_path, server, **options)


def test_mock_rows_are_left_out_and_counted(server, tmp_path: Path) -> None:
    """Rows that the service made up are no signals, and neither is what is no object."""
    well(server)
    server.on("/news", told([{"symbol": "A"}, {"symbol": "B", "source": "mock_feed"}, 7, None]))

    reading = small(tmp_path, server, Clock(), endpoints=["news"]).read()

    assert reading.frames["signals"]["symbol"].tolist() == ["A"]
    assert reading.counts.quarantined == {"mock": 1, "not_object": 2}
    assert reading.counts.balanced
    assert "1 mock" in reading.frame["detail"].iloc[0]


def test_since_goes_on_in_another_process(server, tmp_path: Path) -> None:
    """The cursor is JSON and carries since when an endpoint is how it is."""
    well(server)
    clock = Clock()
    first = small(tmp_path, server, clock).read()
    clock.now += 5
    again = small(tmp_path, server, clock).read(json.loads(json.dumps(first.cursor)))
    assert again.frame["since"].tolist() == first.frame["since"].tolist()


def test_the_token_is_sent_and_comes_from_the_environment_alone(server, tmp_path: Path) -> None:
    """Bearer by default, any header by option; never in a file, a text or an error."""
    well(server)
    small(tmp_path, server, endpoints=["book"], token="viewer-secret").read()
    assert b"Authorization: Bearer viewer-secret" in server.requests[-1]
    options = {"token": "viewer-secret", "auth_header": "X-Admin-Token"}
    server.on("/book", told({"detail": "viewer-secret is wrong"}, status="500 Oops"))
    source = small(tmp_path, server, endpoints=["book"], **options)
    problem = source.read().problem or ""
    assert b"X-Admin-Token: viewer-secret" in server.requests[-1]
    assert "viewer-secret" not in problem + repr(source)
    with pytest.raises(ConfigError, match="DESKWATCH_SOURCES__Q__TOKEN"):
        Catalog.from_specs({"q": {"kind": "rest", "dialect": "rick", "token": "x"}})


def test_a_catalog_makes_it_from_a_table() -> None:
    """All options fit a TOML table, the table of services included."""
    spec = {"kind": "rest", "dialect": "quantum_trader", "services": {"risk": "http://h:8003"}}
    source = Catalog.from_specs({"q": spec})["q"]
    assert isinstance(source, RestSource)
    assert source.name == "q"
    with pytest.raises(
        ConfigError, match=r"sources\.q\.services: .*a table, each value a text in quotes"
    ):
        Catalog.from_specs({"q": {**spec, "services": {"risk": 7}}})
