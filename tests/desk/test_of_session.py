"""What all sources tell of one session, up to the moment of a picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from desk.desk import Desk
from tests.data_sources.peak_trade.test_telemetry import telemetry

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


def test_a_session_gathers_what_every_source_tells_of_it(start: Start) -> None:
    """Its events in the order of time, whatever file they stand in; alerts as their own frame."""
    view = desk_of_two(start).view()
    ask = view.desk["of_session"]
    assert ask("events", "a", 10)["kind"].tolist() == ["order.filled", "alert", "order.filled"]
    assert ask("events", "a", 1)["client_order_id"].tolist() == ["c5"]
    alerts = ask("alerts", "b", 10)
    assert alerts[["title", "severity"]].to_numpy().tolist() == [["t4", "critical"]]
    assert view.sources_of_session("a") == {"execution", "alerts"}


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
