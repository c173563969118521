"""What an older dashboard of Peak_Trade's files got wrong on the way to the browser.

The numbers are those of the list in which its maker counted its defects.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
import pytest
from running_server import RunningServer

from data_sources import JsonlSource, RunsSource
from desk.desk import Desk
from desk.origin import origin
from tests.data_sources.peak_trade.run_files import AT, Watch, write_run
from tests.data_sources.peak_trade.test_telemetry import telemetry
from tests.desk.small_desk import wait_for
from web.application import create_app

HERE = Path(__file__).parent
EVIL = "<img src=x onerror=alert(1)>'\"`${alert(2)}"
START = pd.Timestamp("2025-12-20T10:00:00Z")


def line(number: int) -> str:
    """A fill, some seconds after the start."""
    at = START + pd.Timedelta(seconds=number)
    payload = {"client_id": f"c{number}", "side": "BUY", "filled_quantity": 1.5}
    payload["fill_price"] = 100.0 + number
    fields = {"ts": at.isoformat(), "symbol": EVIL if number == 7 else "BTC-USD"}
    return json.dumps(telemetry("fill", payload, **fields)) + "\n"


def alert(body: str) -> str:
    """A line of the alert history whose texts are attacks."""
    at = START.isoformat()
    fields = {"title": EVIL, "body": body, "severity": "WARN", "category": "RISK", "source": EVIL}
    return json.dumps({"timestamp": at, "session_id": EVIL, "context": {}, **fields}) + "\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A real desk behind the real server: of two logs the newer is named first; alerts, a run."""
    root: Path = tmp_path_factory.mktemp("peak")
    logs, alerts = root / "logs/execution", root / "live_runs/alerts"
    for folder in logs, alerts:
        folder.mkdir(parents=True)
    (logs / "a.jsonl").write_text("".join(line(n) for n in range(30, 60)))
    (logs / "z.jsonl").write_text("".join(line(n) for n in range(30)))
    (alerts / "alerts_2025-12-20.jsonl").write_text(alert("one") + alert(EVIL))
    write_run(root / "live_runs", strategy_name=EVIL)
    sources: list[Any] = [
        JsonlSource(logs, dialect="peak_trade", name="execution"),
        JsonlSource(alerts, dialect="peak_trade", name="alerts"),
        RunsSource(root / "live_runs", name="runs", clock=Watch(AT)),
    ]
    desk = Desk([origin(each.name, each) for each in sources], state_dir=root / "state")
    desk.start()
    try:
        wait_for(lambda: len(desk.frame("runs")) and len(desk.frame("events")) >= 62)
        with RunningServer(create_app(desk, pages_folder=HERE / "small_pages")) as running:
            yield running
    finally:
        desk.stop()


def get(served: RunningServer, path: str) -> Any:
    with served.client() as client:
        return client.get(path)


def test_texts_of_files_leave_as_data(served: RunningServer) -> None:
    """Defect 9: markup in ids, strategies and alerts is JSON that no browser takes for a page."""
    for name, column in ("runs", "strategy_id"), ("alerts", "title"), ("fills", "symbol"):
        answer = get(served, f"/api/frames/{name}")
        assert answer.headers["content-type"].startswith("application/json")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert EVIL in {row[column] for row in answer.json()["rows"]}, name


def test_the_position_of_a_run_is_told(served: RunningServer) -> None:
    """Defect 10: a run's last step holds 0.1: that is its open position, not N/A."""
    rows = get(served, "/api/frames/positions?source=runs").json()["rows"]
    assert [(row["quantity"], row["position_side"]) for row in rows] == [(0.1, "long")]


def test_the_csv_has_what_the_rows_have(served: RunningServer) -> None:
    """Defect 11: kind, code, symbol, price and details stand in the CSV, none always empty."""
    path = "/api/frames/events?source=execution&limit=100&format="
    rows = get(served, path + "json").json()["rows"]
    lines = list(csv.DictReader(io.StringIO(get(served, path + "csv").text)))
    assert len(lines) == len(rows) == 60
    assert set(lines[0]) == set(rows[0])
    for name in "ts_event", "kind", "code", "symbol", "client_order_id", "price", "attributes":
        assert all(line[name] for line in lines), name
    assert [line["client_order_id"] for line in lines] == [row["client_order_id"] for row in rows]


@pytest.mark.parametrize("limit", ["-5", "-1", "0", "1.5", "1e3", ""])
def test_a_limit_below_one_is_refused(served: RunningServer, limit: str) -> None:
    """Defect 13: `limit=-5` is a 422 that names the parameter, not one event."""
    answer = get(served, f"/api/frames/events?limit={limit}")
    assert answer.status_code == 422
    assert "limit" in answer.json()["error"]


def test_a_limit_takes_the_newest_in_the_order_of_time(served: RunningServer) -> None:
    """Defect 17: of two files, read in whatever order, the newest ten come, ascending."""
    rows = get(served, "/api/frames/fills?limit=10").json()["rows"]
    assert [row["client_order_id"] for row in rows] == [f"c{n}" for n in range(50, 60)]
    again = get(served, "/api/frames/fills?limit=10").json()["rows"]
    assert again == rows


def test_a_session_under_whatever_others_told_since(served: RunningServer) -> None:
    """Defect 16: sixty fills are newer than its two alerts: by session, both are given."""
    session = quote(EVIL)
    newest = get(served, "/api/frames/events?limit=2").json()["rows"]
    assert {row["kind"] for row in newest} == {"order.filled"}
    own = get(served, f"/api/frames/events?limit=2&session={session}").json()["rows"]
    assert [row["kind"] for row in own] == ["alert", "alert"]
    alerts = get(served, f"/api/frames/alerts?limit=5&session={session}").json()["rows"]
    assert [row["session_id"] for row in alerts] == [EVIL, EVIL]
    assert get(served, "/api/frames/alerts?session=s1").json() == {"rows": []}
    assert get(served, f"/api/frames/pnl?session={session}").json() == {"rows": []}


def test_without_evidence_nothing_is_green(served: RunningServer) -> None:
    """Defect 23: no event told of a breaker or of a test: both are null, not false and not 0."""
    status = get(served, "/status?window=all").json()
    assert status["circuit_breaker"]["triggered"] is None
    assert status["governance"]["alpha"]["score"] is None
