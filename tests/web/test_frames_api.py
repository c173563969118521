"""Frames, sources, quarantine and raw lines over HTTP."""

from __future__ import annotations

import csv
import io
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from running_server import RunningServer

from data_sources.columns import EVENT_COLUMNS
from web.frame_formats import csv_pieces, formula_safe, json_pieces


@pytest.fixture(scope="module")
def filled(served: RunningServer) -> RunningServer:
    desk = served.app.desk
    for number in range(5):
        desk.submit(f"o{number}", ts=f"2025-01-0{number + 1}T00:00:00", account_id=f"A{number % 2}")
    return served


def get(served: RunningServer, path: str) -> Any:
    with served.client() as client:
        return client.get(path)


def test_the_frames_that_exist_are_named(filled: RunningServer) -> None:
    """And one that does not is a 404 that names those that do."""
    assert get(filled, "/api/frames").json() == ["events", "orders"]
    missing = get(filled, "/api/frames/nosuch")
    assert missing.status_code == 404
    assert missing.json()["frames"] == ["events", "orders"]


def test_json_rows_have_texts_for_times_and_null_for_missing(filled: RunningServer) -> None:
    """`{"rows": […]}`, ascending, every column of the frame in each row."""
    rows = get(filled, "/api/frames/events").json()["rows"]
    assert [row["client_order_id"] for row in rows] == ["o0", "o1", "o2", "o3", "o4"]
    assert set(rows[0]) == set(EVENT_COLUMNS)
    assert rows[0]["ts_event"] == "2025-01-01T00:00:00.000000Z"
    assert rows[0]["price"] is None
    assert rows[0]["symbol"] is None
    assert rows[0]["raw_offset"] == 100


def test_four_formats_hold_the_same_rows(filled: RunningServer) -> None:
    """JSON, CSV, parquet and Arrow agree."""
    path = "/api/frames/events?limit=3&format="
    rows = get(filled, path + "json").json()["rows"]
    ids = [row["client_order_id"] for row in rows]
    lines = list(csv.DictReader(io.StringIO(get(filled, path + "csv").text)))
    parquet = pq.read_table(io.BytesIO(get(filled, path + "parquet").content))
    arrow = pa.ipc.open_stream(get(filled, path + "arrow").content).read_all()
    assert [line["client_order_id"] for line in lines] == ids == ["o2", "o3", "o4"]
    assert parquet["client_order_id"].to_pylist() == ids
    assert arrow["client_order_id"].to_pylist() == ids
    moments = pd.to_datetime([line["ts_event"] for line in lines])
    assert list(arrow["ts_event"].to_pandas()) == list(moments)


@pytest.mark.parametrize(
    ("format_name", "media_type"),
    [
        ("json", "application/json"),
        ("csv", "text/csv; charset=utf-8"),
        ("parquet", "application/vnd.apache.parquet"),
        ("arrow", "application/vnd.apache.arrow.stream"),
    ],
)
def test_each_format_says_what_it_is(
    filled: RunningServer, format_name: str, media_type: str
) -> None:
    """Media type, and a fixed file name for what is saved."""
    answer = get(filled, f"/api/frames/orders?format={format_name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    wanted = f'attachment; filename="deskwatch-orders.{format_name}"'
    assert answer.headers.get("content-disposition") == (None if format_name == "json" else wanted)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("limit=2", ["o3", "o4"]),
        ("since=2025-01-04T00:00:00Z", ["o3", "o4"]),
        ("until=2025-01-01T12:00:00%2B00:00", ["o0"]),
        ("account=A1", ["o1", "o3"]),
        ("source=aurora&symbol=NOSUCH", []),
        ("since=2025-01-02T00:00:00Z&until=2025-01-04T00:00:00Z&account=A1", ["o1", "o3"]),
    ],
)
def test_rows_are_chosen_by_time_and_name(
    filled: RunningServer, query: str, ids: list[str]
) -> None:
    """The newest that fit, ascending."""
    rows = get(filled, f"/api/frames/events?{query}").json()["rows"]
    assert [row["client_order_id"] for row in rows] == ids


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1000001",
        "limit=x",
        "format=xlsx",
        "since=yesterday",
        "until=2025-01-01",
        "symbol=" + "x" * 200,
    ],
)
def test_a_parameter_that_cannot_be_used_is_a_422_that_names_it(
    filled: RunningServer, query: str
) -> None:
    """In JSON, with the parameter's name."""
    answer = get(filled, f"/api/frames/events?{query}")
    assert answer.status_code == 422
    assert query.partition("=")[0] in answer.json()["error"]


