"""What an older dashboard of Peak_Trade's files got wrong on its pages, and what ours show.

The numbers are those of the list in which its maker counted its defects.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from running_server import RunningServer
from test_callback_guard import ROUTER, post

from data_sources import JsonlSource, RunsSource, SessionsSource
from desk.desk import Desk
from desk.origin import origin
from tests.data_sources.peak_trade.run_files import AT, RUN, Watch, write_run
from tests.data_sources.peak_trade.test_sessions import session, write
from tests.data_sources.peak_trade.test_telemetry import telemetry
from tests.desk.small_desk import wait_for
from web.application import create_app

PAGES = Path(__file__).parents[2] / "pages"
EVIL = "<img src=x onerror=alert(1)>'\"`${alert(2)}"
SECRET = "the-text-of-a-file-that-nobody-attached"


def alert(at: str, severity: str, title: str, session_id: str = "s-new") -> str:
    """A line of the alert history."""
    fields = {"title": title, "body": "b", "severity": severity, "category": "RISK"}
    fields |= {"source": EVIL, "session_id": session_id, "timestamp": at}
    return json.dumps({**fields, "context": {}}) + "\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files as the bot leaves them; times of one day with a zone and without."""
    folder = tmp_path_factory.mktemp("peak_pages")
    for name in "alerts", "logs/execution", "logs/health":
        (folder / name).mkdir(parents=True)
    loss = {"limit_name": "max_daily_loss_abs", "current_value": 600.0, "limit_value": 500.0}
    loss |= {"ratio": 1.2, "severity": "breach"}
    check = {"severity": "breach", "allowed": False, "limit_details": [loss]}
    earned = {"realized_pnl": 600.0, "num_orders": 3, "risk_check": check}
    write(folder / "registry", "1.json", session("s-old", started_at="2026-01-01T02:00:00"))
    newer = session("s-new", started_at="2026-01-01T03:00:00+00:00", metrics=earned)
    write(folder / "registry", "2.json", newer)
    write(folder / "registry", "3.json", session(EVIL, error=EVIL, symbol=EVIL))
    day = [
        alert("2026-01-01T03:00:01+00:00", "CRITICAL", "first"),
        alert("2026-01-01T03:00:02", "WARN", "naive"),
        "{garbage\n",
        alert("2026-01-01T03:00:03Z", "INFO", EVIL),
    ]
    (folder / "alerts/alerts_2026-01-01.jsonl").write_text("".join(day))
    fill = telemetry("fill", {"client_id": EVIL}, session_id="s-new", ts="2026-01-01T03:00:05Z")
    (folder / "logs/execution/s-new.jsonl").write_text(json.dumps(fill) + "\n")
    health = {"schema_version": 1, "ts_utc": "2026-01-01T03:00:00Z", "severity": "warn"}
    health |= {"metrics": {"disk_usage_mb": 312.0}, "checks": []}
    (folder / "logs/health/telemetry_health_snapshots.jsonl").write_text(json.dumps(health) + "\n")
    write_run(folder / "runs", strategy_name=EVIL)
    (folder / "secret.jsonl").write_text(SECRET + "\n")
    return folder


@pytest.fixture(scope="module")
def served(root: Path) -> Iterator[RunningServer]:
    """A real desk over them, behind the real server with the real pages."""
    sources: list[Any] = [
        SessionsSource(root / "registry", name="registry"),
        RunsSource(root / "runs", name="runs", clock=Watch(AT)),
        *(
            JsonlSource(root / place, dialect="peak_trade", name=name)
            for name, place in (
                ("alerts", "alerts"),
                ("execution", "logs/execution"),
                ("health", "logs/health"),
            )
        ),
    ]
    desk = Desk([origin(each.name, each) for each in sources], state_dir=root / "state")
    desk.start()
    try:
        wait_for(lambda: len(desk.frame("events")) == 5 and len(desk.frame("runs")))
        wait_for(lambda: len(desk.frame("sessions")) == 3)
        with RunningServer(create_app(desk, pages_folder=PAGES)) as running:
            yield running
    finally:
        desk.stop()


def shown(served: RunningServer, path: str, search: str = "") -> dict[str, dict[str, Any]]:
    """The properties by id of a page as the browser first gets it; the document is 200 too."""
    with served.client() as client:
        assert client.get(path + search).status_code == 200
    body = json.loads(json.dumps(ROUTER))
    body["inputs"][0]["value"], body["inputs"][1]["value"] = path, search
    answer = post(served, json.dumps(body))
    assert answer.status_code == 200
    found: dict[str, dict[str, Any]] = {}

    def walk(part: Any) -> None:
        if isinstance(part, list):
            for each in part:
                walk(each)
        elif isinstance(part, dict):
            if isinstance(part.get("id"), str):
                found[part["id"]] = part
            for each in part.values():
                walk(each)

    walk(answer.json())
    return found


def cells(props: dict[str, dict[str, Any]], table: str) -> list[list[str]]:
    """The texts of a table, row by row."""
    return [
        [cell["text"] if isinstance(cell, dict) else cell for cell in row["cells"]]
        for row in json.loads(props[table]["data-rows"])
    ]


