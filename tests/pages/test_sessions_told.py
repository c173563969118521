"""The pages of sessions and runs tell of the thing in the address, and of nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from page_desk import RUN, SESSION

from data_sources import RunsSource, SessionsSource
from data_sources.frames import shaped
from data_sources.run_folders import run_rows
from desk.desk import Desk
from desk.origin import origin
from tests.data_sources.peak_trade.run_files import AT, HEADER, Watch, write_run
from tests.data_sources.peak_trade.test_sessions import session, write
from tests.desk.small_desk import wait_for
from web.filters import Filters

RUN_PAGE, SESSION_PAGE = "/run/<run_id>", "/session/<session_id>"
NOON = pd.Timestamp("2026-01-15T12:00:00Z")


def cells(props: dict[str, Any], table: str) -> list[list[str]]:
    """The texts of a table, row by row."""
    return [
        [cell["text"] if isinstance(cell, dict) else cell for cell in row["cells"]]
        for row in json.loads(props[f"{table}-rows"]["data-rows"])
    ]


def build(pages: Any, page: str, desk: Desk, **chosen: Any) -> dict[str, Any]:
    """A page of a desk, with filters."""
    filters = Filters(**chosen)
    words = {name: chosen.get(name) for name in ("at", "account", "source", "symbol")}
    props: dict[str, Any] = pages[page].build(desk.view(**words), filters)
    return props


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Starts a desk over sources and waits until each of them has told its rows."""
    desks: list[Desk] = []

    def start(*sources: Any) -> Desk:
        desk = Desk([origin(each.name, each) for each in sources], state_dir=tmp_path / "state")
        desks.append(desk)
        desk.start()
        names = {each.name for each in sources}
        frames = {each.frame_name for each in sources}
        wait_for(lambda: {who for each in frames for who in desk.frame(each)["source"]} == names)
        return desk

    yield start
    for desk in desks:
        desk.stop()


def step(number: int, equity: float) -> str:
    """A line of a run's events."""
    at = (NOON + pd.Timedelta(minutes=number)).isoformat()
    return f"{number},{at},{equity},500.0,0.0,0.0,1,False,1,1,0,0,True,,0.5\n"


def test_a_run_without_steps_has_no_equity_of_a_broker(
    pages: Any, minute: Any, tmp_path: Path
) -> None:
    """A run of a meta.json alone beside a broker: no point, no number of the broker's."""
    write_run(tmp_path / "runs", RUN, csv=None)
    reading = RunsSource(tmp_path / "runs").read()
    rows = [{"ts_event": NOON, "equity": 90_000.0}] * 5
    broker = shaped("equity", rows, source="alpaca", account_id="B")
    view = minute.view()
    view.states = view.frames = {"runs": reading.frame, "equity": broker}
    props = pages[RUN_PAGE].build(view, Filters())
    assert props["run-equity-n"]["children"] == "n = 0"
    assert props["run-card-equity-value"]["children"] == "—"
    assert props["run-equity"]["data-source"] == "runs"


@pytest.fixture
def twins(started: Callable[..., Desk], tmp_path: Path) -> Desk:
    """Two sources that use one id for two runs, and two that use one id for two sessions."""
    for number, name in enumerate(("one", "two")):
        lines = "".join(step(at, 1_000.0 * (number + 1)) for at in range(number + 2))
        alert = {"rule_id": name, "severity": "warning", "message": name, "timestamp": str(NOON)}
        folder, names = tmp_path / name, {"strategy_name": name}
        write_run(folder / "r", RUN, csv=HEADER + lines, alerts=[json.dumps(alert)], **names)
        limit = {"limit_name": name, "current_value": 1.0, "limit_value": 2.0, "ratio": 0.5}
        check = {"severity": "ok", "allowed": True, "limit_details": [limit | {"severity": "ok"}]}
        metrics = {"realized_pnl": float(number + 1), "risk_check": check}
        write(folder / "s", "s.json", session(SESSION, metrics=metrics))
    runs = [
        RunsSource(tmp_path / name / "r", name=name, account_id=f"A-{name}", clock=Watch(AT))
        for name in ("one", "two")
    ]
    registries = [
        SessionsSource(tmp_path / name / "s", name=f"of-{name}", account_id=f"A-{name}")
        for name in ("one", "two")
    ]
    return started(*runs, *registries)


