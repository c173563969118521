"""What the Quality page tells of losses, guesses and files."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from dash import html
from page_desk import Desk, components

from web.filters import Filters

AT = "2025-09-01T12:01:00Z"


def source(**more: Any) -> dict[str, Any]:
    row = {"name": "aurora", "kind": "jsonl", "state": "ok", "problem": None, "path": "logs"}
    return {**row, "stale_after_seconds": 10.0, "received_ms": None, **more}


def cells(pages, path: str, body: str, filters: Any, *sources: dict[str, Any]) -> list[list[Any]]:
    given = pages[path].build(Desk(list(sources), AT).view(), filters)
    return [row["cells"] for row in json.loads(given[f"{body}-rows"]["data-rows"])]


def test_the_fate_of_every_file_is_told(pages, filters):
    """T03, T14: begun, renamed, truncated, not seen to its end: each has its number."""
    generations = {"new": 5, "renamed": 2, "truncated": 1, "marker": 3}
    counts = {"missed": 1, "partial_final": 4, "nul_bytes": 2048}
    row = source(generations=generations, unread_bytes=77, partial_bytes=0, **counts)
    (told,) = cells(pages, "/quality", "file-accounts", filters, row)
    assert told[:8] == ["aurora", "—", "5", "2", "0", "0", "1", "3"]
    assert told[8] == {"text": "▲ 1", "tone": "warn"}
    assert told[9:] == ["4", {"text": "▲ 2\u2009048", "tone": "warn"}, "77", "0", "—"]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ({"wakes_by": "watch", "watch_rebuilds": 0}, "watch"),
        ({"wakes_by": "watch", "watch_rebuilds": 3}, "watch ×3"),
        ({"wakes_by": "poll", "watch_rebuilds": 0}, "poll"),
    ],
)
def test_how_new_files_are_found_is_told(pages, filters, row, word):
    """A watch that died, and one that had to be set up again, can be seen."""
    (told,) = cells(pages, "/quality", "file-accounts", filters, source(**row))
    assert told[1]["text"] == word


@pytest.mark.parametrize(("resumed", "said"), [(True, "going on"), (False, "with nothing kept")])
def test_a_restart_can_be_seen(pages, filters, resumed, said):
    """T47: since when this process runs, and whether it went on from what was kept."""
    desk = Desk([], AT)
    desk.life = {"started": pd.Timestamp("2025-09-01T11:58:07.5Z"), "resumed": resumed}
    caption = pages["/quality"].build(desk.view(), filters)["source-table-rows-caption"]["children"]
    assert f"since 2025-09-01 11:58:07 UTC, {said}" in caption


def test_the_age_of_an_unfinished_line_goes_on_in_the_browser(pages, filters):
    """T02: 90 s at the moment of the view, and the moment from which the browser counts."""
    row = source(generations={"new": 1}, partial_bytes=8, partial_age_seconds=90.0)
    (told,) = cells(pages, "/quality", "file-accounts", filters, row)
    assert told[13]["text"] == "1 min 30 s"
    assert told[13]["title"].startswith("2025-09-01 11:59:30")
    assert told[13]["age"] == 1_756_727_970_000


def test_lines_whose_time_was_guessed_or_is_missing_are_counted(pages, filters):
    """Times without a zone and lines without a time stand beside what became of the lines."""
    row = source(lines_in=9, accepted=9, naive=4, untimed=2)
    other = source(name="other", lines_in=1, accepted=1, naive=1, untimed=0)
    told = cells(pages, "/quality", "line-accounts", filters, row, other)
    assert [each[-2:] for each in told] == [["4", "2"], ["1", "0"], ["5", "2"]]


def test_the_lines_of_a_chosen_source_are_shown_with_their_time(pages):
    """When a line was read stands beside it; a chosen source shows its own lines alone."""
    desk = Desk([source(quarantined={"malformed": 1})], AT)
    line = {"reason": "malformed", "file": "a.jsonl", "offset": 7, "head": "{x"}
    line["ts_received"] = "2025-09-01T12:00:30Z"
    desk.quarantined = [{**line, "source": name} for name in ("aurora", "other")]
    given = pages["/quality"].build(desk.view(), Filters(source="aurora"))
    (row,) = json.loads(given["quarantine-lines-rows"]["data-rows"])
    assert row["cells"][0]["text"].startswith("12:00:30")
    assert row["cells"][1:4] == ["aurora", "malformed", "a.jsonl"]


def test_a_source_without_files_has_no_row_of_files(pages, filters):
    """A health check and a stream follow no file: no row, instead of one of zeros."""
    health = source(name="bot", kind="health", is_state=True, generations=None)
    stream = source(name="arena", kind="sse", generations={"connections": 1, "gaps": 0})
    assert cells(pages, "/quality", "file-accounts", filters, health, stream) == []


def test_what_was_lost_is_told_in_words_and_flagged_on_the_overview(pages, filters):
    """A row a warning on Quality; a flag beside the state, with the same words, on the overview."""
    row = source(warnings=["2 NUL bytes passed over", "and more"])
    told = cells(pages, "/quality", "source-warnings", filters, row, source(name="well"))
    assert told == [["aurora", "▲ 2 NUL bytes passed over"], ["aurora", "▲ and more"]]
    strip = cells(pages, "/", "sources", filters, row, source(name="well"))
    state = {row[0]["text"]: row[2] for row in strip}
    assert state["aurora"]["text"] == "● ok ⚑"
    assert state["aurora"]["title"] == "2 NUL bytes passed over; and more"
    assert state["well"] == {"text": "● ok", "tone": "good"}


def test_a_desk_that_was_started_again_says_when(pages, filters):
    """T47: counts go on over a restart, and the page says when the last one was."""
    view = Desk([source(lines_in=7, accepted=7)], AT).view()
    view.desk["started"] = pd.Timestamp("2025-09-01T11:58:30Z")
    caption = pages["/quality"].build(view, filters)["line-accounts-rows-caption"]["children"]
    assert caption.endswith("; last started at 2025-09-01 11:58:30.000 UTC")


def test_what_becomes_of_a_line_is_explained_where_its_counts_stand(pages, filters):
    """One sentence names the four parts; each column says on its title what it counts."""
    tree = pages["/quality"].layout()
    hints = {
        str(one.children): one.title
        for one in components(tree)
        if isinstance(one, html.Th) and getattr(one, "title", None)
    }
    assert hints["= accepted"].startswith("Became an event")
    assert "told before" in hints["+ duplicates"]
    given = pages["/quality"].build(Desk([source(lines_in=1, accepted=1)], AT).view(), filters)
    caption = given["line-accounts-rows-caption"]["children"]
    for part in ("accepted (an event)", "set aside", "a duplicate (told before)", "blank"):
        assert part in caption