PANELS = {
    "/sessions": {"sessions-table", "runs-table"},
    "/session/s-new": {"session-card", "its-alerts", "session-limits", "session-timeline"},
    f"/run/{RUN}": {"run-card", "run-equity", "its-alerts", "run-steps"},
    "/quality": {
        *("source-table", "source-warnings", "line-accounts", "file-accounts"),
        *("quarantine-reasons", "quarantine-lines"),
    },
}


@pytest.mark.parametrize("path", PANELS)
def test_each_page_has_its_real_panels(served: RunningServer, path: str) -> None:
    """Defects 1, 2: no page is a 500 or one panel that is always ok: each has those it is for."""
    found = shown(served, path)
    panels = {name: part for name, part in found.items() if "data-panel" in part}
    assert set(panels) == PANELS[path]
    for name, part in panels.items():
        assert part["data-state"] != "fresh" or part["data-source"] != "no source", name
    if path != "/quality":
        assert "system" not in panels


def test_telemetry_is_a_page_that_answers(served: RunningServer) -> None:
    """Defect 3: its checks are served; the page that is not built is a 404 and no 500."""
    with served.client() as client:
        rows = client.get("/api/frames/services").json()["rows"]
        assert [row["source"] for row in rows] == ["health"] * len(rows)
        assert rows
        assert client.get("/live/telemetry").status_code == 404
    assert "health" in [row[0] for row in cells(shown(served, "/quality"), "source-table-rows")]


def test_a_naive_start_hides_no_session(served: RunningServer) -> None:
    """Defect 7: one time without a zone among others with one: all are listed, newest first."""
    rows = cells(shown(served, "/sessions"), "sessions-table-rows")
    assert rows[0][0] == "s-new"
    assert {row[0] for row in rows} == {"s-new", "s-old", EVIL}
    assert all(row[6] != "—" for row in rows)


def test_a_naive_alert_hides_no_day(served: RunningServer) -> None:
    """Defect 8: three alerts of the day are three, the naive one between the others."""
    rows = cells(shown(served, "/session/s-new"), "its-alerts-rows")
    assert [row[3] for row in rows] == [EVIL, "naive", "first"]
    assert [row[0][11:16] or row[0][:5] for row in rows] == ["03:00"] * 3


def test_the_last_severity_is_the_newest_one(served: RunningServer) -> None:
    """Defect 19: the day began critical and ended with an info: info it is."""
    found = shown(served, "/session/s-new")
    assert found["session-card-alert-value"]["children"] == "○ info"
    assert found["session-card-alert"]["data-tone"] == "neutral"


def test_hostile_names_travel_as_text(served: RunningServer) -> None:
    """Defect 9: id, strategy, title and order id stand in the rows as the characters they are."""
    sessions = shown(served, "/sessions")
    assert EVIL in [row[0] for row in cells(sessions, "sessions-table-rows")]
    assert [row[4][:40] for row in cells(sessions, "runs-table-rows")] == [EVIL[:39] + "…"]
    one = shown(served, f"/session/{quote(EVIL, safe='')}")
    assert cells(one, "session-card-rows")[0][0] == EVIL
    assert one["session-card-rows-caption"]["children"] == EVIL
    timeline = cells(shown(served, "/session/s-new"), "session-timeline-rows")
    assert EVIL in [row[7] for row in timeline]


def test_profit_breaks_no_limit(served: RunningServer) -> None:
    """Defect 25: 600 earned is no daily loss of 600: nothing of that limit is used."""
    found = shown(served, "/session/s-new")
    (row,) = cells(found, "session-limits-rows")
    assert (row[0], row[3], row[5]) == ("max_daily_loss_abs", "0.0 %", "● ok")
    assert found["session-card-risk-value"]["children"] == "● ok"
    assert found["session-card-pnl-value"]["children"] == "+600.00"


@pytest.mark.parametrize(
    "path", ["/sessions", "/session/s-new", f"/run/{RUN}", "/api/frames/alerts", "/api/quarantine"]
)
def test_no_parameter_reads_a_path(served: RunningServer, root: Path, path: str) -> None:
    """Defect 18: whatever a query names, no file of that name is opened, nothing of it shown.

    A page does without it; an address of the API refuses it.
    """
    secret = str(root / "secret.jsonl")
    names = ("root", "snapshots_path", "session_id", "run_id", "path", "file", "base_runs_dir")
    query = "?" + "&".join(f"{name}={quote(secret, safe='')}" for name in names)
    with Opened() as opened:
        (root / "control").write_text("")
        with served.client() as client:
            answer = client.get(path + query)
            told = answer.text
        if not path.startswith("/api"):
            told += json.dumps(shown(served, path, query))
    assert answer.status_code == (422 if path.startswith("/api") else 200)
    assert SECRET not in told
    assert str(root / "control") in opened.names, "the hook listens"
    assert secret not in opened.names


class Opened:
    """Notes which files this process opens; a hook cannot be taken out, only turned off."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._on = False
        sys.addaudithook(self._note)

    def __enter__(self) -> Opened:
        self._on = True
        return self

    def __exit__(self, *_: object) -> None:
        self._on = False

    def _note(self, event: str, arguments: Any) -> None:
        if self._on and event == "open":
            self.names.append(str(arguments[0]))