@pytest.mark.parametrize(
    ("chosen", "name", "n"),
    [
        ({"source": "one"}, "one", 2),
        ({"source": "two"}, "two", 3),
        ({"source": "of-one"}, "two", 3),
        ({"account": "A-one"}, "two", 3),
        ({"symbol": "no such symbol"}, "two", 3),
        ({}, "two", 3),
    ],
)
def test_a_run_is_of_one_source(
    pages: Any, twins: Desk, chosen: dict[str, str], name: str, n: int
) -> None:
    """Card, steps, alerts and equity are of one source, the chosen one if it tells of the run."""
    props = build(pages, RUN_PAGE, twins, **chosen)
    assert props["run-card-steps-value"]["children"] == str(n)
    assert props["run-card-equity-value"]["children"] == f"{n - 1}\u2009000.00"
    assert props["run-equity-n"]["children"] == f"n = {n}"
    assert len(cells(props, "run-steps")) == n
    assert [row[3] for row in cells(props, "its-alerts")] == [name]
    panels = ("run-card", "run-equity", "run-steps", "its-alerts")
    assert {props[panel]["data-source"] for panel in panels} == {name}


@pytest.mark.parametrize(
    ("chosen", "name", "pnl"),
    [
        ({"source": "of-one"}, "one", "+1.00"),
        ({"source": "of-two"}, "two", "+2.00"),
        ({"source": "one"}, "two", "+2.00"),
        ({"account": "A-one", "symbol": "no such symbol"}, "two", "+2.00"),
    ],
)
def test_a_session_is_of_one_source(
    pages: Any, twins: Desk, chosen: dict[str, str], name: str, pnl: str
) -> None:
    """Its card and its limits are of one registry, the chosen one where it tells of the session."""
    props = build(pages, SESSION_PAGE, twins, **chosen)
    assert props["session-card-pnl-value"]["children"] == pnl
    assert [row[0] for row in cells(props, "session-limits")] == [name]
    assert props["session-card"]["data-source"] == f"of-{name}"


def test_links_of_an_id_that_two_sources_use_lead_to_each(pages: Any, twins: Desk) -> None:
    """The same id twice: each row leads to what its own source tells; alone it needs no word."""
    for table, name in (("runs-table", "one"), ("sessions-table", "of-one")):
        for chosen, wanted in (
            ({}, {f"?source={name}", f"?source={name[:-3]}two"}),
            (
                {"source": name},
                {""},
            ),
        ):
            props = build(pages, "/sessions", twins, **chosen)
            rows = json.loads(props[f"{table}-rows"]["data-rows"])
            paths = [row["cells"][0]["page"].partition("?") for row in rows]
            assert {mark + query for _, mark, query in paths} == wanted


def why_empty(props: dict[str, Any]) -> set[str]:
    """What stands where steps and equity would."""
    assert cells(props, "run-steps") == []
    assert props["run-equity-chart-none"]["hidden"] is False
    return {props["run-steps-rows"]["data-none"], props["run-equity-chart-none"]["children"]}