@pytest.mark.parametrize("name", ["..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "orders%00", "a/b"])
def test_a_name_is_looked_up_and_never_a_path(filled: RunningServer, name: str) -> None:
    """404 in JSON, whatever the name looks like."""
    answer = get(filled, f"/api/frames/{name}")
    assert answer.status_code in (404, 200)
    assert answer.headers["content-type"] == "application/json"
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1+cmd", "'+1+cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-1+2", "'-1+2"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1+1", "'＝1+1"),
        ("-5.2", "-5.2"),
        ("+7", "+7"),
        ("-1e-9", "-1e-9"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_a_spreadsheet_runs_nothing_of_ours(text: str, safe: str) -> None:
    """Formulas become text; plain numbers stay numbers."""
    assert formula_safe(text) == safe


def test_csv_keeps_numbers_and_quotes_texts() -> None:
    """Negative numbers stay numeric; commas, quotes and line ends survive; missing is empty."""
    frame = pd.DataFrame(
        {
            "pnl": [-5.2, float("nan")],
            "text": ['a,"b"\nc', "=1+1"],
            "ts": pd.to_datetime(["2025-01-01T00:00:00.000000001Z", None]),
            "kind": pd.Categorical(["@x", None]),
        }
    )
    text = b"".join(csv_pieces(frame)).decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows == [
        ["pnl", "text", "ts", "kind"],
        ["-5.2", 'a,"b"\nc', "2025-01-01T00:00:00.000000001Z", "'@x"],
        ["", "'=1+1", "", ""],
    ]


def test_large_and_empty_frames_are_whole() -> None:
    """A frame that is written in pieces reads back as one."""
    frame = pd.DataFrame({"n": range(12_345), "x": ["ä"] * 12_345})
    rows = json.loads(b"".join(json_pieces(frame)))["rows"]
    assert [row["n"] for row in rows] == list(range(12_345))
    assert json.loads(b"".join(json_pieces(frame.head(0)))) == {"rows": []}
    assert b"".join(csv_pieces(frame)).count(b"\r\n") == 12_346


def test_a_storm_of_large_questions_leaves_health_alone(
    filled: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four are answered at once; who does not get a turn in time is told to come back."""
    desk = filled.app.desk
    held = threading.Event()
    real = desk.frame

    def slow(*args: Any, **more: Any) -> pd.DataFrame:
        held.wait(30)
        return real(*args, **more)

    monkeypatch.setattr(desk, "frame", slow)
    with ThreadPoolExecutor(10) as threads:
        asked = [threads.submit(get, filled, "/api/frames/events?limit=5") for _ in range(10)]
        assert get(filled, "/healthz").status_code == 200
        deadline = time.monotonic() + 20
        while sum(future.done() for future in asked) < 6 and time.monotonic() < deadline:
            time.sleep(0.05)
        held.set()
        answers = [future.result() for future in asked]
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [503] * 6
    refused = [answer for answer in answers if answer.status_code == 503]
    assert all(answer.headers["retry-after"] == "5" for answer in refused)


def test_sources_quarantine_and_readiness(filled: RunningServer) -> None:
    """The desk's own words, unchanged; not ready is a 503 with reasons, alive is always 200."""
    desk = filled.app.desk
    assert get(filled, "/api/sources").json() == desk.sources()
    assert get(filled, "/api/quarantine").json() == desk.quarantine()
    assert get(filled, "/api/quarantine?source=aurora").json() == desk.quarantine()
    assert get(filled, "/api/quarantine?source=other").json()["parameter"] == "source"
    assert get(filled, "/api/quarantine?limit=0").status_code == 422
    assert get(filled, "/readyz").json() == {"reasons": []}
    desk.reasons = ["source aurora is catching up"]
    try:
        answer = get(filled, "/readyz")
        assert (answer.status_code, answer.json()["reasons"]) == (503, desk.reasons)
        assert get(filled, "/healthz").status_code == 200
    finally:
        desk.reasons = []


def test_a_desk_that_keeps_nothing_is_ready_and_says_so(filled: RunningServer) -> None:
    """It serves and can be shown: 200, with the trouble as a notice, and never green."""
    desk = filled.app.desk
    desk.trouble = "The state folder cannot be written."
    try:
        answer = get(filled, "/readyz")
        assert answer.status_code == 200
        assert answer.json() == {"reasons": [], "notices": [desk.trouble]}
        told = get(filled, "/health").json()
        assert (told["checkpoint_ok"], told["checkpoint_problem"]) == (False, desk.trouble)
        assert told["status"] != "healthy"
        assert get(filled, "/healthz").json() == {"status": "ok"}
    finally:
        desk.trouble = None
    assert get(filled, "/health").json()["checkpoint_ok"] is True


def test_health_tells_each_source(filled: RunningServer) -> None:
    """The promised shape."""
    body = get(filled, "/health").json()
    assert body["status"] == "healthy"
    assert body["timestamp"].endswith("Z")
    assert body["sources"]["aurora"] == {"state": "ok", "age_seconds": 0.5}


def test_the_raw_line_is_one_question_away(filled: RunningServer) -> None:
    """By generation and offset; hostile bytes come as JSON text; a line that is gone is a 404."""
    filled.app.desk.lines["a.jsonl#1", 7] = '{"x": "<script>"}'
    found = get(filled, "/api/raw?generation=a.jsonl%231&offset=7")
    assert found.json()["line"] == '{"x": "<script>"}'
    assert found.headers["content-type"] == "application/json"
    assert get(filled, "/api/raw?generation=a.jsonl%231&offset=8").status_code == 404
    assert get(filled, "/api/raw?generation=a&offset=-1").status_code == 422
    assert get(filled, "/api/raw").status_code == 422
