"""One sick source among others on Quality: its rows are marked, and no panel stands as broken."""

from __future__ import annotations

import json
from typing import Any

from page_desk import Desk

from components.provenance import side_by_side
from web.filters import Filters

AT = "2025-09-01T12:01:00Z"
PANELS = ("source-table", "source-warnings", "line-accounts", "file-accounts")
PANELS += ("quarantine-reasons", "quarantine-lines")


def source(name: str, **more: Any) -> dict[str, Any]:
    row = {"name": name, "kind": "jsonl", "state": "ok", "problem": None, "path": "logs"}
    row |= {"lines_in": 3, "accepted": 3, "stale_after_seconds": 10.0}
    return {**row, "received_ms": Desk([], AT).at.timestamp() * 1000.0 - 400, **more}


def given_of(pages: Any, filters: Filters, *sources: dict[str, Any]) -> dict[str, Any]:
    return pages["/quality"].build(Desk(list(sources), AT).view(), filters)


def states(given: dict[str, Any]) -> dict[str, str]:
    return {name: given[name]["data-state"] for name in PANELS}


def test_one_sick_source_marks_its_rows_and_frames_no_panel(pages, filters):
    """Of three sources one cannot be read: said in words, marked in the rows, named in the head."""
    sick = source("sick", state="unreadable", problem="no right to read", warnings=["lost"])
    given = given_of(pages, filters, source("a"), sick, source("b"))
    assert set(states(given).values()) == {"fresh"}
    assert given["source-table-n"]["children"] == "1 of 3 sources is sick"
    assert given["line-accounts-source"] == {
        "children": "1 of 3 sick",
        "title": "Sick: sick. Of: a, sick, b",
    }
    for body in ("line-accounts", "file-accounts", "source-warnings"):
        rows = json.loads(given[f"{body}-rows"]["data-rows"])
        names = {row["data"]["source"]: row["cells"][0] for row in rows}
        assert names["sick"]["text"] == "▲ sick", body
        assert all(isinstance(cell, str) for name, cell in names.items() if name != "sick")


def test_a_source_that_reads_no_lines_says_nothing_of_lines(pages, filters):
    """A health check is down: the accounts of lines and of files do not know it."""
    bot = source("bot", kind="health", is_state=True, state="down", lines_in=0, accepted=0)
    given = given_of(pages, filters, source("a"), bot)
    assert given["source-table-n"]["children"] == "1 of 2 sources is sick"
    assert given["source-warnings-source"]["children"] == "1 of 2 sick"
    assert given["line-accounts-source"]["children"] == "a"
    assert given["file-accounts"]["data-source"] == "a"


def test_a_chosen_source_frames_the_panels_by_its_own_state(pages):
    """What is about one source stands as that one does, sick or well."""
    sources = (source("a"), source("sick", state="unreadable"))
    assert set(states(given_of(pages, Filters(source="sick"), *sources)).values()) == {"error"}
    well = given_of(pages, Filters(source="a"), *sources)
    assert set(states(well).values()) == {"fresh"}
    assert well["source-table-n"]["children"] == "1 of 2 sources is sick"


def test_sources_that_are_all_sick_are_an_error(pages, filters):
    """With nothing well left the panels say so; the last one to be heard decides the age."""
    sources = (source("a", state="down"), source("b", state="degraded"))
    given = given_of(pages, filters, *sources)
    assert set(states(given).values()) == {"error"}
    assert given["source-table-n"]["children"] == "2 of 2 sources are sick"


def test_a_panel_of_all_sources_is_as_old_as_the_last_one_heard():
    """It ages by the clock of the newest, so that a frozen server cannot look alive."""
    rows = [source("a", received_ms=1_000.0), source("b", received_ms=90_000.0)]
    told = side_by_side(rows, now_ms=95_000.0)
    assert (told.state, told.as_of_ms, told.sick) == ("fresh", 90_000, ())
    assert side_by_side(rows, now_ms=101_000.0).state == "late"
    assert side_by_side(rows, now_ms=125_000.0).state == "dead"
    assert side_by_side(rows, now_ms=125_000.0, replay=True).state == "fresh"
    assert side_by_side([], now_ms=0.0).state == "empty"