def test_steps_that_are_not_kept_are_not_denied(
    pages: Any, started: Callable[..., Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run behind newer ones that take all the room there is for steps and points had some."""
    for name in ("MOST_STEPS", "MOST_POINTS"):
        monkeypatch.setattr(run_rows, name, 50)
    root, moment = tmp_path / "runs", AT.timestamp()
    for number, name in enumerate((RUN, "newer")):
        csv = HEADER + "".join(step(at, 5.0) for at in range(52))
        path = write_run(root, name, csv=csv) / "meta.json"
        os.utime(path, (moment + number, moment + number))
    props = build(pages, RUN_PAGE, started(RunsSource(root, name="runs", clock=Watch(AT))))
    assert props["run-card-steps-value"]["children"] == "52"
    assert why_empty(props) == {"Its older steps are not kept here"}


def test_early_steps_are_not_denied(pages: Any, minute: Any, tmp_path: Path) -> None:
    """At a moment before the steps that are kept the row says that there were some."""
    write_run(tmp_path, RUN, csv=HEADER + "".join(step(at, 5.0) for at in range(3)))
    write_run(tmp_path, "empty", csv=None)
    rows = RunsSource(tmp_path).read().frame
    view = minute.view()
    for told, words in (
        (rows, {"Its older steps are not kept here"}),
        (rows[:0], {"Nobody tells of the run at this moment"}),
        (
            rows[rows["run_id"] == "empty"].assign(run_id=RUN),
            {"The run has no step yet", "The run has told no equity yet"},
        ),
    ):
        view.states = view.frames = {"runs": told}
        assert why_empty(pages[RUN_PAGE].build(view, Filters())) == words


@pytest.mark.parametrize(
    ("told", "n", "caption"),
    [
        (60, "n = 60", "The newest 50; 10 older left out"),
        (1_000, "n = 1\u2009000", "The newest 50; 950 older left out"),
        (1_001, "n = 1\u2009000+", "The newest 50; older ones left out"),
        (1_500, "n = 1\u2009000+", "The newest 50; older ones left out"),
    ],
)
def test_alerts_that_are_not_counted_are_told(
    pages: Any, minute: Any, told: int, n: str, caption: str
) -> None:
    """Beyond a thousand alerts of a session there are more, and nobody says how many more."""
    row = {"severity": "info", "title": "t", "session_id": SESSION}
    view = minute.view()
    rows = shaped("alerts", [{**row, "ts_event": NOON}] * told, source="alerts")
    view.desk["of_session"] = lambda name, _id, limit: (
        rows.tail(limit) if name == "alerts" else rows[:0]
    )
    props = pages[SESSION_PAGE].build(view, Filters())
    assert props["its-alerts-n"]["children"] == n
    assert props["its-alerts-rows-caption"]["children"] == caption


def test_alerts_of_a_run_that_are_not_kept_are_told(
    pages: Any, started: Callable[..., Desk], tmp_path: Path
) -> None:
    """Of 1,500 alerts of a run its source keeps a thousand: there are more."""
    alert = json.dumps({"rule_id": "r", "severity": "info", "message": "m", "timestamp": str(NOON)})
    write_run(tmp_path / "runs", RUN, alerts=[alert] * 1_500)
    props = build(pages, RUN_PAGE, started(RunsSource(tmp_path / "runs", name="runs")))
    assert props["its-alerts-n"]["children"] == "n = 1\u2009000+"
    assert props["its-alerts-rows-caption"]["children"] == "The newest 50; older ones left out"


@pytest.mark.parametrize(
    ("status", "sessions", "runs"),
    [
        ("completed", "n = 2", "n = 2"),
        ("failed", "n = 0 of 2", "n = 2"),
        ("active", "n = 2", "n = 0 of 2"),
        ("stale", "n = 2", "n = 2"),
        ("no such word", "n = 2", "n = 2"),
    ],
)
def test_a_state_of_one_table_chooses_nothing_in_the_other(
    pages: Any, twins: Desk, status: str, sessions: str, runs: str
) -> None:
    """`?status=completed` is a word of sessions: runs are all there."""
    props = build(pages, "/sessions", twins, status=status)
    assert props["sessions-table-n"]["children"] == sessions
    assert props["runs-table-n"]["children"] == runs


def test_states_of_a_session_have_their_glyphs(pages: Any, minute: Any) -> None:
    """Status, risk and the last alert are told by glyph and word, not by color alone."""
    props = pages[SESSION_PAGE].build(minute.view(), Filters())
    assert props["session-card-status-value"]["children"] == "● completed"
    assert props["session-card-risk-value"]["children"] == "◐ warning"
    assert props["session-card-alert-value"]["children"] == "◐ warning"


def test_limits_of_a_session_name_their_source(pages: Any, twins: Desk) -> None:
    """Each cell of a limit says which source and account it is of, and which limit it is."""
    props = build(pages, SESSION_PAGE, twins, source="of-one")
    (row,) = json.loads(props["session-limits-rows"]["data-rows"])
    assert row["data"] == {"source": "of-one", "account": "A-one", "limit": "one"}


def test_the_age_of_the_last_alert_goes_on(pages: Any, minute: Any) -> None:
    """Now the browser counts it on from the alert's moment; a moment in the past stands still."""
    view = minute.view()
    moment = view.at - pd.Timedelta(seconds=75)
    row = {"severity": "info", "title": "t", "session_id": SESSION, "ts_event": moment}
    alerts = shaped("alerts", [row], source="alerts")
    view.desk["of_session"] = lambda name, _id, _limit: alerts if name == "alerts" else alerts[:0]
    now, then = (
        pages[SESSION_PAGE].build(view, filters) for filters in (Filters(), Filters(at=view.at))
    )
    for props, since in (now, str(int(moment.timestamp() * 1000))), (then, ""):
        assert props["session-card-alert-age"]["children"] == "1 min 15 s"
        assert props["session-card-alert-age"]["data-age-of-ms"] == since
        assert props["session-card-alert-note"]["children"] == " · t"
