"""A log full of markup, scripts and hidden marks reaches the pages as text alone."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest
from page_desk import PATHS, Desk, add_sessions

from data_sources import JsonlSource
from data_sources.files.label import label
from formats import text
from web.filters import Filters

EVIL = "<img src=x onerror=alert(1)>\u202e$\\alpha$ javascript:alert(2) {{x}} %3Cb%3E"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """An Aurora log whose every free text is an attack."""
    folder: Path = tmp_path_factory.mktemp("evil")
    start = pd.Timestamp("2025-09-01T12:00:00Z").value
    lines = []
    for number in range(40):
        details = {"cid": f"{EVIL}{number}", "side": EVIL, "symbol": EVIL, "qty": 1, "price": 2}
        details |= {"why_code": EVIL, "reason": EVIL, "route": "maker", "close": False}
        for step, code in enumerate(["ORDER.SUBMIT", "ORDER.ACK", "ORDER.FILL", "RISK.DENY"]):
            ns = start + number * 10**9 + step * 10**7
            event = {"ts_ns": ns, "type": code, "event_code": code, "symbol": EVIL, "cid": EVIL}
            lines.append(json.dumps({**event, "why_code": EVIL, "details": details}))
    lines.append(f'{{"{EVIL}')
    (folder / "aurora_events.jsonl").write_text("\n".join(lines) + "\n")
    source = JsonlSource(folder, dialect="aurora", name=EVIL, account_id=EVIL)
    reading = source.read()
    source.close()
    desk = Desk([], "2025-09-01T12:01:00Z")
    desk.ledger.fold(reading.frame)
    desk.quarantined = [
        {"source": EVIL, "file": line.file, "offset": line.offset, "reason": EVIL, "head": EVIL}
        for line in reading.quarantined
    ]
    desk.notices = [EVIL]
    state = {"name": EVIL, "kind": "jsonl", "system": EVIL, "state": EVIL, "problem": EVIL}
    numbers = {"lines_in": 1, "accepted": 1, "quarantined": {EVIL: 3}, "received_ms": 1.0}
    desk.sources = [{**state, **numbers, "stale_after_seconds": 10.0, "path": EVIL}]
    words = dict.fromkeys(("session_id", "run_id", "strategy", "reason", "mode", "limit"), EVIL)
    add_sessions(desk, folder.parent / f"{folder.name}_sessions", reading.frame, **words)
    return desk


@pytest.mark.parametrize("path", PATHS)
def test_no_text_of_a_log_becomes_a_component_or_a_formula(pages, path, hostile):
    """Free text stands in strings only; figures and styles hold none of it."""
    assert not hostile.view().orders.empty
    given = pages[path].build(hostile.view(), Filters(order=f"{EVIL}1"))
    for identifier, props in given.items():
        for name, value in props.items():
            text = json.dumps(value, ensure_ascii=False)
            if name in {"figure", "style"}:
                assert "alert" not in text, (identifier, name)
            elif not isinstance(value, str):
                assert identifier == "waterfall-rows" or isinstance(value, bool)


@pytest.mark.parametrize("path", PATHS)
def test_hidden_marks_are_made_visible(pages, path, hostile):
    """A right-to-left override cannot turn a number around: it is written as its escape."""
    given = pages[path].build(hostile.view(), Filters())
    shown = json.dumps(given, ensure_ascii=False)
    assert "\u202e" not in shown.replace("%E2%80%AE", "")


def test_links_stay_inside_the_query(pages, hostile):
    """An order's name becomes a percent-encoded query, whatever it holds."""
    given = pages["/orders"].build(hostile.view(), Filters())
    rows = json.loads(given["recent-orders-rows"]["data-rows"])
    assert rows
    for row in rows:
        for cell in row["cells"]:
            if isinstance(cell, dict) and "href" in cell:
                assert cell["href"].startswith(("?order=", "/api/raw?"))
                assert not set('<>"\\ \u202e') & set(cell["href"])


def test_links_to_sessions_and_runs_stay_on_this_site(pages, hostile):
    """Defect 9: an id that is markup becomes one percent-encoded part of an address of ours."""
    given = pages["/sessions"].build(hostile.view(), Filters())
    for name, page in ("sessions-table-rows", "/session/"), ("runs-table-rows", "/run/"):
        (row,) = json.loads(given[name]["data-rows"])
        cell = row["cells"][0]
        assert cell["text"] == text(EVIL, 80)
        assert cell["page"].startswith(page)
        assert unquote(cell["page"].removeprefix(page)) == label(EVIL)
        assert not set("<>\"'\\/ ?#$\u202e") & set(cell["page"].removeprefix(page))


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "../../etc/passwd", "x" * 2_000])
def test_an_id_that_no_address_can_hold_is_no_link(pages, tmp_path, name):
    """Defect 18: what browsers take for a way up is shown as text alone."""
    desk = Desk([], "2026-01-15T18:05:00Z")
    add_sessions(desk, tmp_path, pd.DataFrame(), run_id=name or "r")
    desk.states["runs"] = desk.states["runs"].assign(run_id=name)
    given = pages["/sessions"].build(desk.view(), Filters())
    (row,) = json.loads(given["runs-table-rows"]["data-rows"])
    assert isinstance(row["cells"][0], str)
