"""What all sources tell of one session, up to the moment of a picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from desk import history
from desk.desk import Desk
from tests.data_sources.peak_trade.test_telemetry import telemetry
from tests.desk.small_desk import accepted, wait_for

Start = Callable[..., Desk]
NOON = pd.Timestamp("2025-12-20T12:00:00Z")


def at(second: int) -> str:
    return (NOON + pd.Timedelta(seconds=second)).isoformat()


def fill(session_id: str, second: int) -> dict[str, Any]:
    return telemetry("fill", {"client_id": f"c{second}"}, session_id=session_id, ts=at(second))


def alert(session_id: str, second: int, severity: str) -> dict[str, Any]:
    told = {"title": f"t{second}", "body": "b", "severity": severity, "category": "RISK"}
    told |= {"source": "x", "context": {}}
    return {**told, "session_id": session_id, "timestamp": at(second)}


def desk_of_two(start: Start) -> Desk:
    """Executions and alerts of two sessions, in two sources."""
    return start(
        execution=("peak_trade", [fill("a", 1), fill("b", 2), fill("a", 5)], None),
        alerts=("peak_trade", [alert("a", 3, "WARN"), alert("b", 4, "CRITICAL")], None),
    )


def tell(desk: Desk, folder: Path, line: dict[str, Any]) -> None:
    """Let the desk read one more line of execution, and show it."""
    before = accepted(desk), desk.version
    with (folder / "execution" / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")
    wait_for(lambda: accepted(desk) > before[0] and desk.version > before[1])


def test_a_session_gathers_what_every_source_tells_of_it(start: Start) -> None:
    """Its events in the order of time, whatever file they stand in; alerts as their own frame."""
    view = desk_of_two(start).view()
    ask = view.desk["of_session"]
    assert ask("events", "a", 10)["kind"].tolist() == ["order.filled", "alert", "order.filled"]
    assert ask("events", "a", 1)["client_order_id"].tolist() == ["c5"]
    alerts = ask("alerts", "b", 10)
    assert alerts[["title", "severity"]].to_numpy().tolist() == [["t4", "critical"]]
    assert view.sources_of_session("a") == {"execution", "alerts"}


def test_a_session_is_chosen_before_the_newest_are_counted(start: Start) -> None:
    """Defect 16: another session's alert is newer, and one row is asked for: this one's is given;
    a frame whose rows name no session has none of it.
    """
    desk = desk_of_two(start)
    for session, title in (("a", "t3"), ("b", "t4"), (None, "t4")):
        assert desk.frame("alerts", limit=1, session=session)["title"].tolist() == [title]
    assert desk.frame("events", limit=1, session="b")["kind"].tolist() == ["alert"]
    assert desk.frame("alerts", session="nobody").empty
    assert desk.frame("fills", session="a", limit=1)["client_order_id"].tolist() == ["c5"]
    assert desk.frame("equity", session="a").empty


def test_a_moment_in_the_past_knows_no_later_event(start: Start) -> None:
    """Looked at two seconds in, the session has one event and no alert yet."""
    ask = desk_of_two(start).view(at=NOON + pd.Timedelta(seconds=2)).desk["of_session"]
    assert ask("events", "a", 10)["client_order_id"].tolist() == ["c1"]
    assert ask("alerts", "a", 10).empty


def test_a_session_that_no_event_names_costs_no_look_at_events(start: Start) -> None:
    """No source has it, so none is read for it."""
    view = desk_of_two(start).view()
    assert view.sources_of_session("nobody") == frozenset()
    assert view.desk["of_session"]("events", "nobody", 10).empty
    assert view.desk["of_session"]("alerts", "nobody", 10).empty


def test_a_quiet_session_is_not_read_again(
    start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Later looks cost no reading while another session is told; an event of its own costs one."""
    desk = desk_of_two(start)
    queries: list[int] = []
    query = history.query

    def counted(*args: Any, **wish: Any) -> pd.DataFrame:
        queries.append(1)
        return query(*args, **wish)

    monkeypatch.setattr(history, "query", counted)

    def kinds_and_reads(session_id: str) -> tuple[int, int, int]:
        queries.clear()
        ask = desk.view().desk["of_session"]
        return len(ask("events", session_id, 10)), len(ask("alerts", session_id, 10)), len(queries)

    events, alerts, reads = kinds_and_reads("a")
    assert (events, alerts) == (3, 1)
    assert reads > 0
    tell(desk, tmp_path, fill("b", 6))
    assert kinds_and_reads("a") == (3, 1, 0)
    tell(desk, tmp_path, fill("a", 7))
    events, alerts, reads = kinds_and_reads("a")
    assert (events, alerts) == (4, 1)
    assert reads > 0
    past = desk.view(at=NOON + pd.Timedelta(seconds=2)).desk["of_session"]
    assert past("events", "a", 10)["client_order_id"].tolist() == ["c1"]
    assert kinds_and_reads("a") == (4, 1, 0)


def test_an_event_of_the_future_is_told_when_its_time_comes(start: Start) -> None:
    """A moment before the newest event is a question of its own, whatever was asked before."""
    desk = desk_of_two(start)
    seen = {
        second: desk.view(at=NOON + pd.Timedelta(seconds=second)).desk["of_session"](
            "events", "a", 10
        )["client_order_id"]
        for second in (4, 9, 1, 5, 4)
    }
    assert {second: len(ids) for second, ids in seen.items()} == {4: 2, 9: 3, 1: 1, 5: 3}
